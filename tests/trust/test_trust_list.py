"""Trust lists as documents: what stands in one, and what a strict reader refuses."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import (
    FOUNDED,
    PKI,
    VECTORS,
    Party,
    cms_signer,
    read_vectors,
    revocation_list,
    time_authority,
)
from tests.fakes.clock import NOW, SettableClock
from trust.certificates import Certificate
from trust.cms import BytesContent
from trust.cms_verification import judge_cms
from trust.crypto.sm3 import hash_of
from trust.errors import Invalid, TrustError, Untrusted
from trust.events import canonical
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, TRUST_LIST
from trust.revocation import RevocationList
from trust.trust_list import ListedCertificate, ListedState, TrustList, sign_trust_list
from trust.trust_list_reading import (
    MAX_CERTIFICATES,
    MAX_LENGTH,
    JudgedTrustList,
    TrustListMalformed,
    TrustListRolledBack,
    TrustListUntrusted,
    read_certificates,
    read_trust_list,
)
from trust.validation_policy import EVERY_PURPOSE, Purpose
from trust.verdict import Outcome, SubIndication

WEEK = timedelta(days=7)
ISSUED = NOW.replace(microsecond=0)


@dataclass(frozen=True)
class House:
    """An instance that publishes lists."""

    pki: PKI
    signer: Party

    def draft(self, **changes: Any) -> TrustList:  # noqa: ANN401 - any member
        """Return what its list says."""
        root, issuing = self.pki.root.certificate, self.pki.issuing.certificate
        usual: dict[str, Any] = {
            "source": "https://trust.example",
            "sequence": 7,
            "issued": ISSUED,
            "next_update": ISSUED + WEEK,
            "anchors": (ListedCertificate(name="root-sm2", certificate=root, purposes=EVERY_PURPOSE),),
            "authorities": (ListedCertificate(name="issuing-sm2", certificate=issuing, purposes=EVERY_PURPOSE),),
            "signers": (
                ListedCertificate(
                    name="tsa-sm2-1",
                    certificate=self.pki.time_stamper.certificate,
                    purposes=frozenset({Purpose.TIME_STAMPING}),
                    state=ListedState.SUPERSEDED,
                ),
            ),
            "revocation_lists": self.pki.evidence.revocation_lists,
        }
        return TrustList(**{**usual, **changes})

    def sign(self, drafted: TrustList, signer: Party | None = None) -> bytes:
        """Return a list signed by its key, or by another."""
        by = signer or self.signer
        return sign_trust_list(drafted, by.signer, (by.certificate, self.pki.issuing.certificate))

    def sign_payload(self, payload: bytes) -> bytes:
        """Return any octets signed as if they were a list."""
        certificates = [
            base64.b64encode(one.der).decode() for one in (self.signer.certificate, self.pki.issuing.certificate)
        ]
        signature = base64.b64encode(self.signer.signer.sign(payload)).decode()
        payload_text = base64.b64encode(payload).decode()
        return json.dumps({"payload": payload_text, "signature": signature, "certificates": certificates}).encode()

    def read(self, encoded: bytes, *, now: datetime = NOW, remembered: int = 0) -> JudgedTrustList:
        """Read a list as somebody who has pinned the root."""
        return read_trust_list(encoded, (self.pki.root.certificate,), now=now, remembered=remembered)


@pytest.fixture(scope="module")
def house(sm2_pki: PKI) -> House:
    """Return an instance."""
    return House(sm2_pki, sm2_pki.issue(TRUST_LIST))


def test_what_is_signed_is_read(house: House) -> None:
    drafted = house.draft()
    judged = house.read(house.sign(drafted))
    assert judged.trust_list == drafted
    assert judged.verdict.outcome is Outcome.PASSED
    assert judged.evidence == drafted.evidence


def test_the_payload_member_by_member(house: House) -> None:
    drafted = house.draft()
    payload = json.loads(drafted.payload)
    assert payload["type"] == "xinyin.trust-list"
    assert (payload["version"], payload["sequence"]) == (1, 7)
    assert (payload["issued"], payload["next_update"]) == ("2026-11-22T04:05:06Z", "2026-11-29T04:05:06Z")
    (listed,) = payload["signers"]
    certificate = house.pki.time_stamper.certificate
    assert listed == {
        "name": "tsa-sm2-1",
        "certificate": base64.b64encode(certificate.der).decode(),
        "fingerprint": certificate.fingerprint,
        "public_key": base64.b64encode(certificate.public_key.spki).decode(),
        "not_before": "2025-12-31T23:55:00Z",
        "not_after": "2030-12-31T00:00:00Z",
        "state": "superseded",
        "purposes": ["time_stamping"],
    }
    assert payload["anchors"][0]["purposes"] == sorted(one.name.lower() for one in Purpose)
    assert [base64.b64decode(one) for one in payload["revocation_lists"]] == [
        one.der for one in drafted.revocation_lists
    ]
    assert drafted.payload == canonical(payload)


def test_a_list_names_what_the_instance_asks_for_besides(house: House) -> None:
    assert "rules" not in json.loads(house.draft().payload)  # as in lists of before
    drafted = house.draft(rules=("algorithms", "freshness"))
    assert json.loads(drafted.payload)["rules"] == ["algorithms", "freshness"]
    assert house.read(house.sign(drafted)).trust_list == drafted
    with pytest.raises(ValueError, match="in their order"):
        house.draft(rules=("freshness", "algorithms"))


def test_a_list_alone_is_enough_to_judge_by(house: House) -> None:
    """Whoever has the list and nothing else finds good what was signed under it, and nothing that was not."""
    pki, stranger = house.pki, PKI.found(house.pki.algorithm)
    evidence = house.read(house.sign(house.draft())).evidence
    stamp = time_authority(pki.time_stamper, SettableClock(NOW)).stamp
    for party, expected in ((pki.signer, Outcome.PASSED), (stranger.signer, Outcome.INDETERMINATE)):
        signer = cms_signer(party)
        message = signer.sign(hash_of(signer.digest, b"content"), stamp=stamp)
        (report,) = judge_cms(message, evidence, now=NOW, content=BytesContent(b"content"))
        assert report.verdict.outcome is expected


def test_the_list_says_what_each_anchor_is_for(house: House) -> None:
    root = replace(house.draft().anchors[0], purposes=frozenset({Purpose.SEALING}))
    evidence = house.read(house.sign(house.draft(anchors=(root,)))).evidence
    assert evidence.policy.trusts(root.certificate, Purpose.SEALING)
    assert not evidence.policy.trusts(root.certificate, Purpose.SIGNING)
    assert not evidence.policy.trusts(house.pki.issuing.certificate, Purpose.SEALING)


# --- numbers and times


def test_an_older_list_is_refused(house: House) -> None:
    encoded = house.sign(house.draft())
    for remembered in (0, 6, 7):
        assert house.read(encoded, remembered=remembered).trust_list.sequence == 7
    with pytest.raises(TrustListRolledBack) as caught:
        house.read(encoded, remembered=8)
    assert caught.value.details == {"sequence": 7, "remembered": 8}
    assert isinstance(caught.value, Untrusted)


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(days=3)])
def test_a_list_past_its_time_is_good_for_nothing_more(house: House, late: timedelta) -> None:
    encoded = house.sign(house.draft())
    assert house.read(encoded, now=ISSUED + WEEK).verdict.outcome is Outcome.PASSED
    judged = house.read(encoded, now=ISSUED + WEEK + late)
    finding = judged.verdict.finding
    assert (judged.verdict.outcome, finding and finding.sub_indication) == (
        Outcome.INDETERMINATE,
        SubIndication.TRY_LATER,
    )
    assert judged.evidence == Evidence()


def test_a_list_so_old_that_its_signer_has_ended(house: House) -> None:
    judged = house.read(house.sign(house.draft()), now=FOUNDED + timedelta(days=365 * 6))
    assert judged.verdict.outcome is Outcome.INDETERMINATE
    assert judged.evidence == Evidence()


@pytest.mark.parametrize(("minutes", "refused"), [(0, False), (5, False), (6, True), (60, True)])
def test_a_list_from_the_future(house: House, minutes: int, refused: bool) -> None:  # noqa: FBT001
    encoded, now = house.sign(house.draft()), ISSUED - timedelta(minutes=minutes)
    if refused:
        with pytest.raises(TrustListUntrusted):
            house.read(encoded, now=now)
    else:
        house.read(encoded, now=now)


@pytest.mark.parametrize(
    "changes", [{"sequence": 0}, {"next_update": ISSUED}, {"next_update": ISSUED - WEEK}, {"authorities": None}]
)
def test_what_is_no_list(house: House, changes: dict[str, Any]) -> None:
    if changes.get("authorities", ()) is None:
        changes = {"authorities": house.draft().anchors}  # a certificate that is there already
    with pytest.raises(ValueError, match="list"):
        house.draft(**changes)


# --- who may sign one


def test_a_list_of_somebody_else(house: House, sm2_pki: PKI) -> None:
    stranger = PKI.found(sm2_pki.algorithm)
    theirs = House(stranger, stranger.issue(TRUST_LIST))
    with pytest.raises(TrustListUntrusted, match="no path"):
        house.read(theirs.sign(theirs.draft()))


@pytest.mark.parametrize("profile", [DOCUMENT_SIGNER, SEAL_OWNER])
def test_not_everybody_under_the_anchor_may_sign_one(house: House, profile: Any) -> None:  # noqa: ANN401
    owner = house.pki.issue(profile)
    with pytest.raises(TrustListUntrusted, match="not certified for trust lists"):
        house.read(house.sign(house.draft(), owner))


def test_a_signer_who_was_revoked(house: House) -> None:
    lists: tuple[RevocationList, ...] = (
        revocation_list(house.pki.root),
        revocation_list(house.pki.issuing, {house.signer.certificate: FOUNDED}),
    )
    with pytest.raises(TrustListUntrusted, match="was revoked"):
        house.read(house.sign(house.draft(revocation_lists=lists)))


def test_a_signer_of_whom_nothing_is_known(house: House) -> None:
    judged = house.read(house.sign(house.draft(revocation_lists=())))
    assert judged.verdict.outcome is Outcome.INDETERMINATE
    assert judged.evidence == Evidence()


def test_no_anchor_is_pinned(house: House) -> None:
    with pytest.raises(TrustListUntrusted):
        read_trust_list(house.sign(house.draft()), (), now=NOW)


def test_a_signature_over_another_payload(house: House) -> None:
    first, second = (json.loads(house.sign(house.draft(sequence=number))) for number in (7, 8))
    mixed = json.dumps({**first, "payload": second["payload"]}).encode()
    with pytest.raises(TrustListUntrusted, match="mismatch"):
        house.read(mixed)


# --- malformed, one member at a time

Change = Callable[[dict[str, Any]], Any]


def without(name: str) -> Change:
    """Return a change that takes a member out."""
    return lambda told: told.pop(name)


def having(name: str, value: Any) -> Change:  # noqa: ANN401 - JSON
    """Return a change that sets a member."""
    return lambda told: told.update({name: value})


def listed(name: str, value: Any) -> Change:  # noqa: ANN401 - JSON
    """Return a change that sets a member of the first anchor."""
    return lambda told: told["anchors"][0].update({name: value})


ENVELOPE: dict[str, Change] = {
    "no payload": without("payload"),
    "no signature": without("signature"),
    "no certificates": without("certificates"),
    "a member more": having("more", 1),
    "a payload that is no text": having("payload", 1),
    "a payload that is no base64": having("payload", "…"),
    "a payload in base64 without its end": having("payload", "YQ"),
    "a payload with blanks": having("payload", "YQ ="),
    "a payload with bits beyond its end": having("payload", "YR=="),
    "an empty payload": having("payload", ""),
    "a signature that is no text": having("signature", None),
    "certificates that are no list": having("certificates", "MIIB"),
    "not one certificate": having("certificates", []),
    "a certificate that is none": having("certificates", ["MAA="]),
    "a certificate that is no text": having("certificates", [7]),
}
PAYLOAD: dict[str, Change] = {
    **{f"no {name}": without(name) for name in json.loads(b'["type","version","source","sequence","issued"]')},
    **{
        f"no {name}": without(name) for name in ("next_update", "anchors", "authorities", "signers", "revocation_lists")
    },
    "a member more": having("more", 1),
    "another type": having("type", "xinyin.list"),
    "version 2": having("version", 2),
    "version 1 as text": having("version", "1"),
    "version 1 as a truth": having("version", True),  # noqa: FBT003 - Python takes it for 1
    "a fraction": having("sequence", 7.0),
    "number 0": having("sequence", 0),
    "a negative number": having("sequence", -1),
    "a moment without its zone": having("issued", "2026-11-22T04:05:06"),
    "a moment in another zone": having("issued", "2026-11-22T04:05:06+00:00"),
    "a moment without leading zeros": having("issued", "2026-11-22T4:05:06Z"),
    "a day that is none": having("issued", "2026-02-30T00:00:00Z"),
    "an end before the beginning": having("next_update", "2026-11-22T04:05:05Z"),
    "anchors that are no list": having("anchors", {}),
    "an anchor that is no object": having("anchors", [1]),
    "an anchor twice": lambda told: told["anchors"].append(told["anchors"][0]),
    "far too many": lambda told: told.update({"signers": told["anchors"] * (MAX_CERTIFICATES + 1)}),
    "a name that is no text": listed("name", 1),
    "a certificate that is none": listed("certificate", "MAA="),
    "another fingerprint": listed("fingerprint", "00" * 32),
    "another key": listed("public_key", "MAA="),
    "another beginning": listed("not_before", "2026-01-01T00:00:00Z"),
    "another end": listed("not_after", "2099-01-01T00:00:00Z"),
    "an unknown state": listed("state", "suspended"),
    "an unknown purpose": listed("purposes", ["everything"]),
    "purposes out of order": listed("purposes", ["trust_list", "audit"]),
    "a purpose twice": listed("purposes", ["audit", "audit"]),
    "a member of an anchor more": listed("more", 1),
    "a list that is none": having("revocation_lists", ["MAA="]),
    "no rules in a list": having("rules", []),
    "a rule that is none": having("rules", ["freshness", "weather"]),
    "rules in another order": having("rules", ["freshness", "fatal"]),
    "a rule twice": having("rules", ["fatal", "fatal"]),
    "rules as text": having("rules", "fatal"),
    "a rule that is no text": having("rules", [7]),
}


@pytest.mark.parametrize("name", ENVELOPE)
def test_a_malformed_envelope(house: House, name: str) -> None:
    told = json.loads(house.sign(house.draft()))
    ENVELOPE[name](told)
    with pytest.raises(TrustListMalformed) as caught:
        house.read(json.dumps(told).encode())
    assert isinstance(caught.value, Invalid)


@pytest.mark.parametrize("name", PAYLOAD)
def test_a_malformed_payload(house: House, name: str) -> None:
    told = json.loads(house.draft().payload)
    PAYLOAD[name](told)
    with pytest.raises(TrustListMalformed):
        house.read(house.sign_payload(json.dumps(told).encode()))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b"\xff", b'{"type": NaN}', b"[" * 100_000, b'{"a": 1, "a": 1}'], ids=range(7)
)
def test_what_is_no_payload(house: House, payload: bytes) -> None:
    for encoded in (payload, house.sign_payload(payload)):
        with pytest.raises(TrustListMalformed):
            house.read(encoded)


def test_what_is_far_too_long(house: House) -> None:
    longest = house.sign(house.draft()).ljust(MAX_LENGTH)
    assert house.read(longest).trust_list.sequence == 7
    with pytest.raises(TrustListMalformed):
        house.read(longest + b" ")


def test_how_many_certificates_are_looked_at() -> None:
    with pytest.raises(ValueError, match="far too many"):
        read_certificates([None] * (MAX_CERTIFICATES + 1))


def test_no_member_comes_twice(house: House) -> None:
    payload = house.draft().payload
    twice = payload[:-1] + b',"sequence":9}'
    assert json.loads(twice)["sequence"] == 9  # which the next reader would believe
    with pytest.raises(TrustListMalformed):
        house.read(house.sign_payload(twice))


def test_other_white_space_is_another_payload_that_may_be_signed_as_well(house: House) -> None:
    drafted = house.draft()
    spaced = json.dumps(json.loads(drafted.payload), indent=1).encode()
    assert house.read(house.sign_payload(spaced)).trust_list == drafted


def test_a_moment_is_in_utc(house: House) -> None:
    trust_list = house.read(house.sign(house.draft())).trust_list
    assert trust_list.issued.tzinfo is UTC
    assert isinstance(trust_list.anchors[0].certificate, Certificate)


# --- the published vectors


@dataclass(frozen=True)
class Vector:
    """A list, when it is read by whom, and what must come of it."""

    name: str
    list: str
    now: str
    remembered: int
    expect: str


PINNED = Certificate((VECTORS / "trust_list" / "root.cer").read_bytes())


@pytest.mark.parametrize("case", read_vectors("trust_list/lists.json", Vector), ids=lambda one: one.name)
def test_published_lists(case: Vector) -> None:
    now = datetime.fromisoformat(case.now)
    try:
        judged = read_trust_list(case.list.encode(), (PINNED,), now=now, remembered=case.remembered)
    except TrustError as error:
        assert error.code == case.expect  # noqa: PT017 - one end of two
    else:
        assert judged.verdict.outcome.value == case.expect
