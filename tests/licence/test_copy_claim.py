"""The claim in the QR code of an annotated copy: its octets, its one spelling, and that it is no licence's."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from licence.claim import read_claim
from licence.copy_claim import COPY_CLAIM_LENGTH, CopyClaim, read_any_claim, read_copy_claim, sign_copy_claim
from licence.errors import ClaimMalformed, ClaimUntrusted
from licence.offline import judge_offline
from tests.builders import PKI
from tests.licence.claims import CLAIM, Stamp, octets_of, text_of
from tests.licence.test_offline import CASES, Case, read_lists
from trust.crypto import backends
from trust.crypto.sm2 import SM2Signature, digest
from trust.crypto.sm3 import sm3
from trust.validation_policy import Purpose
from trust.verdict import Outcome

UNTIL: Final = datetime(2026, 12, 22, 6, 30, tzinfo=UTC)
COPY: Final = CopyClaim(
    copy="copy_01k9x3v5b7d2f4h6j8m0n1p3q5",
    licence=CLAIM.licence,
    valid_until=UNTIL,
    status_list=7,
    status_index=42,
)
LENGTH: Final = 112
BODY: Final = 48
CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"


@pytest.fixture(scope="module")
def stamp(sm2_pki: PKI) -> Stamp:
    """Return who signs."""
    return Stamp.made(sm2_pki)


def signed(stamp: Stamp, claim: CopyClaim = COPY) -> str:
    """Return a claim, signed."""
    return sign_copy_claim(claim, stamp.signer, stamp.certificate)


def test_the_octets_stand_as_documented(stamp: Stamp) -> None:
    text = signed(stamp)
    octets = bytes(octets_of(text))
    assert (len(text), len(octets)) == (COPY_CLAIM_LENGTH, LENGTH)
    assert octets[0] == 129
    assert octets[1:5] == sm3(stamp.certificate.der)[:4]
    number = int.from_bytes(octets[5:22], "big")
    assert "copy_" + "".join(CROCKFORD[number // 32**place % 32] for place in range(25, -1, -1)) == COPY.copy
    assert octets[22:38] == CLAIM.licence
    assert datetime.fromtimestamp(int.from_bytes(octets[38:43], "big"), tz=UTC) == UNTIL
    assert divmod(int.from_bytes(octets[43:48], "big"), 2**28) == (7, 42)
    key = stamp.certificate.public_key.sm2
    assert key is not None
    message = b"xinyin copy claim v1" + b"\0" + octets[:BODY]
    backends.verify(key, digest(key, message), SM2Signature.from_raw(octets[BODY:]))


@pytest.mark.parametrize("claim", [COPY, replace(COPY, status_list=None, status_index=0)], ids=["listed", "unlisted"])
def test_what_is_signed_is_read_again_and_verifies(stamp: Stamp, claim: CopyClaim) -> None:
    found = read_any_claim(signed(stamp, claim))
    assert found.claim == claim
    assert found.verify((stamp.certificate,)) == stamp.certificate


def test_nobody_takes_it_for_the_claim_of_a_licence(stamp: Stamp) -> None:
    with pytest.raises(ClaimMalformed):
        read_claim(signed(stamp))
    with pytest.raises(ClaimMalformed):
        read_copy_claim(stamp.sign())
    assert read_any_claim(stamp.sign()).claim == CLAIM


@pytest.mark.parametrize("place", [0, 1, 5, 21, 22, 37, 38, 42, 43, 47, 48, 79, 80, 111])
def test_no_octet_can_be_changed(stamp: Stamp, place: int) -> None:
    octets = octets_of(signed(stamp))
    octets[place] ^= 1
    with pytest.raises((ClaimMalformed, ClaimUntrusted)):
        read_copy_claim(text_of(octets)).verify((stamp.certificate,))


@pytest.mark.parametrize(
    ("begin", "put"),
    [
        (0, b"\x02"),  # another version
        (5, b"\x04"),  # more than the name of a copy has
        (38, b"\x02"),  # a moment after 2242
        (48, bytes(32)),  # r is nothing
    ],
    ids=["version", "copy", "moment", "r"],
)
def test_what_no_such_claim_is_refused(stamp: Stamp, begin: int, put: bytes) -> None:
    octets = octets_of(signed(stamp))
    octets[begin : begin + len(put)] = put
    with pytest.raises(ClaimMalformed):
        read_copy_claim(text_of(octets))


def test_a_claim_has_one_spelling(stamp: Stamp) -> None:
    text = signed(stamp)
    for other in (text[:-1], text + "=", text[:-1] + "!", "中" * COPY_CLAIM_LENGTH, loosened(text)):
        with pytest.raises(ClaimMalformed):
            read_copy_claim(other)


def loosened(text: str) -> str:
    """Return a text whose last character has bits that mean nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) | 1]


@pytest.mark.parametrize(
    "changes",
    [
        {"copy": "copy_1"},
        {"copy": "lic_01k9x3v5b7d2f4h6j8m0n1p3q5"},
        {"status_list": 0},
        {"status_list": 4096},
        {"status_index": -1},
        {"status_index": 1 << 28},
        {"valid_until": datetime(1969, 12, 31, tzinfo=UTC)},
        {"valid_until": datetime(2243, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_cannot_be_written_is_no_claim(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"identifier|status list|index|ends between"):
        replace(COPY, **changes)  # type: ignore[arg-type] # one field is wrong


# --- without a network


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody with lists and no network, and a copy whose original stands in them."""

    case: Case
    stamp: Stamp
    copy: CopyClaim

    @classmethod
    def with_lists(cls, stamp: Stamp) -> "Reader":
        """Return a reader of the lists that are published for licences, and the copy of one in force."""
        case = next(one for one in CASES if one.expect == "passed")
        says = case.says or {}
        copy = replace(
            COPY,
            valid_until=datetime.fromisoformat(case.now) + timedelta(seconds=1),
            status_list=says["status_list"],
            status_index=says["status_index"],
        )
        return cls(case=case, stamp=stamp, copy=copy)

    def judge(self, *, later: timedelta = timedelta(0), **changes: object) -> tuple[str, str]:
        """Return the outcome for the copy with changes, and the check that brings it about; empty: all passed."""
        trusted, status_list = read_lists(self.case)
        ours = next(one for one in trusted.trust_list.signers if Purpose.LICENCE_CLAIM in one.purposes)
        listed = replace(trusted.trust_list, signers=(replace(ours, certificate=self.stamp.certificate),))
        now = datetime.fromisoformat(self.case.now) + later
        claim = replace(self.copy, **changes)  # type: ignore[arg-type] # as the tests say
        report = judge_offline(signed(self.stamp, claim), replace(trusted, trust_list=listed), status_list, now=now)
        assert report.claim == claim
        failed = [one.name for one in report.verdict.checks if one.outcome is report.verdict.outcome]
        return report.verdict.outcome.value, "" if report.verdict.outcome is Outcome.PASSED else failed[0]


def test_a_copy_is_judged_without_a_network(stamp: Stamp) -> None:
    reader = Reader.with_lists(stamp)
    assert reader.judge() == ("passed", "")
    assert reader.judge(later=timedelta(seconds=1)) == ("failed", "copy.validity")
    assert reader.judge(status_list=None, status_index=0) == ("indeterminate", "licence.state")
    stopped = next(one.says for one in CASES if one.check == "licence.state" and one.expect == "failed/REVOKED")
    assert stopped is not None
    assert reader.judge(status_index=stopped["status_index"]) == ("failed", "licence.state")
