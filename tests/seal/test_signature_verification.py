"""Judging a seal signature: each numbered step fails alone, and the attacks that GB/T 38540-2020 invites."""

from datetime import datetime, timedelta

import pytest

from seal.data.asn1 import SealSignature
from seal.data.reading import read_seal_signature
from seal.verification.signatures import JudgedSeal, judge_seal_signature
from tests.builders import FOUNDED, PKI, issue, revocation_list
from tests.fakes.clock import NOW
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, UNTIL, World, seal, seal_signature, tbs_sign
from trust.asn1 import der
from trust.crypto.algorithms import KEYS
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm3 import sm3
from trust.paths import Evidence
from trust.profiles import SEAL_MAKER, SEAL_OWNER, TIME_STAMPING
from trust.reports import SignatureKind
from trust.verdict import Outcome, Remark

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PATH = ["certificate.path", "certificate.validity", "certificate.key_usage", *["certificate.revocation"] * 2]
SEAL = ["seal.format", "seal.extensions", "seal.signature_value", *PATH, "seal.made_in_validity", "seal.validity"]
BEFORE = [f"seal_signature.{one}" for one in ("format", "extensions", "value", "signer_listed")] + PATH
AFTER = ["seal_signature.signing_time", "seal_signature.data_hash", *SEAL]


def judged(
    encoded: bytes,
    world: World,
    *,
    now: datetime = NOW,
    evidence: Evidence | None = None,
    document_hash: bytes | None = DOCUMENT_HASH,
) -> JudgedSeal:
    """Judge with both backends, which must agree, and return what came of it."""
    known = evidence or world.pki.evidence
    found = [
        judge_seal_signature(encoded, known, now=now, document_hash=document_hash, backend=backend)
        for backend in (None, ReferenceBackend())
    ]
    assert found[0].report.checks == found[1].report.checks
    return found[0]


def failing(found: JudgedSeal) -> dict[str, str]:
    """Return what did not pass: each check by its name, with its sub-indication."""
    return {check.name: check.finding.sub_indication.value for check in found.report.checks if check.finding}


def first(found: JudgedSeal) -> tuple[str, str]:
    """Return the outcome and the sub-indication of the whole verdict."""
    finding = found.report.verdict.finding
    return found.report.verdict.outcome.value, "" if finding is None else finding.sub_indication.value


# --- what passes


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_good_signature_passes(world: World, version: int) -> None:
    found = judged(world.signature(version), world)
    assert [*BEFORE, *AFTER, "seal.validity"] == [check.name for check in found.report.checks]
    assert failing(found) == {}
    assert SignatureKind.SEAL_SIGNATURE is found.report.kind
    assert (world.owner.certificate, SIGNED, None) == (
        found.report.signer,
        found.report.claimed_time,
        found.report.proven_time,
    )
    assert found.report.facts["property_info"] == "ByteRange"
    assert found.report.facts["seal_code"] == "33019900000001"
    assert isinstance(found.signature, SealSignature)
    assert found.signature.seal == found.seal


@pytest.mark.parametrize("version", [4, 5])
def test_a_good_signature_with_a_time_stamp_passes(world: World, version: int) -> None:
    found = judged(world.stamped(version), world)
    stamp = ["seal_signature.time_stamp", "seal_signature.time_order"]
    assert [*BEFORE, *stamp, *AFTER] == [check.name for check in found.report.checks]
    steps = [*["7.3 a"] * 2, *["7.3 b"] * 2, *["7.3 c"] * 5, *["7.3 d"] * 3, "7.3 e"]
    assert steps == [check.step for check in found.report.checks[: len(steps)]]
    assert failing(found) == {}
    assert found.report.proven_time == SIGNED


def test_a_value_as_two_bare_numbers_passes_and_is_told(world: World) -> None:
    tbs = tbs_sign(4, world.seal(), world.owner, {})
    members = der.parse(world.owner.signer.sign(tbs)).sequence()
    raw = b"".join(member.integer().to_bytes(32, "big") for member in members)
    found = judged(world.signature(toSign=tbs, signature=der.bit_string(raw)), world)
    assert failing(found) == {}
    assert found.report.checks[0].remarks == (Remark(code="value_form", about="signature"),)


