"""One-time codes: the vectors of RFC 6238, one use each, and nothing but six digits."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from identity.authentication.one_time_codes import address_of, find_step, new_secret

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NONE_YET = 0


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_vectors_of_the_standard_hold(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert find_step(SECRET, code, at=at, after=NONE_YET) == seconds // 30


@pytest.mark.parametrize(("seconds", "is_right"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_wrong_by_one_step(seconds: int, is_right: bool) -> None:  # noqa: FBT001 - a case
    at = datetime.fromtimestamp(1234567890, UTC) + timedelta(seconds=seconds)
    assert (find_step(SECRET, "005924", at=at, after=NONE_YET) is not None) is is_right


def test_a_code_is_right_once() -> None:
    at = datetime.fromtimestamp(59, UTC)
    step = find_step(SECRET, "287082", at=at, after=NONE_YET)
    assert step is not None
    assert find_step(SECRET, "287082", at=at, after=step) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "28708a", "\uff12" * 6, " 287082", "287082\n"])
def test_what_is_no_code_is_not_right(code: str) -> None:
    assert find_step(SECRET, code, at=datetime.fromtimestamp(59, UTC), after=NONE_YET) is None


def test_secrets_are_long_and_different() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(first) == 32


def test_an_app_can_read_the_address() -> None:
    address = urlsplit(address_of(SECRET, name="wang.xiaoming"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query)["secret"] == [SECRET]
