"""`homepot tariffs`: the words it takes."""

from typing import Annotated

import typer

tariffs_app = typer.Typer(
    help="What downtime, visits and parts cost: list, set, remove.", no_args_is_help=True
)
TenantName = Annotated[str | None, typer.Option("--tenant", help="Needed when there are several.")]
SiteId = Annotated[str | None, typer.Option("--site", help="Its id; with --type.")]
TypeName = Annotated[str | None, typer.Option("--type", help="Of this device type alone.")]

# What does the work is loaded where it is asked for: the other commands start without it.


@tariffs_app.command("list")
def list_tariffs(tenant: TenantName = None) -> None:
    """List what was said, for whom, and in which currency."""
    from homepot.fleet.tariffs import commands  # noqa: PLC0415

    commands.list_tariffs(tenant)


@tariffs_app.command("set")
def set_tariff(
    currency: Annotated[str, typer.Option(help="Three letters, such as EUR.")],
    downtime: Annotated[str | None, typer.Option(help="An hour of downtime.")] = None,
    visit: Annotated[str | None, typer.Option(help="A technician's visit.")] = None,
    part: Annotated[str | None, typer.Option(help="A part.")] = None,
    site: SiteId = None,
    device_type: TypeName = None,
    tenant: TenantName = None,
) -> None:
    """Say what things cost, in place of what was said before for the same."""
    from homepot.fleet.tariffs import commands  # noqa: PLC0415

    commands.set_tariff(tenant, site, device_type, (downtime, visit, part), currency)


@tariffs_app.command("remove")
def remove_tariff(
    site: SiteId = None, device_type: TypeName = None, tenant: TenantName = None
) -> None:
    """Take back what was said for a type or, without one, for all devices."""
    from homepot.fleet.tariffs import commands  # noqa: PLC0415

    commands.remove_tariff(tenant, site, device_type)
