"""Who speaks for an authority in OCSP, asked of `signed_by` alone: no list stands behind it here to refuse as well."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pytest

from tests.builders import FOUNDED, PKI, Party, grafted, with_extension, without_extension
from tests.fakes.clock import NOW
from trust.asn1 import der
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.profiles import DOCUMENT_SIGNER, OCSP_RESPONDER, SEAL_OWNER, Name, extension

SECOND: Final = timedelta(seconds=1)


def said(pki: PKI, responder: Party, *, at: datetime = NOW, serials: tuple[int, ...] = (7,)) -> OCSPResponse:
    """Return what `responder` says of certificates of the issuing authority, with its own certificate."""
    issuing = pki.issuing.certificate
    told = [
        StatusAnswer(
            id=CertificateId.of(serial, issuing, digest=Digest.SHA1), is_known=True, revocation=None, this_update=at
        )
        for serial in serials
    ]
    tbs = tbs_response(responder.certificate, told, produced_at=at)
    algorithm = responder.key.algorithm.signature_identifier
    return OCSPResponse.from_der(response(tbs, algorithm, responder.signer.sign(tbs), (responder.certificate,)))


def usage(bits: bytes) -> Callable[[bytes], bytes]:
    """Return what gives a certificate another keyUsage."""
    value = extension("2.5.29.15", der.tlv(der.Tag.BIT_STRING, bits), critical=True)
    return lambda tbs: with_extension(tbs, value)


def responder_at(pki: PKI, at: datetime = FOUNDED) -> Party:
    """Return a responder that the issuing authority appointed at a moment."""
    return pki.issue(OCSP_RESPONDER, at=at)


def test_the_authority_itself_and_whom_it_appointed_speak(pki: PKI) -> None:
    for responder in (pki.issuing, responder_at(pki, NOW)):
        assert said(pki, responder).signed_by(pki.issuing.certificate) == responder.certificate


OTHER_NAME: Final = Name(common_name="an authority of another name").der
OTHERS: Final[dict[str, Callable[[PKI], Party]]] = {
    "a signer without the purpose": lambda pki: pki.issue(DOCUMENT_SIGNER),
    "the owner of a seal": lambda pki: pki.issue(SEAL_OWNER),
    "the purpose without the right to sign": lambda pki: pki.issue(OCSP_RESPONDER, at=NOW, change=usage(b"\x05\x20")),
    "the right to sign without the purpose": lambda pki: pki.issue(
        OCSP_RESPONDER, at=NOW, change=lambda tbs: without_extension(tbs, "2.5.29.37")
    ),
    "a responder of the root": lambda pki: pki.issue(OCSP_RESPONDER, pki.root, at=NOW),
    "a responder of another authority": lambda pki: PKI.found(pki.algorithm).issue(OCSP_RESPONDER, at=NOW),
    "the same key under another name of its issuer": lambda pki: pki.issue(
        OCSP_RESPONDER, at=NOW, change=lambda tbs: grafted(tbs, 3, put=OTHER_NAME)
    ),
    "an extension that nobody knows": lambda pki: pki.issue(
        OCSP_RESPONDER, at=NOW, change=lambda tbs: with_extension(tbs, extension("2.25.1", der.null(), critical=True))
    ),
}


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_speaks(pki: PKI, who: str) -> None:
    assert said(pki, OTHERS[who](pki)).signed_by(pki.issuing.certificate) is None


def test_a_responder_speaks_while_its_certificate_is_valid(sm2_pki: PKI) -> None:
    responder = responder_at(sm2_pki, NOW)
    first, last = responder.certificate.not_before, responder.certificate.not_after
    heard = {
        at: said(sm2_pki, responder, at=at).signed_by(sm2_pki.issuing.certificate) is not None
        for at in (first - SECOND, first, last, last + SECOND)
    }
    assert list(heard.values()) == [False, True, True, False]


def test_a_response_speaks_of_the_certificate_that_it_names(sm2_pki: PKI) -> None:
    leaf, issuing = sm2_pki.signer.certificate, sm2_pki.issuing.certificate
    assert said(sm2_pki, sm2_pki.issuing, serials=(7, leaf.serial + 1)).answer_for(leaf, issuing) is None
    found = said(sm2_pki, sm2_pki.issuing, serials=(7, leaf.serial)).answer_for(leaf, issuing)
    assert found is not None
    assert found.id.serial == leaf.serial
    assert said(sm2_pki, sm2_pki.issuing, serials=(leaf.serial,)).answer_for(leaf, sm2_pki.root.certificate) is None
