"""Status lists as documents: two bits for each licence, and what a strict reader refuses."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from licence.errors import StatusListMalformed, StatusListUntrusted, TypeCodeMalformed
from licence.status_list import (
    MAX_PLACES,
    PREFIX,
    LicenceStatus,
    StatusList,
    pack,
    read_status_list,
    sign_status_list,
)
from tests.builders import FOUNDED, PKI, Party, revocation_list
from tests.fakes.clock import NOW
from trust.events import canonical
from trust.profiles import AUDIT, CLAIM_SIGNER
from trust.signed_documents import octets_of, sign_document, text_of
from trust.trust_list import ListedCertificate, TrustList
from trust.validation_policy import EVERY_PURPOSE, Purpose
from trust.verdict import Outcome

CODE = "11330000MB0000000X001"
SOURCE = "https://trust.example"
ISSUED = NOW.replace(microsecond=0)
OTHERS = {
    0: LicenceStatus.PENDING,
    3: LicenceStatus.INVALID,
    4: LicenceStatus.SUSPENDED,
    9: LicenceStatus.PENDING,
}


@dataclass(frozen=True)
class House:
    """An instance that publishes status lists."""

    pki: PKI
    signer: Party
    auditor: Party

    @property
    def trust_list(self) -> TrustList:
        """What its trust list says."""
        return TrustList(
            source=SOURCE,
            sequence=1,
            issued=ISSUED,
            next_update=ISSUED + timedelta(days=7),
            anchors=(ListedCertificate(name="root", certificate=self.pki.root.certificate, purposes=EVERY_PURPOSE),),
            authorities=(
                ListedCertificate(name="issuing", certificate=self.pki.issuing.certificate, purposes=EVERY_PURPOSE),
            ),
            signers=(
                ListedCertificate(
                    name="claim",
                    certificate=self.signer.certificate,
                    purposes=frozenset({Purpose.LICENCE_CLAIM}),
                ),
                ListedCertificate(
                    name="audit", certificate=self.auditor.certificate, purposes=frozenset({Purpose.AUDIT})
                ),
            ),
            revocation_lists=self.pki.evidence.revocation_lists,
        )

    def draft(self, **changes: Any) -> StatusList:  # noqa: ANN401 - any member
        """Return a list of ten places."""
        usual: dict[str, Any] = {
            "source": SOURCE,
            "licence_type": CODE,
            "number": 7,
            "issued": ISSUED,
            "next_update": ISSUED + timedelta(days=1),
            "places": 10,
            "octets": pack(10, OTHERS),
        }
        return StatusList(**{**usual, **changes})

    def sign(self, drafted: StatusList, by: Party | None = None) -> bytes:
        """Sign a list."""
        party = by or self.signer
        return sign_status_list(drafted, party.signer, party.certificate)

    def sign_payload(self, payload: bytes) -> bytes:
        """Sign any octets as if they were a list."""
        return sign_document(payload, self.signer.signer, (self.signer.certificate,), prefix=PREFIX)

    def read(self, encoded: bytes) -> StatusList:
        """Read a list that can be relied on."""
        status_list, verdict = read_status_list(encoded, self.trust_list, now=NOW)
        assert verdict.outcome is Outcome.PASSED
        return status_list


@pytest.fixture(scope="module")
def house(sm2_pki: PKI) -> House:
    """Return an instance."""
    return House(sm2_pki, sm2_pki.issue(CLAIM_SIGNER), sm2_pki.issue(AUDIT))


def test_every_place_of_a_list(house: House) -> None:
    read = house.read(house.sign(house.draft()))
    assert read == house.draft()
    assert [read.status(place) for place in range(10)] == [
        OTHERS.get(place, LicenceStatus.VALID) for place in range(10)
    ]
    assert [read.status(place) for place in (-1, 10, 11)] == [None, None, None]  # not in the last octet's rest either


def test_the_bits_stand_where_the_document_says(house: House) -> None:
    assert pack(10, OTHERS) == bytes((0b01_00_00_11, 0b00_00_00_10, 0b00_00_11_00))
    payload = json.loads(house.draft().payload)
    assert zlib.decompress(octets_of(payload["statuses"])) == pack(10, OTHERS)
    assert {
        name: payload[name] for name in ("type", "version", "bits", "places", "licence_type", "number", "issued")
    } == {
        "type": "xinyin.status-list",
        "version": 2,
        "number": 7,
        "bits": 2,
        "places": 10,
        "licence_type": CODE,
        "issued": "2026-11-22T04:05:06Z",
    }


def test_a_list_of_no_licences(house: House) -> None:
    empty = house.draft(places=0, octets=b"")
    assert house.read(house.sign(empty)).status(0) is None


def test_ten_million_licences_are_a_small_file(house: House) -> None:
    places = 10_000_000
    revoked = dict.fromkeys(range(0, places, 1000), LicenceStatus.INVALID)
    drafted = house.draft(places=places, octets=pack(places, revoked))
    encoded = house.sign(drafted)
    assert len(encoded) < 100_000
    assert house.read(encoded).status(5_000_000) is LicenceStatus.INVALID


@pytest.mark.parametrize(
    "changes",
    [
        {"next_update": ISSUED},
        {"places": -1, "octets": b""},
        {"places": 9, "octets": bytes(2)},
        {"places": 9, "octets": bytes(4)},
        {"places": MAX_PLACES + 1},
        {"number": 0},
        {"number": 4096},
    ],
)
def test_what_is_no_list(house: House, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a list"):
        house.draft(**changes)


def test_a_list_is_of_a_type(house: House) -> None:
    with pytest.raises(TypeCodeMalformed):
        house.draft(licence_type="x")


Change = Callable[[dict[str, Any]], object]


def put(**changes: Any) -> Change:  # noqa: ANN401 - any member
    """Return what puts other members into a payload."""
    return lambda told: told.update(changes)


@pytest.mark.parametrize(
    "change",
    [
        put(type="xinyin.trust-list"),
        put(version=1),
        put(version=3),
        put(number=0),
        put(number=4096),
        put(number=True),
        put(number="7"),
        lambda told: told.pop("number"),
        put(bits=1),
        put(places=9_000),
        put(places=-1),
        put(places=MAX_PLACES + 1),
        put(places=True),
        put(places="10"),
        put(licence_type="x"),
        put(source=None),
        put(issued="2026-11-22 04:05:06"),
        put(next_update="2026-11-22T04:05:06Z"),
        put(statuses="x"),
        put(statuses=text_of(b"x")),
        put(statuses=text_of(zlib.compress(bytes(2)))),
        put(statuses=text_of(zlib.compress(bytes(4)))),
        put(statuses=text_of(zlib.compress(bytes(3)) + b"x")),
        put(statuses=text_of(zlib.compress(bytes(3))[:-1])),
        put(statuses=text_of(zlib.compress(bytes(1 << 24)))),
        put(more=1),
        lambda told: told.pop("bits"),
    ],
)
def test_the_payload_is_read_strictly(house: House, change: Change) -> None:
    told = json.loads(house.draft().payload)
    change(told)
    with pytest.raises(StatusListMalformed) as refused:
        house.read(house.sign_payload(canonical(told)))
    assert refused.value.code == "licence.status_list_malformed"


@pytest.mark.parametrize("encoded", [b"", b"[]", b"{}", b"\xff", b'{"payload":"","signature":"","certificates":[]}'])
def test_what_is_no_signed_document(house: House, encoded: bytes) -> None:
    with pytest.raises(StatusListMalformed):
        house.read(encoded)


def test_only_a_key_for_claims_signs_lists(house: House) -> None:
    """An anchor vouches for the auditor's certificate as well, and the trust list names it: for something else."""
    for by in (house.auditor, house.pki.issue(CLAIM_SIGNER)):
        with pytest.raises(StatusListUntrusted) as refused:
            house.read(house.sign(house.draft(), by))
        assert refused.value.code == "licence.status_list_untrusted"


