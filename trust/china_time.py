"""China Standard Time 北京时间: in which days and months begin, deadlines end, and moments are written for people."""

from datetime import datetime, timedelta, timezone
from typing import Final

__all__ = ["CHINA", "in_china", "to_the_second"]

CHINA: Final = timezone(timedelta(hours=8), "CST")
"""One zone for the whole country, without summer time."""


def in_china(moment: datetime) -> datetime:
    """Return a moment in China Standard Time.

    The end of the year 9999, which X.509 uses for "no end" (RFC 5280, 4.1.2.5), has no such time and is set to the
    last one that has; so is the other end of the calendar.
    """
    try:
        return moment.astimezone(CHINA)
    except OverflowError:
        return moment.replace(tzinfo=CHINA)


def to_the_second(moment: datetime) -> str:
    """Return a moment as it stands in tables and on the wire of other platforms: `2026-11-22 13:05:06`."""
    return f"{in_china(moment):%Y-%m-%d %H:%M:%S}"
