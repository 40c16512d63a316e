"""China Standard Time: one zone, to the ends of the calendar."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from trust.china_time import CHINA, in_china, to_the_second


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 22, 5, 5, 6, 999_999, tzinfo=UTC), "2026-11-22 13:05:06"),
        (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), "2026-11-23 02:00:00"),
        (datetime(2026, 7, 1, tzinfo=timezone(timedelta(hours=-7))), "2026-07-01 15:00:00"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31 23:59:59"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "0001-01-01 00:00:00"),
    ],
)
def test_a_moment_is_written_in_china_s_time(moment: datetime, written: str) -> None:
    assert to_the_second(moment).lstrip("0") == written.lstrip("0")
    assert in_china(moment).tzinfo is CHINA
