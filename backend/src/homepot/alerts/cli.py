"""`homepot alerts`: the words it takes."""

from typing import Annotated

import typer

alerts_app = typer.Typer(
    help="Alerts: where they go, a test, what became of each.", no_args_is_help=True
)
TenantName = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]

# What does the work is loaded where it is asked for: the other commands start without it.


@alerts_app.command("list")
def list_channels(tenant: TenantName = None) -> None:
    """List the channels, without their addresses, and the rules that use them."""
    from homepot.alerts import commands  # noqa: PLC0415

    commands.list_channels(tenant)


@alerts_app.command("test")
def send_test(
    channel: Annotated[str, typer.Argument(help="Its id or name, as `list` has it.")],
    tenant: TenantName = None,
    within: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds to wait for what becomes of it.")
    ] = 30.0,
) -> None:
    """Send a test over a channel and tell whether it arrived. HOMEPOT must be running."""
    from homepot.alerts import commands  # noqa: PLC0415

    commands.send_test(channel, tenant, within)


@alerts_app.command("deliveries")
def list_deliveries(
    tenant: TenantName = None,
    state: Annotated[
        str | None,
        typer.Option(help="Only those that are waiting, sending, sent, failed or dropped."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many at most.")] = 20,
) -> None:
    """List the messages, the newest first, with what became of each."""
    from homepot.alerts import commands  # noqa: PLC0415

    commands.list_deliveries(tenant, state, limit)


@alerts_app.command("silences")
def list_silences(tenant: TenantName = None) -> None:
    """List what is silent just now, and until when."""
    from homepot.alerts import silence_commands  # noqa: PLC0415

    silence_commands.list_silences(tenant)


@alerts_app.command("silence")
def silence(
    device: Annotated[str | None, typer.Option(help="A device, by its name or id.")] = None,
    site: Annotated[str | None, typer.Option(help="A site, by its name or id.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help="All devices of a type, such as Till.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="All devices with a tag.")] = None,
    category: Annotated[
        str | None, typer.Option(help="Incidents of a kind, such as temperature.")
    ] = None,
    for_: Annotated[str, typer.Option("--for", help="How long: 30m, 4h or 2d.")] = "4h",
    reason: Annotated[str | None, typer.Option(help="Why, for whoever wonders.")] = None,
    tenant: TenantName = None,
) -> None:
    """Hold back what fits all that is given, until it ends. What lasts longer is told then."""
    from homepot.alerts import silence_commands  # noqa: PLC0415

    given = {"device_id": device, "site_id": site, "type": type_, "tag": tag, "category": category}
    silence_commands.add_silence(tenant, given, for_, reason)


@alerts_app.command("unsilence")
def end_silence(
    silence_id: Annotated[str, typer.Argument(help="Its id, as `silences` has it.")],
    tenant: TenantName = None,
) -> None:
    """End a silence now."""
    from homepot.alerts import silence_commands  # noqa: PLC0415

    silence_commands.end_silence(tenant, silence_id)
