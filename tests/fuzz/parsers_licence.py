"""Parsers of the licences' own formats: claims in QR codes, and status lists."""

import json
import zlib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Final

from licence.claim import SignedClaim, read_claim
from licence.copy_claim import CopyClaim, SignedCopyClaim, read_copy_claim, sign_copy_claim
from licence.status_list import PREFIX, LicenceStatus, StatusList, pack, read_status_list, sign_status_list
from tests.builders import Party, revocation_list
from tests.fakes.clock import NOW
from tests.fuzz import seeds
from tests.fuzz.harness import AnyHarness, Harness
from trust.profiles import CLAIM_SIGNER
from trust.signed_documents import octets_of, sign_document, text_of
from trust.trust_list import ListedCertificate, TrustList
from trust.validation_policy import EVERY_PURPOSE, Purpose

__all__ = ["HARNESSES"]

SOURCE: Final = "https://trust.example.cn"
ISSUED: Final = NOW.replace(microsecond=0) - timedelta(hours=1)


def read_text(octets: bytes) -> SignedClaim:
    """Read a claim out of what stands in a QR code."""
    return read_claim(octets.decode("latin-1"))


def read_text_of_copy(octets: bytes) -> SignedCopyClaim:
    """Read the claim of an annotated copy."""
    return read_copy_claim(octets.decode("latin-1"))


def copies() -> Iterable[bytes]:
    """Yield claims of annotated copies, with a status list and without."""
    for status_list in (None, 7):
        claim = CopyClaim(
            copy="copy_01k9x3v5b7d2f4h6j8m0n1p3q5",
            licence=bytes(range(16)),
            valid_until=ISSUED,
            status_list=status_list,
            status_index=status_list or 0,
        )
        yield sign_copy_claim(claim, signer().signer, signer().certificate).encode()


@cache
def signer() -> Party:
    """Return who signs claims and status lists."""
    return seeds.pki().issue(CLAIM_SIGNER, subject="状态列表")


@cache
def trust_list() -> TrustList:
    """Return what a reader trusts."""
    pki = seeds.pki()
    claims = frozenset({Purpose.LICENCE_CLAIM})
    return TrustList(
        source=SOURCE,
        sequence=1,
        issued=ISSUED,
        next_update=ISSUED + timedelta(days=7),
        anchors=(ListedCertificate(name="root", certificate=pki.root.certificate, purposes=EVERY_PURPOSE),),
        authorities=(ListedCertificate(name="issuing", certificate=pki.issuing.certificate, purposes=EVERY_PURPOSE),),
        signers=(ListedCertificate(name="claim", certificate=signer().certificate, purposes=claims),),
        revocation_lists=(revocation_list(pki.root), revocation_list(pki.issuing)),
    )


def status_lists() -> Iterable[bytes]:
    """Return status lists of a few licences, and of many."""
    for places in (0, 9, 5000):
        told = StatusList(
            source=SOURCE,
            licence_type="11330000MB0000000X001",
            number=7,
            issued=ISSUED,
            next_update=ISSUED + timedelta(days=1),
            places=places,
            octets=pack(places, dict.fromkeys(range(0, places, 3), LicenceStatus.SUSPENDED)),
        )
        yield sign_status_list(told, signer().signer, signer().certificate)


def statuses() -> Iterable[bytes]:
    """Return what is signed of status lists, with the bits as they are before they are compressed."""
    for one in status_lists():
        told = json.loads(octets_of(json.loads(one)["payload"]))
        bits = zlib.decompress(octets_of(told.pop("statuses")))
        yield json.dumps(told, sort_keys=True).encode() + b"\n" + zlib.compress(bits)


def read_list(octets: bytes) -> StatusList:
    """Read a status list as somebody who has the trust list."""
    return read_status_list(octets, trust_list(), now=NOW)[0]


def read_statuses(octets: bytes) -> StatusList:
    """Read a status list whose signer signed whatever stands in it, and whatever is compressed there."""
    told, _, compressed = octets.partition(b"\n")
    member = b',"statuses":"' + text_of(compressed).encode() + b'"}'
    payload = told[:-1] + member
    return read_list(sign_document(payload, signer().signer, (signer().certificate,), prefix=PREFIX))


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[SignedClaim](name="claim", seeds=seeds.claims, read=read_text),
    Harness[SignedCopyClaim](name="claim of a copy", seeds=copies, read=read_text_of_copy),
    Harness[StatusList](name="status list", seeds=status_lists, read=read_list, proves=lambda _, one: one.payload),
    Harness[StatusList](name="status list, signed by its signer", seeds=statuses, read=read_statuses),
)