def test_a_signer_that_was_revoked(house: House, sm2_pki: PKI) -> None:
    signer = sm2_pki.issue(CLAIM_SIGNER)
    revoked = replace(house, signer=signer)
    lists = (revocation_list(sm2_pki.root), revocation_list(sm2_pki.issuing, {signer.certificate: FOUNDED}))
    trusted = replace(revoked.trust_list, revocation_lists=lists)
    with pytest.raises(StatusListUntrusted):
        read_status_list(revoked.sign(house.draft()), trusted, now=NOW)


def test_the_signature_covers_the_payload_and_its_purpose(house: House) -> None:
    told = json.loads(house.sign(house.draft()))
    other = json.loads(house.sign(house.draft(places=9, octets=bytes(3))))
    bare = sign_document(house.draft().payload, house.signer.signer, (house.signer.certificate,))
    for encoded in (canonical({**told, "payload": other["payload"]}), bare):
        with pytest.raises(StatusListUntrusted):
            house.read(encoded)


def test_a_list_of_another_instance_or_of_the_future(house: House) -> None:
    later = ISSUED + timedelta(minutes=6)
    for changes in ({"source": "https://other.example"}, {"issued": later, "next_update": later + timedelta(days=1)}):
        with pytest.raises(StatusListUntrusted):
            house.read(house.sign(house.draft(**changes)))


def test_without_fresh_revocation_lists_nobody_knows(house: House) -> None:
    trusted = replace(house.trust_list, revocation_lists=())
    _, verdict = read_status_list(house.sign(house.draft()), trusted, now=NOW)
    assert verdict.outcome is Outcome.INDETERMINATE
