"""Quotas: by minute and day, of stampings beside, those of one's own or those of the settings; told in two fields."""

import pytest

from api.permissions import Permission
from api.problems import QuotaExceeded
from api.quotas import ClientQuotas, Counted, header_fields
from identity.business_systems import Quotas
from identity.errors import QuotaMalformed

RATES = {"minute": "100/minute", "day": "1000/day", "stampings": "10/day"}


class Table:
    """What the table says, and how often it was asked."""

    def __init__(self, **quotas: int) -> None:
        self.quotas = Quotas(**quotas)
        self.asked = 0

    def read(self, _: str) -> Quotas:
        self.asked += 1
        return self.quotas


def names(counted: tuple[Counted, ...]) -> list[tuple[str, int, int]]:
    return [(one.name, one.quota, one.window) for one in counted]


def test_the_settings_say_what_the_table_does_not() -> None:
    quotas = ClientQuotas(Table().read, RATES)
    assert names(quotas.count("c", Permission.SELF)) == [("minute", 100, 60), ("day", 1000, 86400)]
    stamping = quotas.count("c", Permission.SEAL_STAMP)
    assert names(stamping) == [("minute", 100, 60), ("day", 1000, 86400), ("stampings", 10, 86400)]
    own = ClientQuotas(Table(requests_per_minute=7, requests_per_day=8, stampings_per_day=9).read, RATES)
    assert names(own.count("c", Permission.SEAL_STAMP)) == [
        ("minute", 7, 60),
        ("day", 8, 86400),
        ("stampings", 9, 86400),
    ]


@pytest.mark.parametrize(
    ("quota", "permission"),
    [
        ("requests_per_minute", Permission.SELF),
        ("requests_per_day", Permission.SELF),
        ("stampings_per_day", Permission.SEAL_STAMP),
    ],
)
def test_what_is_used_up_is_refused_with_the_time_to_wait(quota: str, permission: Permission) -> None:
    quotas = ClientQuotas(Table(**{quota: 3}).read, RATES)
    for _ in range(3):
        quotas.count("c", permission)
    with pytest.raises(QuotaExceeded) as refused:
        quotas.count("c", permission)
    assert refused.value.code == "request.quota_exceeded"
    assert 1 <= int(refused.value.details["seconds"]) <= 86400
    quotas.count("another", permission)  # each has its own


def test_whoever_may_stamp_no_more_may_still_ask() -> None:
    quotas = ClientQuotas(Table(stampings_per_day=1).read, RATES)
    quotas.count("c", Permission.SEAL_STAMP)
    with pytest.raises(QuotaExceeded):
        quotas.count("c", Permission.SEAL_STAMP)
    remaining = {one.name: one.remaining for one in quotas.standing("c", Permission.SEAL_STAMP)}
    assert remaining == {"minute": 99, "day": 999, "stampings": 0}  # what was refused is counted by none
    quotas.count("c", Permission.SELF)


def test_the_two_fields_of_an_answer() -> None:
    counted = (
        Counted(name="minute", quota=100, window=60, remaining=40, seconds=12),
        Counted(name="day", quota=1000, window=86400, remaining=7, seconds=300),
    )
    assert header_fields(counted) == [
        (b"ratelimit-policy", b'"minute";q=100;w=60, "day";q=1000;w=86400'),
        (b"ratelimit", b'"minute";r=40;t=12, "day";r=7;t=300'),
    ]


def test_the_table_is_asked_now_and_then() -> None:
    table = Table()
    quotas = ClientQuotas(table.read, RATES)
    assert not quotas.knows("c")
    for _ in range(50):
        quotas.count("c", Permission.SELF)
    assert (table.asked, quotas.knows("c")) == (1, True)


@pytest.mark.parametrize("name", ["requests_per_minute", "requests_per_day", "stampings_per_day"])
@pytest.mark.parametrize("value", [0, -1, 1_000_000_001])
def test_a_quota_is_a_number_from_one_on(name: str, value: int) -> None:
    assert getattr(Quotas(**{name: 1_000_000_000}), name) == 1_000_000_000
    with pytest.raises(QuotaMalformed) as refused:
        Quotas(**{name: value})
    assert (refused.value.code, refused.value.details) == ("identity.quota_malformed", {"field": name})
