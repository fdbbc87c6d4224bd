"""Moments as the clock on the wall of a place shows them. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo


def zone_name(at: datetime, zone: ZoneInfo) -> str:
    """What people of the place call their time at that moment; where they have no word for it, how
    far it is from UTC.

    >>> from datetime import UTC
    >>> summer = datetime(2026, 7, 4, 12, tzinfo=UTC)
    >>> [zone_name(summer, ZoneInfo(one)) for one in ("Europe/Lisbon", "America/Sao_Paulo", "UTC")]
    ['WEST', 'UTC-3', 'UTC']
    >>> zone_name(summer, ZoneInfo("Asia/Kathmandu"))
    'UTC+5:45'
    """
    local = at.astimezone(zone)
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = local.utcoffset()
    assert offset is not None
    minutes = round(abs(offset.total_seconds()) / 60)
    sign = "-" if offset.total_seconds() < 0 else "+"
    rest = f":{minutes % 60:02d}" if minutes % 60 else ""
    return f"UTC{sign}{minutes // 60}{rest}"


class WallClock:
    """Says moments of one text. The zone is named at the first of them, and again only where the
    clock has been changed in between.

    >>> from datetime import UTC
    >>> clock = WallClock(ZoneInfo("Europe/Berlin"))
    >>> at = datetime(2026, 10, 24, 22, 5, tzinfo=UTC)
    >>> clock.moment(at), clock.moment(at)
    ('25 Oct 00:05 CEST', '25 Oct 00:05')
    >>> clock.moment(datetime(2026, 10, 25, 22, 5, tzinfo=UTC))
    '25 Oct 23:05 CET'
    """

    def __init__(self, zone: ZoneInfo, *, named: datetime | None = None) -> None:
        """`named`: a moment at which the text has named the zone already."""
        self.zone = zone
        self._named = zone_name(named, zone) if named is not None else ""

    def moment(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        return self.with_zone(f"{local.day} {local:%b %H:%M}", at)

    def dated(self, at: datetime) -> str:
        """With its day of the week and its year."""
        local = at.astimezone(self.zone)
        return self.with_zone(f"{local:%a} {local.day} {local:%b %Y, %H:%M}", at)

    def after(self, at: datetime, before: datetime) -> str:
        """A moment after another that was said: without its day where that is the same."""
        local = at.astimezone(self.zone)
        if local.date() != before.astimezone(self.zone).date():
            return self.moment(at)
        return self.with_zone(f"{local:%H:%M}", at)

    def with_zone(self, said: str, at: datetime) -> str:
        name = zone_name(at, self.zone)
        if name == self._named:
            return said
        self._named = name
        return f"{said} {name}"