def digest_list(*values: bytes) -> dict[str, bytes]:
    listed = (der.sequence(der.printable_string("SM3"), der.octet_string(value)) for value in values)
    return {"certListType": der.integer(2), "certList": der.sequence(*listed)}


def test_a_signer_listed_by_its_digest_passes(world: World) -> None:
    eseal = world.seal(**digest_list(sm3(b"another"), sm3(world.owner.certificate.der)))
    assert failing(judged(world.signature(eseal=eseal), world)) == {}


# --- a) format


@pytest.mark.parametrize("encoded", [b"", b"\x30\x00", b"no signature"])
def test_something_else_than_a_signature(world: World, encoded: bytes) -> None:
    found = judged(encoded, world)
    assert failing(found) == {"seal_signature.format": "FORMAT_FAILURE"}
    assert [check.step for check in found.report.checks] == ["7.3 a"]
    assert (found.signature, found.seal) == (None, None)


# --- b) the value, and the signer that the seal names


def test_a_value_of_another_key(world: World) -> None:
    value = der.bit_string(world.maker.signer.sign(b"whatever"))
    assert failing(judged(world.signature(signature=value), world)) == {"seal_signature.value": "SIG_CRYPTO_FAILURE"}


@pytest.mark.parametrize(
    "change",
    [
        {"dataHash": der.bit_string(DOCUMENT_HASH[:-1] + b"\0")},
        {"timeInfo": der.generalized_time(SIGNED - HOUR)},
        {"propertyInfo": der.ia5_string("/Doc_0/Signs/Sign_0/Signature.xml")},
        {"sign_extDatas": der.context(0, der.sequence())},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_signature_that_was_changed_after_signing(world: World, change: dict[str, bytes]) -> None:
    value = der.parse(world.signature()).children()[3].raw
    found = failing(judged(world.signature(signature=value, **change), world))
    assert found.pop("seal_signature.value") == "SIG_CRYPTO_FAILURE"
    assert set(found) <= {"seal_signature.data_hash"}


def test_another_seal_put_into_a_signature(world: World) -> None:
    value = der.parse(world.signature()).children()[3].raw
    other = world.seal(name=der.utf8_string("某省人民政府"))
    assert failing(judged(world.signature(eseal=other, signature=value), world)) == {
        "seal_signature.value": "SIG_CRYPTO_FAILURE"
    }


@pytest.mark.parametrize("oid", ["1.2.840.10045.4.3.2", "1.2.156.10197.1.999", "1.2.156.10197.1.301.1"])
def test_an_algorithm_that_no_seal_signs_with(world: World, oid: str) -> None:
    found = failing(judged(world.signature(signatureAlgID=der.oid(oid)), world))
    assert found == {"seal_signature.value": "CRYPTO_CONSTRAINTS_FAILURE"}


def test_another_valid_certificate_of_the_same_authority_signs(world: World) -> None:
    # Certificate substitution: in V4 the certificate stands outside of what is signed, so that everything else holds.
    attacker = world.pki.issue(SEAL_OWNER)
    found = judged(seal_signature(4, world.seal(), attacker), world)
    assert failing(found) == {"seal_signature.signer_listed": "SIG_CONSTRAINTS_FAILURE"}
    assert first(found) == ("failed", "SIG_CONSTRAINTS_FAILURE")
    (listed,) = [check for check in found.report.checks if check.name == "seal_signature.signer_listed"]
    assert (listed.step, listed.code) == ("7.3 b", "seal.signer_not_listed")


@pytest.mark.parametrize("version", [4, 5])
def test_the_certificate_of_a_genuine_signature_is_substituted(world: World, version: int) -> None:
    other = world.pki.issue(SEAL_OWNER).certificate.der
    value = der.parse(world.signature(version)).children()[3].raw
    made = world.signature(version, sign_cert=der.octet_string(other), signature=value)
    assert failing(judged(made, world)) == {
        "seal_signature.value": "SIG_CRYPTO_FAILURE",
        "seal_signature.signer_listed": "SIG_CONSTRAINTS_FAILURE",
    }


def test_a_renewed_certificate_for_the_same_key_needs_a_new_seal(world: World) -> None:
    renewed = issue(
        SEAL_OWNER,
        world.pki.issuing,
        custody=world.pki.custody,
        algorithm=KEYS["sm2"],
        subject="renewed",
        key=world.owner.key,
    )
    found = judged(seal_signature(4, world.seal(), renewed), world)
    assert failing(found) == {"seal_signature.signer_listed": "SIG_CONSTRAINTS_FAILURE"}


@pytest.mark.parametrize("kind", ["another digest", "the certificate itself", "a digest in a list of certificates"])
def test_a_list_that_does_not_name_the_signer(world: World, kind: str) -> None:
    own = world.owner.certificate.der
    parts = {
        "another digest": digest_list(sm3(b"another")),
        "the certificate itself": digest_list(own),
        "a digest in a list of certificates": {"certList": der.sequence(der.octet_string(sm3(own)))},
    }[kind]
    found = failing(judged(world.signature(eseal=world.seal(**parts)), world))
    assert found == {"seal_signature.signer_listed": "SIG_CONSTRAINTS_FAILURE"}


# --- c) the signer's certificate, judged together with the time


def revoked_at(world: World, at: datetime) -> Evidence:
    newer = revocation_list(world.pki.issuing, {world.owner.certificate: at}, this_update=NOW - HOUR)
    return world.pki.evidence.joined_by((), (newer,))


@pytest.mark.parametrize("revoked", [SIGNED - DAY, SIGNED])
def test_a_signer_revoked_before_the_proven_time(world: World, revoked: datetime) -> None:
    found = judged(world.stamped(), world, evidence=revoked_at(world, revoked))
    assert failing(found) == {"certificate.revocation": "REVOKED"}


def test_a_signer_revoked_after_the_proven_time(world: World) -> None:
    assert failing(judged(world.stamped(), world, evidence=revoked_at(world, SIGNED + HOUR))) == {}


@pytest.mark.parametrize("revoked", [SIGNED - DAY, SIGNED + HOUR])
def test_a_signer_revoked_where_no_time_is_proven(world: World, revoked: datetime) -> None:
    # The signing time is only a claim: whoever stole the key would claim an early one.
    found = judged(world.signature(), world, evidence=revoked_at(world, revoked))
    assert {"certificate.revocation"} == set(failing(found))
    assert Outcome.PASSED is not found.report.verdict.outcome


def test_a_signer_that_expired_after_the_proven_time(world: World) -> None:
    owner = world.pki.issue(SEAL_OWNER, not_after=SIGNED + HOUR)
    other = World(pki=world.pki, maker=world.maker, owner=owner)
    assert failing(judged(other.stamped(), world)) == {}
    assert failing(judged(other.signature(), world)) == {"certificate.validity": "OUT_OF_BOUNDS_NO_POE"}


def test_a_signer_under_an_unknown_root_is_never_passed(world: World) -> None:
    stranger = PKI.found(KEYS["sm2"]).issue(SEAL_OWNER)
    other = World(pki=world.pki, maker=world.maker, owner=stranger)
    found = judged(other.stamped(), world)
    assert failing(found) == {"certificate.path": "NO_CERTIFICATE_CHAIN_FOUND"}
    assert first(found) == ("indeterminate", "NO_CERTIFICATE_CHAIN_FOUND")


def test_everything_under_an_unknown_root_is_never_passed(world: World) -> None:
    stranger = World.of(PKI.found(KEYS["sm2"]))
    found = judged(stranger.stamped(), world)
    assert {"seal_signature.time_stamp", "certificate.path"} == set(failing(found))
    assert Outcome.INDETERMINATE is found.report.verdict.outcome


def test_a_signer_certified_for_time_stamping(world: World) -> None:
    other = World(pki=world.pki, maker=world.maker, owner=world.pki.issue(TIME_STAMPING))
    assert failing(judged(other.signature(), world)) == {"certificate.key_usage": "CHAIN_CONSTRAINTS_FAILURE"}


# --- d) the time


def test_a_signing_time_in_the_future(world: World) -> None:
    made = world.signature(timeInfo=der.generalized_time(NOW + DAY))
    assert failing(judged(made, world)) == {"seal_signature.signing_time": "TIMESTAMP_ORDER_FAILURE"}


def test_a_signing_time_before_the_certificate(world: World) -> None:
    made = world.signature(timeInfo=der.generalized_time(FOUNDED - DAY))
    found = failing(judged(made, world))
    assert found == {"seal_signature.signing_time": "SIG_CONSTRAINTS_FAILURE", "seal.validity": "NOT_YET_VALID"}


def test_a_signing_time_after_the_certificate(world: World) -> None:
    owner = world.pki.issue(SEAL_OWNER, not_after=SIGNED - DAY)
    made = World(pki=world.pki, maker=world.maker, owner=owner).signature()
    found = failing(judged(made, world))
    assert found["seal_signature.signing_time"] == "SIG_CONSTRAINTS_FAILURE"


def test_a_first_version_without_a_time(world: World) -> None:
    made = world.signature(1, timeInfo=der.bit_string(b"\x30\x00"))
    assert failing(judged(made, world)) == {"seal_signature.signing_time": "OUT_OF_BOUNDS_NO_POE"}


def test_a_time_stamp_older_than_the_claimed_time(world: World) -> None:
    found = judged(world.stamped(at=SIGNED - HOUR), world)
    assert failing(found) == {"seal_signature.time_order": "TIMESTAMP_ORDER_FAILURE"}


def with_token(world: World, token: bytes) -> bytes:
    return world.signature(timeStamp=der.context(0, der.bit_string(token)))


def test_a_time_stamp_over_another_value(world: World) -> None:
    found = judged(with_token(world, world.token(b"another value")), world)
    assert failing(found) == {"seal_signature.time_stamp": "HASH_FAILURE"}
    assert found.report.proven_time is None


@pytest.mark.parametrize("token", [b"", b"\x30\x00", b"noise"])
def test_a_time_stamp_that_is_none(world: World, token: bytes) -> None:
    assert failing(judged(with_token(world, token), world)) == {"seal_signature.time_stamp": "FORMAT_FAILURE"}


def test_a_time_stamp_in_the_future(world: World) -> None:
    found = judged(world.stamped(at=NOW + HOUR), world)
    assert failing(found)["seal_signature.time_stamp"] == "TIMESTAMP_ORDER_FAILURE"


def test_a_time_stamp_that_does_not_hold_proves_nothing(world: World) -> None:
    # The signer was revoked after the time that a worthless token states.
    stranger = World.of(PKI.found(KEYS["sm2"]))
    value = world.owner.signer.sign(tbs_sign(4, eseal := world.seal(), world.owner, {}))
    stamp = der.context(0, der.bit_string(stranger.token(value)))
    made = seal_signature(4, eseal, world.owner, signature=der.bit_string(value), timeStamp=stamp)
    found = judged(made, world, evidence=revoked_at(world, SIGNED + HOUR))
    assert {"seal_signature.time_stamp", "certificate.revocation"} == set(failing(found))


def test_a_time_stamp_taken_from_another_signature(world: World) -> None:
    other = read_seal_signature(world.stamped()).time_stamp
    assert other is not None
    assert failing(judged(with_token(world, other), world)) == {"seal_signature.time_stamp": "HASH_FAILURE"}


# --- e) the document


def test_another_document(world: World) -> None:
    found = judged(world.stamped(), world, document_hash=sm3(b"another document"))
    assert failing(found) == {"seal_signature.data_hash": "HASH_FAILURE"}
    assert first(found) == ("failed", "HASH_FAILURE")


def test_the_document_is_not_at_hand(world: World) -> None:
    found = judged(world.stamped(), world, document_hash=None)
    assert failing(found) == {"seal_signature.data_hash": "SIGNED_DATA_NOT_FOUND"}
    assert first(found) == ("indeterminate", "SIGNED_DATA_NOT_FOUND")


# --- f) the seal


def test_the_seal_is_forged(world: World) -> None:
    eseal = world.seal(signedValue=der.bit_string(world.owner.signer.sign(b"whatever")))
    assert failing(judged(world.stamped(eseal=eseal), world)) == {"seal.signature_value": "SIG_CRYPTO_FAILURE"}


def test_the_maker_of_the_seal_is_unknown(world: World) -> None:
    stranger = PKI.found(KEYS["sm2"]).issue(SEAL_MAKER)
    eseal = seal(4, stranger, world.owner)
    assert failing(judged(world.stamped(eseal=eseal), world)) == {"certificate.path": "NO_CERTIFICATE_CHAIN_FOUND"}


def test_the_maker_of_the_seal_was_revoked_before_and_after(world: World) -> None:
    for revoked, expected in ((CREATED, {"certificate.revocation": "REVOKED"}), (SIGNED + HOUR, {})):
        newer = revocation_list(world.pki.issuing, {world.maker.certificate: revoked}, this_update=NOW - HOUR)
        evidence = world.pki.evidence.joined_by((), (newer,))
        assert expected == failing(judged(world.stamped(), world, evidence=evidence))


@pytest.mark.parametrize(
    ("part", "moment", "expected"),
    [("validStart", SIGNED + HOUR, "NOT_YET_VALID"), ("validEnd", SIGNED - HOUR, "EXPIRED")],
)
@pytest.mark.parametrize("stamped", [True, False], ids=["stamped", "claimed"])
def test_a_seal_used_outside_its_validity(
    world: World, *, stamped: bool, part: str, moment: datetime, expected: str
) -> None:
    eseal = world.seal(**{part: der.generalized_time(moment)})
    made = world.stamped(eseal=eseal) if stamped else world.signature(eseal=eseal)
    assert failing(judged(made, world)) == {"seal.validity": expected}


def test_a_seal_that_expired_after_the_proven_time(world: World) -> None:
    eseal = world.seal(validEnd=der.generalized_time(SIGNED + HOUR))
    assert failing(judged(world.stamped(eseal=eseal), world)) == {}
    assert failing(judged(world.signature(eseal=eseal), world)) == {"seal.validity": "OUT_OF_BOUNDS_NO_POE"}
    assert UNTIL > NOW


def test_a_claimed_time_before_the_seal_was_valid_although_the_proven_one_is_not(world: World) -> None:
    # GM/T 0031-2014, 6.2.3 f: the signing time lies in the validity of the seal. A time-stamp does not mend a lie.
    eseal = world.seal(validStart=der.generalized_time(SIGNED + HOUR))
    found = judged(world.stamped(eseal=eseal, at=SIGNED + 2 * HOUR), world)
    assert failing(found) == {"seal.validity": "NOT_YET_VALID"}


# --- extensions, and the rules of 2025 within a signature


@pytest.mark.parametrize("version", [4, 5])
def test_a_critical_extension_of_the_signature_that_nobody_understands(world: World, version: int) -> None:
    told = der.sequence(der.sequence(der.oid("1.2.3"), der.boolean(value=True), der.octet_string(b"x")))
    found = judged(world.signature(version, sign_extDatas=der.context(0, told)), world)
    assert failing(found) == {"seal_signature.extensions": "SIG_CONSTRAINTS_FAILURE"}


@pytest.mark.parametrize(("version", "expected"), [(4, {"certificate.validity": "OUT_OF_BOUNDS_NO_POE"}), (5, {})])
def test_a_maker_that_expired_since_touches_no_signature_under_the_standard_of_2025(
    world: World, version: int, expected: dict[str, str]
) -> None:
    maker = world.pki.issue(SEAL_MAKER, not_after=NOW - DAY)
    other = World(pki=world.pki, maker=maker, owner=world.owner)
    assert failing(judged(other.signature(version), world)) == expected


def test_the_first_version_asks_for_the_signer_s_name_as_well(world: World) -> None:
    attacker = world.pki.issue(SEAL_OWNER)
    found = failing(judged(seal_signature(1, world.seal(1), attacker), world))
    assert found == {"seal_signature.signer_listed": "SIG_CONSTRAINTS_FAILURE"}


@pytest.mark.parametrize("part", ["sign_cert", "timeInfo"])
def test_the_first_version_signs_the_certificate_and_the_time(world: World, part: str) -> None:
    value = der.parse(world.signature(1)).children()[1].raw
    other = {
        "sign_cert": der.octet_string(world.pki.issue(SEAL_OWNER).certificate.der),
        "timeInfo": der.bit_string(b"2026-11-12T04:05:07Z"),
    }
    found = failing(judged(world.signature(1, signature=value, **{part: other[part]}), world))
    assert found["seal_signature.value"] == "SIG_CRYPTO_FAILURE"
