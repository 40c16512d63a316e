"""Each result that a check can have comes about, alone where that can be; and the order is the standards'."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import pytest
from typing_extensions import Unpack

from seal.verification.checks import BY_NAME, CHECKS, WARNINGS, coded
from seal.verification.ofd.judging import judge_ofd
from seal.verification.results import SealResult
from seal.verification.signatures import judge_seal, judge_seal_signature
from tests.builders import FOUNDED, PKI, Deviations, revocation_list, time_authority
from tests.builders_ofd import FOLDER, SealKit, Signing, archive, attached_message, document, listing, sign, unsigned
from tests.fakes.clock import NOW, SettableClock
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, World, seal, seal_signature
from trust.asn1 import der
from trust.crypto.algorithms import KEYS
from trust.crypto.sm3 import sm3
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER, TIME_STAMPING, Profile
from trust.revocation import Revocation
from trust.verdict import Check, Finding, Outcome, SubIndication

DAY = timedelta(days=1)
CRITICAL = der.sequence(der.sequence(der.oid("1.2.3"), der.boolean(value=True), der.octet_string(b"x")))
ECDSA = der.oid("1.2.840.10045.4.3.2")

Told = tuple[Check, ...]
Case = Callable[[World], Told]


def of_seal(world: World, encoded: bytes, evidence: Evidence | None = None) -> Told:
    return judge_seal(encoded, evidence or world.pki.evidence, now=NOW).report.checks


def of_signature(world: World, encoded: bytes, evidence: Evidence | None = None, *, at_hand: bool = True) -> Told:
    known, told = evidence or world.pki.evidence, DOCUMENT_HASH if at_hand else None
    return judge_seal_signature(encoded, known, now=NOW, document_hash=told).report.checks


def of_package(world: World, files: Mapping[str, bytes]) -> Told:
    report = judge_ofd(archive(files), world.pki.evidence, now=NOW)
    return report.signatures[0].report.checks


def made_by(world: World, profile: Profile = SEAL_MAKER, **validity: Unpack[Deviations]) -> bytes:
    return seal(4, world.pki.issue(profile, **validity), world.owner)


def signed_by(world: World, profile: Profile = SEAL_OWNER, **validity: Unpack[Deviations]) -> bytes:
    owner = world.pki.issue(profile, **validity)
    return World(pki=world.pki, maker=world.maker, owner=owner).signature()


def revoked(world: World, serial: int) -> Evidence:
    entry = Revocation(serial=serial, at=CREATED + DAY, reason=1)
    return world.pki.evidence.joined_by((), (revocation_list(world.pki.issuing, [entry], this_update=NOW - DAY),))


def without_lists(world: World) -> Evidence:
    return Evidence(anchors=world.pki.evidence.anchors, certificates=world.pki.evidence.certificates)


def strangers() -> World:
    return World.of(PKI.found(KEYS["sm2"]))


def under_no_authority(world: World) -> tuple[World, Evidence]:
    """Return a maker and an owner that somebody certified who is no authority, and evidence with that certificate."""
    parent = world.pki.issue(SEAL_OWNER, subject="no authority")
    maker, owner = (world.pki.issue(profile, parent) for profile in (SEAL_MAKER, SEAL_OWNER))
    return World(pki=world.pki, maker=maker, owner=owner), world.pki.evidence.joined_by((parent.certificate,))


def untrusted_maker(world: World) -> Told:
    other, known = under_no_authority(world)
    return of_seal(world, other.seal(), known)


def untrusted_signer(world: World) -> Told:
    other, known = under_no_authority(world)
    return of_signature(world, other.signature(), known)


def stamped_seal(world: World, token: Callable[[bytes], bytes], **validity: Unpack[Deviations]) -> bytes:
    maker = world.pki.issue(SEAL_MAKER, **validity)
    info = der.parse(seal(5, maker, world.owner)).children()[0].raw
    value = maker.signer.sign(info)
    stamp = der.context(0, der.bit_string(token(value)))
    return seal(5, maker, world.owner, eSealInfo=info, signedValue=der.bit_string(value), timeStamp=stamp)


def revoked_since(world: World) -> Told:
    maker = world.pki.issue(SEAL_MAKER)
    entry = Revocation(serial=maker.certificate.serial, at=CREATED + DAY, reason=4)
    known = world.pki.evidence.joined_by((), (revocation_list(world.pki.issuing, [entry], this_update=NOW - DAY),))
    return of_seal(world, seal(5, maker, world.owner), known)


def package(world: World, later: Mapping[str, bytes] | None = None, how: Signing | None = None) -> Told:
    """Judge a package that was signed as told, with files that came later."""
    files = sign(document(), SealKit(maker=world.maker, owner=world.owner).value, how)
    return of_package(world, {**files, **(later or {})})


def package_without(world: World, name: str) -> Told:
    kit = SealKit(maker=world.maker, owner=world.owner)
    files = sign(document(), kit.value, Signing(seal=kit.seal))
    return of_package(world, {key: content for key, content in files.items() if key != f"{FOLDER}/{name}"})


def package_with_message(world: World) -> Told:
    signer = world.pki.issue(DOCUMENT_SIGNER)
    files = sign(document(), lambda *_: attached_message(signer, sm3(b"another")), Signing(type="Sign"))
    return of_package(world, files)


def package_with_list(world: World, names: Iterable[str]) -> Told:
    signer = world.pki.issue(DOCUMENT_SIGNER)
    return of_package(world, listing(unsigned(), lambda entries: attached_message(signer, entries), names=names))


def token_in(world: World, token: bytes) -> bytes:
    return world.signature(timeStamp=der.context(0, der.bit_string(token)))


def stamped_by(world: World, make: Callable[[bytes], bytes]) -> Told:
    eseal = world.seal()
    unstamped = der.parse(seal_signature(4, eseal, world.owner)).children()
    token = make(unstamped[3].bits())
    members = [one.raw for one in unstamped]
    return of_signature(world, der.sequence(*members, der.context(0, der.bit_string(token))))


def lapsed(world: World, message: bytes, at: datetime) -> bytes:
    authority = world.pki.issue(TIME_STAMPING, not_after=NOW - DAY)
    return time_authority(authority, SettableClock(at)).stamp(message)


RESULTS: Final[Mapping[SealResult, Case]] = {
    SealResult.PACKAGE_BROKEN: lambda world: package_without(world, "SignedValue.dat"),
    SealResult.REFERENCES_WRONG: lambda world: package(world, {"Doc_0/Res/image.png": b"another"}),
    SealResult.REFERENCES_EMPTY: lambda world: package(world, how=Signing(covered=())),
    SealResult.REFERENCES_WEAK: lambda world: package(world, how=Signing(method="MD5")),
    SealResult.FILES_UNPROTECTED: lambda world: package(world, {"extra": b"not signed"}),
    SealResult.SEAL_FILE_MISSING: lambda world: package_without(world, "Seal.esl"),
    SealResult.SEAL_FILE_OTHER: lambda world: package(world, how=Signing(seal=world.seal())),
    SealResult.PLACE_OTHER: lambda world: package(world, how=Signing(property_info="/Doc_0/Document.xml")),
    SealResult.FILES_SMUGGLED: lambda world: package_with_list(world, names=("OFD.xml",)),
    SealResult.CONTENTS_UNPROTECTED: lambda world: package_with_list(world, names=document()),
    SealResult.SIGNED_DIGEST_WRONG: package_with_message,
    SealResult.SEAL_FORMAT: lambda world: of_seal(world, b"noise"),
    SealResult.SEAL_EXTENSION: lambda world: of_seal(world, world.seal(extDatas=CRITICAL)),
    SealResult.MAKER_UNREADABLE: lambda world: of_seal(world, world.seal(cert=der.octet_string(b"noise"))),
    SealResult.SEAL_VALUE: lambda world: of_seal(world, world.seal(signedValue=der.bit_string(b"noise"))),
    SealResult.SEAL_ALGORITHM: lambda world: of_seal(world, world.seal(signAlgID=ECDSA)),
    SealResult.MAKER_UNTRUSTED: untrusted_maker,
    SealResult.MAKER_UNKNOWN: lambda world: of_seal(world, strangers().seal(), without_lists(world)),
    SealResult.MAKER_EXPIRED: lambda world: of_seal(world, made_by(world, not_after=NOW - DAY)),
    SealResult.MAKER_NOT_YET_VALID: lambda world: of_seal(world, made_by(world, at=NOW + DAY)),
    SealResult.MAKER_MISUSED: lambda world: of_seal(world, made_by(world, TIME_STAMPING)),
    SealResult.MAKER_REVOKED: lambda world: of_seal(
        world, world.seal(), revoked(world, world.maker.certificate.serial)
    ),
    SealResult.MAKER_STATUS_UNKNOWN: lambda world: of_seal(world, world.seal(), without_lists(world)),
    SealResult.MADE_OUTSIDE_VALIDITY: lambda world: of_seal(
        world, world.seal(createDate=der.generalized_time(FOUNDED - DAY))
    ),
    SealResult.SEAL_TIME_STAMP: lambda world: of_seal(world, stamped_seal(world, lambda _: b"noise")),
    SealResult.SEAL_TIME_STAMP_UNTRUSTED: lambda world: of_seal(
        world, stamped_seal(world, lambda value: strangers().token(value, CREATED))
    ),
    SealResult.SEAL_TIME_ORDER: lambda world: of_seal(
        world, stamped_seal(world, lambda value: world.token(value, CREATED - DAY))
    ),
    SealResult.SEAL_NOT_YET_VALID: lambda world: of_seal(world, world.seal(validStart=der.generalized_time(NOW + DAY))),
    SealResult.SEAL_ENDED: lambda world: of_seal(world, world.seal(validEnd=der.generalized_time(NOW - DAY))),
    SealResult.SIGNATURE_FORMAT: lambda world: of_signature(world, b"noise"),
    SealResult.SIGNATURE_EXTENSION: lambda world: of_signature(
        world, world.signature(sign_extDatas=der.context(0, CRITICAL))
    ),
    SealResult.SIGNATURE_VALUE: lambda world: of_signature(world, world.signature(signature=der.bit_string(b"noise"))),
    SealResult.SIGNATURE_ALGORITHM: lambda world: of_signature(world, world.signature(signatureAlgID=ECDSA)),
    SealResult.SIGNER_NOT_LISTED: lambda world: of_signature(
        world, seal_signature(4, world.seal(), world.pki.issue(SEAL_OWNER))
    ),
    SealResult.SIGNER_UNTRUSTED: untrusted_signer,
    SealResult.SIGNER_UNKNOWN: lambda world: of_signature(world, strangers().signature(), without_lists(world)),
    SealResult.SIGNER_EXPIRED: lambda world: of_signature(world, signed_by(world, not_after=NOW - DAY)),
    SealResult.SIGNER_NOT_YET_VALID: lambda world: of_signature(world, signed_by(world, at=NOW + DAY)),
    SealResult.SIGNER_MISUSED: lambda world: of_signature(world, signed_by(world, TIME_STAMPING)),
    SealResult.SIGNER_REVOKED: lambda world: of_signature(
        world, world.signature(), revoked(world, world.owner.certificate.serial)
    ),
    SealResult.SIGNER_STATUS_UNKNOWN: lambda world: of_signature(world, world.signature(), without_lists(world)),
    SealResult.TIME_STAMP: lambda world: of_signature(world, token_in(world, b"noise")),
    SealResult.TIME_STAMP_UNTRUSTED: lambda world: stamped_by(world, strangers().token),
    SealResult.TIME_ORDER: lambda world: of_signature(world, world.stamped(at=SIGNED - DAY)),
    SealResult.TIME_MISSING: lambda world: of_signature(world, world.signature(1, timeInfo=der.bit_string(b"none"))),
    SealResult.TIME_IN_FUTURE: lambda world: of_signature(
        world, world.signature(timeInfo=der.generalized_time(NOW + DAY))
    ),
    SealResult.TIME_OUTSIDE_CERTIFICATE: lambda world: of_signature(
        world, world.signature(timeInfo=der.generalized_time(FOUNDED - DAY))
    ),
    SealResult.HASH_DIFFERS: lambda world: of_signature(
        world, world.signature(dataHash=der.bit_string(sm3(b"another")))
    ),
    SealResult.DOCUMENT_MISSING: lambda world: of_signature(world, world.signature(), at_hand=False),
    SealResult.MAKER_EXPIRED_SINCE: lambda world: of_seal(
        world, stamped_seal(world, lambda value: world.token(value, CREATED), not_after=NOW - DAY)
    ),
    SealResult.MAKER_REVOKED_SINCE: revoked_since,
    SealResult.SEAL_TIME_STAMP_LAPSED: lambda world: of_seal(
        world, stamped_seal(world, lambda value: lapsed(world, value, CREATED))
    ),
    SealResult.TIME_STAMP_LAPSED: lambda world: stamped_by(world, lambda value: lapsed(world, value, SIGNED)),
}


@pytest.mark.parametrize("result", SealResult)
def test_each_result_comes_about(world: World, result: SealResult) -> None:
    told = [check for check in RESULTS[result](world) if check.code == result]
    assert told
    warned = result in WARNINGS
    assert all((check.outcome is Outcome.PASSED) is warned for check in told)


@pytest.mark.parametrize("result", SealResult)
def test_what_did_not_pass_has_a_result_and_what_passed_has_none(world: World, result: SealResult) -> None:
    for check in RESULTS[result](world):
        known = (check.step, check.name) in BY_NAME  # the others are those of signed messages
        assert bool(check.code) is (known and (check.finding is not None or check.code in WARNINGS))


@pytest.mark.parametrize("result", SealResult)
def test_the_checks_of_each_report_are_in_the_order_of_the_table(world: World, result: SealResult) -> None:
    order = [(one.step, one.name) for one in CHECKS]
    found = [(check.step, check.name) for check in RESULTS[result](world) if (check.step, check.name) in BY_NAME]
    places = [order.index(one) for one in found]
    assert places == sorted(places)


def test_the_table_knows_each_check_once_and_each_result() -> None:
    assert len(BY_NAME) == len(CHECKS)
    results = {result for one in CHECKS for result in (one.result, *one.finer.values())}
    assert results.isdisjoint(WARNINGS)
    assert results | set(WARNINGS) == set(SealResult) == set(RESULTS)


def test_a_check_that_the_table_does_not_know_is_an_error_of_ours() -> None:
    finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason="")
    with pytest.raises(KeyError):
        coded(Check(step="6.3 z", name="seal.colour", finding=finding))


def test_what_proves_the_time_of_a_signature_proves_that_of_its_seal(world: World) -> None:
    """The seal lies under the signature, with its own time-stamp: where that was there, so was this."""
    eseal = stamped_seal(world, lambda value: lapsed(world, value, CREATED))
    for encoded, expected in (
        (world.stamped(5, eseal=eseal), ""),
        (world.signature(5, eseal=eseal), SealResult.SEAL_TIME_STAMP_LAPSED),
    ):
        told = {check.name: check for check in of_signature(world, encoded)}
        assert (told["seal.time_stamp"].code, told["seal.time_stamp"].outcome) == (expected, Outcome.PASSED)
