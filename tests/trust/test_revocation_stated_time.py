"""Revocation of a key that states the time itself: whoever stole it states any moment, so that the reason matters."""

from datetime import timedelta

import pytest

from tests.builders import PKI, revocation_list
from tests.fakes.clock import NOW
from trust.revocation import Revocation, check_revocation
from trust.verdict import SubIndication

AT = NOW - timedelta(days=10)
"""The moment that the key stated, long before it was revoked."""

IN_GOOD_ORDER = (0, 3, 4, 5)
"""Unspecified, affiliation changed, superseded, cessation of operation: the key itself is not in doubt."""


def verdict(pki: PKI, revoked: Revocation | None, *, states_time: bool, proven: bool = True) -> SubIndication | None:
    """Return what a list of today says of a signature at `AT`."""
    lists = [revocation_list(pki.issuing, [] if revoked is None else [revoked], this_update=NOW)]
    check = check_revocation(
        pki.time_stamper.certificate,
        pki.issuing.certificate,
        lists,
        at=AT,
        time_is_proven=proven,
        states_time=states_time,
        step="",
    )
    return None if check.finding is None else check.finding.sub_indication


@pytest.mark.parametrize("reason", [None, 0, 1, 2, 3, 4, 5, 6, 9, 10])
def test_only_a_revocation_in_good_order_leaves_the_past_alone(pki: PKI, reason: int | None) -> None:
    revoked = Revocation(serial=pki.time_stamper.certificate.serial, at=NOW, reason=reason)
    expected = None if reason in IN_GOOD_ORDER else SubIndication.REVOKED_NO_POE
    assert verdict(pki, revoked, states_time=True) is expected
    # Where a time-stamp of somebody else proves the time, the reason does not matter.
    assert verdict(pki, revoked, states_time=False) is None
    # And where nothing proves it, nothing helps.
    assert verdict(pki, revoked, states_time=True, proven=False) is SubIndication.REVOKED_NO_POE


@pytest.mark.parametrize("states_time", [True, False])
def test_a_key_that_is_not_revoked_passes(pki: PKI, states_time: bool) -> None:  # noqa: FBT001
    assert verdict(pki, None, states_time=states_time) is None


@pytest.mark.parametrize("reason", [None, 4])
def test_a_key_that_was_revoked_before_fails_whatever_the_reason(pki: PKI, reason: int | None) -> None:
    revoked = Revocation(serial=pki.time_stamper.certificate.serial, at=AT, reason=reason)
    for states_time in (True, False):
        assert verdict(pki, revoked, states_time=states_time) is SubIndication.REVOKED
