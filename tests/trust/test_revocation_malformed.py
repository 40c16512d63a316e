"""Revocation lists whose extensions are broken: they are read, say nothing of anybody, and make nobody fall over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from tests.builders import PKI, element_at, grafted, revocation_list, with_extension
from tests.fakes.clock import NOW
from trust.asn1 import der
from trust.profiles import extension
from trust.revocation import RevocationList, check_revocation
from trust.verdict import SubIndication

AT: Final = NOW - timedelta(hours=1)
KEPT_SINCE: Final = "2.5.29.60"
NUMBER: Final = "2.5.29.20"
AUTHORITY: Final = "2.5.29.35"


def doubled(tbs: bytes) -> bytes:
    """Return a TBSCertList whose first extension stands there twice."""
    place = len(element_at(tbs).children()) - 1
    first = element_at(tbs, place, 0, 0).raw
    return grafted(tbs, place, 0, 0, put=first * 2)


BROKEN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "an extension twice": doubled,
    "a number that is no number": lambda tbs: with_extension(tbs, extension(NUMBER, der.null())),
    "an identifier of the issuer that is none": lambda tbs: with_extension(tbs, extension(AUTHORITY, der.integer(1))),
    "an issuing distribution point that is none": lambda tbs: with_extension(
        tbs, extension("2.5.29.28", der.null(), critical=True)
    ),
    "an extension that nobody knows": lambda tbs: with_extension(tbs, extension("2.25.1", der.null(), critical=True)),
}


def verdict(pki: PKI, *lists: RevocationList) -> SubIndication | None:
    """Return what lists say of the signer's certificate."""
    signer, issuing = pki.signer.certificate, pki.issuing.certificate
    check = check_revocation(signer, issuing, lists, at=AT, time_is_proven=False, step="")
    return None if check.finding is None else check.finding.sub_indication


@pytest.mark.parametrize("how", BROKEN)
def test_a_list_with_broken_extensions_says_nothing(pki: PKI, how: str) -> None:
    broken = revocation_list(pki.issuing, change=BROKEN[how])
    assert broken.is_signed_by(pki.issuing.certificate)
    assert not broken.is_complete
    assert not broken.tells_of(pki.signer.certificate)
    assert broken.keeps_expired_since is None or how.startswith("an extension that nobody")
    assert verdict(pki, broken) is SubIndication.TRY_LATER
    assert verdict(pki, broken, revocation_list(pki.issuing)) is None


@pytest.mark.parametrize(
    "value",
    [der.null(), der.utc_time(NOW), b"", b"\x18\x0f20260230000000Z"],
    ids=["NULL", "UTCTime", "empty", "30 Feb"],
)
def test_a_time_that_is_none_keeps_nothing(pki: PKI, value: bytes) -> None:
    changed = revocation_list(pki.issuing, change=lambda tbs: with_extension(tbs, extension(KEPT_SINCE, value)))
    assert changed.keeps_expired_since in (None, NOW.replace(microsecond=0))
    assert revocation_list(pki.issuing).keeps_expired_since == pki.issuing.certificate.not_before
