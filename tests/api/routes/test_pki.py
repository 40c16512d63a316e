"""What verifiers fetch: certificates, complete lists, shards and status, with what caches need."""

import base64
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from api.problems import PROBLEM
from tests.api.builders import PUBLIC_URL, Furnished, Service, copied, served
from tests.fakes.clock import NOW, SettableClock
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, OCSPResponse
from trust.ocsp_requests import OCSPRequest, ResponseStatus, refusal
from trust.revocation import RevocationList

OCSP_REPLY = "application/ocsp-response"


def owner_certificates(service: Service, furnished: Furnished) -> tuple[Certificate, Certificate]:
    """Return the certificates of the seal's owner, in both families."""
    with service.instance.base.store.reading() as view:
        seal = service.instance.seals.require(view, furnished.seal)
    assert seal.owner_key is not None
    assert seal.document_key is not None
    assert seal.owner_key.certificate is not None
    assert seal.document_key.certificate is not None
    return seal.owner_key.certificate, seal.document_key.certificate


def addresses(certificate: Certificate) -> list[str]:
    """Return every address that a certificate tells: its list, its status, its issuer."""
    extensions = x509.load_der_x509_certificate(certificate.der).extensions
    (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    status, issuer = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert point.full_name is not None
    return [str(one.value) for one in (point.full_name[0], status.access_location, issuer.access_location)]


def test_every_address_in_a_certificate_answers(furnished: Service, furnished_folder: Furnished) -> None:
    for certificate, name in zip(
        owner_certificates(furnished, furnished_folder), ("issuing-sm2", "issuing-p256"), strict=True
    ):
        at_list, at_status, at_issuer = (one.removeprefix(PUBLIC_URL) for one in addresses(certificate))
        assert at_list == f"/pki/{name}/0.crl"
        fetched = furnished.ask("GET", at_list)
        assert (fetched.status_code, fetched.headers["content-type"]) == (200, "application/pkix-crl")
        issuer_answer = furnished.ask("GET", at_issuer)
        assert issuer_answer.headers["content-type"] == "application/pkix-cert"
        issuer = Certificate(issuer_answer.content)
        issuer.verify_issued(certificate)
        shard = RevocationList(fetched.content)
        assert (shard.is_signed_by(issuer), shard.tells_of(certificate), shard.is_complete) == (True, True, False)
        named = CertificateId.of(certificate.serial, issuer, digest=Digest.SHA1)
        headers = {"Content-Type": "application/ocsp-request"}
        told = furnished.ask("POST", at_status, content=OCSPRequest(questions=(named,)).der, headers=headers)
        assert (told.status_code, told.headers["content-type"]) == (200, OCSP_REPLY)
        answer = OCSPResponse.from_der(told.content).answer_for(certificate, issuer)
        assert answer is not None
        assert (answer.is_known, answer.revocation) == (True, None)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/pki/issuing-sm2.crl", "application/pkix-crl"),
        ("/pki/issuing-sm2/0.crl", "application/pkix-crl"),
        ("/pki/issuing-sm2.cer", "application/pkix-cert"),
    ],
)
def test_what_is_published_can_be_kept_and_asked_for_again(shared: Service, path: str, kind: str) -> None:
    first = shared.ask("GET", path)
    assert first.headers["content-type"] == kind
    assert first.headers["cache-control"] == "public, max-age=3600, must-revalidate, no-transform"
    head = shared.ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("etag", "last-modified", "content-length", "content-type")} == {
        name: first.headers[name] for name in ("etag", "last-modified", "content-length", "content-type")
    }
    for asked in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        answer = shared.ask("GET", path, headers=asked)
        assert (answer.status_code, answer.content) == (304, b""), asked
        assert answer.headers["etag"] == first.headers["etag"]
    for asked in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00"},
        {"If-Modified-Since": "long ago"},
    ):
        assert shared.ask("GET", path, headers=asked).status_code == 200, asked


def test_a_list_is_not_kept_beyond_its_end(service: Service, clock: SettableClock) -> None:
    clock.advance(timedelta(days=7) - timedelta(minutes=5))
    kept = service.ask("GET", "/pki/issuing-sm2.crl").headers["cache-control"]
    assert kept.startswith("public, max-age=299,")
    clock.advance(timedelta(days=1))
    assert service.ask("GET", "/pki/issuing-sm2.crl").headers["cache-control"].startswith("public, max-age=0,")


def test_a_revocation_is_on_the_list_at_once(furnished: Service, furnished_folder: Furnished) -> None:
    certificate, _ = owner_certificates(furnished, furnished_folder)
    before = furnished.ask("GET", "/pki/issuing-sm2/0.crl")
    base = furnished.instance.base
    furnished.clock.advance(timedelta(minutes=1))
    with base.store.transaction() as tx:
        base.authorities.revoke(tx, certificate, reason=1, actor="operator")
    base.authorities.publish_revoked()
    for path in ("/pki/issuing-sm2/0.crl", "/pki/issuing-sm2.crl"):
        after = furnished.ask("GET", path, headers={"If-None-Match": before.headers["etag"]})
        assert after.status_code == 200
        assert RevocationList(after.content).entry(certificate.serial) is not None


