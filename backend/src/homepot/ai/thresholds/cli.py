"""`homepot thresholds`: the words it takes."""

from typing import Annotated

import typer

thresholds_app = typer.Typer(
    help="From which score a device is healthy or critical, and the limits of its metrics.",
    no_args_is_help=True,
)

OfType = Annotated[str | None, typer.Option("--type", metavar="NAME", help="Of a device type.")]
OfDevice = Annotated[str | None, typer.Option("--device", metavar="ID", help="Of one device.")]
TenantName = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]
Score = Annotated[float | None, typer.Option(min=0, max=1, show_default=False)]

# What does the work is loaded where it is asked for: the other commands start without it.


@thresholds_app.command("show")
def show(
    kind: OfType = None,
    device: OfDevice = None,
    as_json: Annotated[bool, typer.Option("--json", help="All of it as a line of JSON.")] = False,
    tenant: TenantName = None,
) -> None:
    """What holds, and where it was said: of a type, of a device, or of all that there is."""
    from homepot.ai.thresholds import commands  # noqa: PLC0415

    commands.show(commands.Whose(kind, device), tenant, as_json=as_json)


@thresholds_app.command("set")
def say(
    kind: OfType = None,
    device: OfDevice = None,
    healthy: Score = None,
    warning: Score = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(
            "--limit",
            metavar="METRIC.LIMIT=NUMBER",
            help="Such as cpu_percent.warning_above=60, or =none for no such limit. LIMIT is"
            " warning_above, critical_above, warning_below or critical_below.",
        ),
    ] = None,
    tenant: TenantName = None,
) -> None:
    """Say otherwise for a type or for one device; what is not named stays as it was said."""
    from homepot.ai.thresholds import commands  # noqa: PLC0415

    commands.say(commands.Whose(kind, device), (healthy, warning), limit or [], tenant)


@thresholds_app.command("clear")
def clear(
    kind: OfType = None,
    device: OfDevice = None,
    metric: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="NAME", help="Only the limits of this metric."),
    ] = None,
    tenant: TenantName = None,
) -> None:
    """Take back what was said: the type's word holds again, or the configuration's."""
    from homepot.ai.thresholds import commands  # noqa: PLC0415

    commands.clear(commands.Whose(kind, device), metric or [], tenant)