@pytest.mark.parametrize("path", ["/pki/none.crl", "/pki/none.cer", "/pki/none/0.crl", "/pki/issuing-sm2/7.crl"])
def test_what_there_is_not(shared: Service, path: str) -> None:
    answer = shared.ask("GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
    assert answer.json()["code"] == "authority.unknown"


@pytest.mark.parametrize("path", ["/pki/issuing-sm2/-1.crl", "/pki/issuing-sm2/x.crl", "/pki/issuing-sm2/1000001.crl"])
def test_a_shard_has_a_number(shared: Service, path: str) -> None:
    assert shared.ask("GET", path).status_code == 422


# --- status


def p256_request(furnished: Service, certificate: Certificate) -> ocsp.OCSPRequest:
    """Return a request that another library makes."""
    issuer = furnished.ask("GET", "/pki/issuing-p256.cer").content
    built = ocsp.OCSPRequestBuilder().add_certificate(
        x509.load_der_x509_certificate(certificate.der), x509.load_der_x509_certificate(issuer), hashes.SHA256()
    )
    return built.build()


def test_status_by_address_can_be_kept(furnished: Service, furnished_folder: Furnished) -> None:
    _, certificate = owner_certificates(furnished, furnished_folder)
    encoded = p256_request(furnished, certificate).public_bytes(serialization.Encoding.DER)
    address = f"/pki/ocsp/issuing-p256/{quote(base64.b64encode(encoded), safe='')}"
    first = furnished.ask("GET", address)
    assert first.headers["content-type"] == OCSP_REPLY
    assert first.headers["cache-control"] == "public, max-age=3599, must-revalidate, no-transform"
    read = ocsp.load_der_ocsp_response(first.content)
    assert read.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert read.this_update_utc == NOW.replace(microsecond=0)
    assert read.next_update_utc == NOW.replace(microsecond=0) + timedelta(hours=1)
    furnished.clock.advance(timedelta(minutes=10))
    second = furnished.ask("GET", address, headers={"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.headers["cache-control"].split(",")[1]) == (304, " max-age=2999")


def test_status_by_body_with_a_nonce_is_kept_by_nobody(shared: Service) -> None:
    issuer = Certificate(shared.ask("GET", "/pki/issuing-sm2.cer").content)
    named = CertificateId.of(5, issuer, digest=Digest.SM3)
    asked = OCSPRequest(questions=(named,), nonce=b"0123456789abcdef").der
    answer = shared.ask("POST", "/pki/ocsp/issuing-sm2", content=asked)
    assert answer.headers["cache-control"] == "no-store"
    made = OCSPResponse.from_der(answer.content)
    assert made.signed_by(issuer) is not None
    assert (made.basic.answers[0].is_known, made.nonce is not None) == (False, True)


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("POST", "/pki/ocsp/issuing-sm2", b"", ResponseStatus.MALFORMED_REQUEST),
        ("POST", "/pki/ocsp/issuing-sm2", b"garbage", ResponseStatus.MALFORMED_REQUEST),
        ("POST", "/pki/ocsp/issuing-sm2", bytes(100_000), ResponseStatus.MALFORMED_REQUEST),
        ("GET", "/pki/ocsp/issuing-sm2/garbage!", None, ResponseStatus.MALFORMED_REQUEST),
        ("GET", "/pki/ocsp/issuing-sm2/" + "A" * 4100, None, ResponseStatus.MALFORMED_REQUEST),
        ("GET", "/pki/ocsp/issuing-sm2/AAAA", None, ResponseStatus.MALFORMED_REQUEST),
    ],
)
def test_refusals_are_answers_as_well(
    shared: Service, method: str, path: str, content: bytes | None, status: ResponseStatus
) -> None:
    answer = shared.ask(method, path, content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (200, OCSP_REPLY)
    assert answer.content == refusal(status)
    assert answer.headers["cache-control"] == "no-store"


def test_an_authority_that_there_is_not_says_nothing_of_anybody(shared: Service) -> None:
    issuer = Certificate(shared.ask("GET", "/pki/issuing-sm2.cer").content)
    asked = OCSPRequest(questions=(CertificateId.of(5, issuer, digest=Digest.SM3),)).der
    for name in ("none", "issuing-p256", "root-sm2"):
        answer = shared.ask("POST", f"/pki/ocsp/{name}", content=asked)
        assert answer.content == refusal(ResponseStatus.UNAUTHORIZED)


def test_questions_are_counted_by_address(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, status_rate="2/hour") as service:
        codes = [service.ask("POST", "/pki/ocsp/issuing-sm2", content=b"").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert service.ask("GET", "/pki/ocsp/issuing-sm2/AAAA").status_code == 429
        assert service.ask("GET", "/pki/issuing-sm2.crl").status_code == 200
