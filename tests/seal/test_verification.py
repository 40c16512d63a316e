"""Judging a seal by itself: each numbered step fails alone, with its name and its sub-indication."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from seal.verification.signatures import JudgedSeal, judge_seal
from tests.builders import FOUNDED, PKI, Party, revocation_list
from tests.fakes.clock import NOW
from tests.seal.structures import CREATED, UNTIL, World, seal
from trust.asn1 import der
from trust.crypto.algorithms import KEYS
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import SM2Backend
from trust.paths import Evidence
from trust.profiles import SEAL_MAKER, SEAL_OWNER, TIME_STAMPING
from trust.reports import SignatureKind, SignatureReport
from trust.revocation import Revocation
from trust.verdict import Outcome, Remark, SubIndication

DAY = timedelta(days=1)
WHOLE = ["seal.format", "seal.extensions", "seal.signature_value"]
WHOLE += ["certificate.path", "certificate.validity", "certificate.key_usage", *["certificate.revocation"] * 2]
WHOLE += ["seal.made_in_validity", "seal.validity"]


@pytest.fixture(params=[None, ReferenceBackend()], ids=["preferred", "reference"])
def backend(request: pytest.FixtureRequest) -> SM2Backend | None:
    """Return each backend of SM2 in turn."""
    found: SM2Backend | None = request.param
    return found


def findings(report: SignatureReport) -> dict[str, SubIndication]:
    """Return what did not pass: each check by its name, with its sub-indication."""
    return {check.name: check.finding.sub_indication for check in report.checks if check.finding is not None}


def judged(encoded: bytes, evidence: Evidence, *, now: datetime = NOW, backend: SM2Backend | None = None) -> JudgedSeal:
    return judge_seal(encoded, evidence, now=now, backend=backend)


def failing(encoded: bytes, world: World, *, now: datetime = NOW, evidence: Evidence | None = None) -> dict[str, str]:
    """Return what did not pass in a seal, judged with both backends alike."""
    found = [
        findings(judged(encoded, evidence or world.pki.evidence, now=now, backend=one).report)
        for one in (None, ReferenceBackend())
    ]
    assert found[0] == found[1]
    return {name: indication.value for name, indication in found[0].items()}


def by(world: World, maker: Party, **fields: bytes) -> bytes:
    """Return a seal by another maker."""
    return seal(4, maker, world.owner, **fields)


# --- what passes


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_good_seal_passes(world: World, version: int, backend: SM2Backend | None) -> None:
    found = judged(world.seal(version), world.pki.evidence, backend=backend)
    assert [check.name for check in found.report.checks] == WHOLE
    assert [check.step for check in found.report.checks] == ["6.3 a", "6.3 a", "6.3 b", *["6.3 c"] * 6, "6.3 e"]
    assert Outcome.PASSED is found.report.verdict.outcome
    assert SignatureKind.ELECTRONIC_SEAL is found.report.kind
    assert world.maker.certificate == found.report.signer
    assert (world.maker.certificate, world.pki.issuing.certificate, world.pki.root.certificate) == found.report.path
    assert found.report.claimed_time == CREATED


def test_what_the_report_tells_of_a_seal(world: World) -> None:
    assert judged(world.seal(), world.pki.evidence).report.facts == {
        "seal_code": "33019900000001",
        "seal_name": "某市市场监督管理局电子证照专用章",
        "seal_type": 6,
        "seal_version": 4,
        "vendor": "VENDOR",
        "valid_from": CREATED.isoformat(),
        "valid_until": UNTIL.isoformat(),
    }


def test_deviations_are_told_and_change_nothing(world: World) -> None:
    report = judged(world.seal(Vid=der.utf8_string("v")), world.pki.evidence).report
    assert report.checks[0].note == "Vid: string_type"
    assert Outcome.PASSED is report.verdict.outcome


def test_a_value_as_two_bare_numbers_passes_and_is_told(world: World, backend: SM2Backend | None) -> None:
    info = der.parse(world.seal()).children()[0].raw
    raw = b"".join(
        member.integer().to_bytes(32, "big") for member in der.parse(world.maker.signer.sign(info)).sequence()
    )
    report = judged(world.seal(signedValue=der.bit_string(raw)), world.pki.evidence, backend=backend).report
    assert Outcome.PASSED is report.verdict.outcome
    assert report.checks[0].remarks == (Remark(code="value_form", about="signedValue"),)


@pytest.mark.parametrize("at", [CREATED, UNTIL])
def test_the_first_and_the_last_moment_of_validity_count(world: World, at: datetime) -> None:
    lists = [
        revocation_list(authority, this_update=FOUNDED, next_update=UNTIL + DAY)
        for authority in (world.pki.root, world.pki.issuing)
    ]
    evidence = Evidence(
        anchors=(world.pki.root.certificate,),
        certificates=(world.pki.issuing.certificate,),
        revocation_lists=tuple(lists),
    )
    assert failing(world.seal(), world, now=at, evidence=evidence) == {}


# --- a) format


@pytest.mark.parametrize("encoded", [b"", b"\x30\x00", b"not a seal"])
def test_something_else_than_a_seal(world: World, encoded: bytes) -> None:
    found = judged(encoded, world.pki.evidence)
    assert findings(found.report) == {"seal.format": SubIndication.FORMAT_FAILURE}
    assert [check.step for check in found.report.checks] == ["6.3 a"]
    assert (found.seal, found.signature) == (None, None)


# --- b) the value


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_value_of_another_key(world: World, version: int) -> None:
    value = der.bit_string(world.owner.signer.sign(b"whatever"))
    assert failing(world.seal(version, signedValue=value), world) == {"seal.signature_value": "SIG_CRYPTO_FAILURE"}


@pytest.mark.parametrize(
    "change",
    [
        {"esID": der.ia5_string("33019900000002")},
        {"name": der.utf8_string("某省人民政府")},
        {"data": der.octet_string(b"another picture")},
        {"validEnd": der.generalized_time(UNTIL + DAY)},
        {"width": der.integer(60)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_seal_that_was_changed_after_signing(world: World, change: dict[str, bytes]) -> None:
    value = der.parse(world.seal()).children()[3].raw
    assert failing(world.seal(signedValue=value, **change), world) == {"seal.signature_value": "SIG_CRYPTO_FAILURE"}


@pytest.mark.parametrize("value", [b"", b"value", bytes(64), b"\xff" * 64, der.sequence(der.integer(1))])
def test_a_value_that_is_none(world: World, value: bytes) -> None:
    assert failing(world.seal(signedValue=der.bit_string(value)), world) == {
        "seal.signature_value": "SIG_CRYPTO_FAILURE"
    }


@pytest.mark.parametrize(
    "oid", ["1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", "1.2.156.10197.1.999", "1.2.156.10197.1.301.1"]
)
def test_an_algorithm_that_no_seal_is_signed_with(world: World, oid: str) -> None:
    expected = {"seal.signature_value": "CRYPTO_CONSTRAINTS_FAILURE"}
    assert expected == failing(world.seal(signAlgID=der.oid(oid)), world)


def test_a_maker_whose_key_is_of_another_family(world: World, p256_pki: PKI) -> None:
    maker = p256_pki.issue(SEAL_MAKER)
    assert failing(by(world, maker), world, evidence=p256_pki.evidence) == {
        "seal.signature_value": "CRYPTO_CONSTRAINTS_FAILURE"
    }


# --- c) the maker's certificate


def test_a_maker_under_an_unknown_root_is_never_passed(world: World) -> None:
    stranger = PKI.found(KEYS["sm2"])
    made = by(world, stranger.issue(SEAL_MAKER))
    assert failing(made, world) == {"certificate.path": "NO_CERTIFICATE_CHAIN_FOUND"}
    assert Outcome.INDETERMINATE is judged(made, world.pki.evidence).report.verdict.outcome
    # What a seal brings along is material for a path, and never an anchor.
    brought = world.pki.evidence.joined_by((stranger.root.certificate, stranger.issuing.certificate))
    assert failing(made, world, evidence=brought) == {"certificate.path": "NO_CERTIFICATE_CHAIN_FOUND"}


def test_a_maker_who_certified_itself(world: World) -> None:
    stranger = PKI.found(KEYS["sm2"])
    assert "certificate.path" in failing(by(world, stranger.root), world)


def test_a_maker_in_the_name_of_ours_by_another_key(world: World) -> None:
    stranger = PKI.found(KEYS["sm2"])
    assert stranger.issuing.certificate.subject == world.pki.issuing.certificate.subject
    found = failing(by(world, stranger.issue(SEAL_MAKER)), world)
    assert {"certificate.path"} == set(found)


def test_a_maker_that_has_expired(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER, not_after=NOW - DAY)
    assert failing(by(world, maker), world) == {"certificate.validity": "OUT_OF_BOUNDS_NO_POE"}


def test_a_maker_that_is_not_yet_valid(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER, at=NOW + DAY)
    found = failing(by(world, maker), world)
    assert found == {"certificate.validity": "NOT_YET_VALID", "seal.made_in_validity": "SIG_CONSTRAINTS_FAILURE"}


def test_a_maker_that_was_revoked(world: World) -> None:
    revoked = revocation_list(world.pki.issuing, {world.maker.certificate: CREATED + DAY}, this_update=CREATED + DAY)
    evidence = world.pki.evidence.joined_by((), (revoked,))
    assert failing(world.seal(), world, evidence=evidence) == {"certificate.revocation": "REVOKED"}


def test_a_maker_without_a_list_that_says_it_was_not_revoked(world: World) -> None:
    evidence = Evidence(anchors=(world.pki.root.certificate,), certificates=(world.pki.issuing.certificate,))
    assert failing(world.seal(), world, evidence=evidence) == {"certificate.revocation": "TRY_LATER"}


def test_a_maker_certified_for_time_stamping(world: World) -> None:
    maker = world.pki.issue(TIME_STAMPING)
    assert failing(by(world, maker), world) == {"certificate.key_usage": "CHAIN_CONSTRAINTS_FAILURE"}


def test_an_authority_is_no_maker(world: World) -> None:
    assert failing(by(world, world.pki.issuing), world) == {"certificate.key_usage": "CHAIN_CONSTRAINTS_FAILURE"}


def test_the_owner_of_one_seal_cannot_make_another(world: World) -> None:
    # Everybody who owns a seal has a key under the same authority as the maker.
    owner = world.pki.issue(SEAL_OWNER)
    forged = by(world, owner, name=der.utf8_string("某省人民政府"))
    assert Outcome.PASSED is not judged(forged, world.pki.evidence).report.verdict.outcome


@pytest.mark.parametrize("created", [FOUNDED - DAY, NOW + 6 * 365 * DAY])
def test_a_seal_made_outside_the_validity_of_its_maker(world: World, created: datetime) -> None:
    made = world.seal(createDate=der.generalized_time(created))
    assert failing(made, world) == {"seal.made_in_validity": "SIG_CONSTRAINTS_FAILURE"}


# --- d) the time-stamp of GM/T 0031-2025


def with_token(world: World, token_of: Callable[[bytes], bytes], **fields: bytes) -> bytes:
    """Return a seal of the fifth version whose time-stamp `token_of` makes out of its signature value."""
    info = der.parse(world.seal(5, **fields)).children()[0].raw
    value = world.maker.signer.sign(info)
    stamp = der.context(0, der.bit_string(token_of(value)))
    return world.seal(5, eSealInfo=info, signedValue=der.bit_string(value), timeStamp=stamp)


def test_a_good_time_stamp(world: World, backend: SM2Backend | None) -> None:
    made = with_token(world, lambda value: world.token(value, CREATED))
    report = judged(made, world.pki.evidence, backend=backend).report
    assert Outcome.PASSED is report.verdict.outcome
    assert [(check.step, check.name) for check in report.checks[-3:]] == [
        ("6.3 d", "seal.time_stamp"),
        ("6.3 d", "seal.time_stamp_order"),
        ("6.3 e", "seal.validity"),
    ]
    assert report.proven_time == CREATED


def test_a_time_stamp_over_something_else(world: World) -> None:
    made = with_token(world, lambda _: world.token(b"another value", CREATED))
    assert failing(made, world) == {"seal.time_stamp": "HASH_FAILURE"}


@pytest.mark.parametrize("token", [b"", b"\x30\x00", b"noise"])
def test_a_time_stamp_that_is_none(world: World, token: bytes) -> None:
    assert failing(with_token(world, lambda _: token), world) == {"seal.time_stamp": "FORMAT_FAILURE"}


def test_a_time_stamp_before_the_making(world: World) -> None:
    made = with_token(world, lambda value: world.token(value, CREATED - DAY))
    assert failing(made, world) == {"seal.time_stamp_order": "TIMESTAMP_ORDER_FAILURE"}
    assert judged(made, world.pki.evidence).report.proven_time is None


def test_a_time_stamp_in_the_future(world: World) -> None:
    made = with_token(world, lambda value: world.token(value, NOW + DAY))
    assert failing(made, world) == {"seal.time_stamp": "TIMESTAMP_ORDER_FAILURE"}


def test_a_time_stamp_by_an_unknown_authority(world: World) -> None:
    stranger = World.of(PKI.found(KEYS["sm2"]))
    made = with_token(world, lambda value: stranger.token(value, CREATED))
    assert failing(made, world) == {"seal.time_stamp": "NO_CERTIFICATE_CHAIN_FOUND"}


# --- c) in GM/T 0031-2025: what befell the maker's certificate only since the making


def stamped_at(world: World, maker: Party, at: datetime | None = None) -> bytes:
    """Return a seal of the fifth version by `maker`, with a time-stamp of the moment `at`."""
    if at is None:
        return seal(5, maker, world.owner)
    info = der.parse(seal(5, maker, world.owner)).children()[0].raw
    value = maker.signer.sign(info)
    stamp = der.context(0, der.bit_string(world.token(value, at)))
    return seal(5, maker, world.owner, eSealInfo=info, signedValue=der.bit_string(value), timeStamp=stamp)


def warnings(encoded: bytes, evidence: Evidence) -> tuple[str, dict[str, str]]:
    """Return the outcome, and the warnings of checks that passed."""
    report = judged(encoded, evidence).report
    told = {check.name: check.code for check in report.checks if check.finding is None and check.code}
    return report.verdict.outcome.value, told


def with_revocation(world: World, maker: Party, at: datetime, reason: int | None) -> Evidence:
    revoked = Revocation(serial=maker.certificate.serial, at=at, reason=reason)
    return world.pki.evidence.joined_by((), (revocation_list(world.pki.issuing, [revoked], this_update=NOW - DAY),))


SUPERSEDED, COMPROMISED = 4, 1


@pytest.mark.parametrize("is_stamped", [False, True])
def test_a_maker_that_expired_since_is_a_warning(world: World, *, is_stamped: bool) -> None:
    maker = world.pki.issue(SEAL_MAKER, not_after=NOW - DAY)
    made = stamped_at(world, maker, CREATED if is_stamped else None)
    expected = {"certificate.validity": "seal.maker_expired_since"}
    assert warnings(made, world.pki.evidence) == ("passed", expected)
    (warned,) = [check for check in judged(made, world.pki.evidence).report.checks if check.code]
    assert warned.note.endswith("it was good when the seal was made")


def test_a_maker_that_was_revoked_since_in_good_order_is_a_warning(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER)
    evidence = with_revocation(world, maker, CREATED + DAY, SUPERSEDED)
    expected = {"certificate.revocation": "seal.maker_revoked_since"}
    assert warnings(stamped_at(world, maker), evidence) == ("passed", expected)


@pytest.mark.parametrize("reason", [COMPROMISED, None])
def test_a_maker_whose_key_was_stolen_since(world: World, reason: int | None) -> None:
    # Whoever stole the key states any day of making he likes: a time-stamp alone shows that the seal is older.
    maker = world.pki.issue(SEAL_MAKER)
    evidence = with_revocation(world, maker, CREATED + DAY, reason)
    expected = {"certificate.revocation": "seal.maker_revoked_since"}
    assert warnings(stamped_at(world, maker, CREATED), evidence) == ("passed", expected)
    assert failing(stamped_at(world, maker), world, evidence=evidence) == {"certificate.revocation": "REVOKED"}
    assert failing(stamped_at(world, maker, CREATED + 2 * DAY), world, evidence=evidence) == {
        "certificate.revocation": "REVOKED"
    }


@pytest.mark.parametrize("at", [CREATED - DAY, CREATED])
def test_a_maker_that_was_revoked_before_the_making(world: World, at: datetime) -> None:
    maker = world.pki.issue(SEAL_MAKER)
    evidence = with_revocation(world, maker, at, SUPERSEDED)
    assert failing(stamped_at(world, maker), world, evidence=evidence) == {"certificate.revocation": "REVOKED"}


def test_a_worthless_time_stamp_saves_no_seal(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER)
    evidence = with_revocation(world, maker, CREATED + DAY, COMPROMISED)
    info = der.parse(seal(5, maker, world.owner)).children()[0].raw
    value = maker.signer.sign(info)
    token = World.of(PKI.found(KEYS["sm2"])).token(value, CREATED)
    stamp = der.context(0, der.bit_string(token))
    made = seal(5, maker, world.owner, eSealInfo=info, signedValue=der.bit_string(value), timeStamp=stamp)
    assert failing(made, world, evidence=evidence)["certificate.revocation"] == "REVOKED"


@pytest.mark.parametrize("version", [1, 4])
def test_before_2025_a_maker_must_be_good_now(world: World, version: int) -> None:
    maker = world.pki.issue(SEAL_MAKER, not_after=NOW - DAY)
    made = seal(version, maker, world.owner)
    assert failing(made, world) == {"certificate.validity": "OUT_OF_BOUNDS_NO_POE"}
    other = world.pki.issue(SEAL_MAKER)
    evidence = with_revocation(world, other, CREATED + DAY, SUPERSEDED)
    assert failing(seal(version, other, world.owner), world, evidence=evidence) == {"certificate.revocation": "REVOKED"}


def test_what_a_maker_may_not_do_is_no_warning(world: World) -> None:
    maker = world.pki.issue(TIME_STAMPING, not_after=NOW - DAY)
    found = failing(stamped_at(world, maker), world)
    assert {"certificate.key_usage", "certificate.validity"} == set(found)


def test_an_authority_that_was_revoked_since_is_no_warning(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER)
    revoked = Revocation(serial=world.pki.issuing.certificate.serial, at=CREATED + DAY, reason=SUPERSEDED)
    lists = (revocation_list(world.pki.root, [revoked], this_update=NOW - DAY),)
    evidence = world.pki.evidence.joined_by((), lists)
    assert failing(stamped_at(world, maker), world, evidence=evidence) == {"certificate.revocation": "REVOKED"}


def test_a_maker_that_had_expired_before_the_making(world: World) -> None:
    maker = world.pki.issue(SEAL_MAKER, not_after=CREATED - DAY)
    found = failing(stamped_at(world, maker), world)
    assert {"certificate.validity", "seal.made_in_validity"} == set(found)


# --- extensions


def extension(oid: str, *, critical: bool) -> bytes:
    flag = der.boolean(value=True) if critical else b""
    return der.sequence(der.sequence(der.oid(oid), flag, der.octet_string(b"x")))


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_critical_extension_that_nobody_understands(world: World, version: int) -> None:
    made = world.seal(version, extDatas=extension("1.2.3", critical=True))
    assert failing(made, world) == {"seal.extensions": "SIG_CONSTRAINTS_FAILURE"}


@pytest.mark.parametrize(
    ("oid", "critical", "told"),
    [
        ("1.2.3", False, "1.2.3"),
        ("1.2.156.10197.6.7.2.2.1", True, "tax seal version"),
        ("1.3.6.1.5.5.7.1.4", True, "audit identity"),
        ("1.3.6.1.4.1.54706.1", True, "vendor"),
    ],
)
def test_an_extension_that_does_no_harm(world: World, oid: str, told: str, *, critical: bool) -> None:
    report = judged(world.seal(extDatas=extension(oid, critical=critical)), world.pki.evidence).report
    assert Outcome.PASSED is report.verdict.outcome
    assert report.facts["extensions"] == told


# --- e) the seal's own validity


@pytest.mark.parametrize(
    ("part", "moment", "expected"),
    [("validStart", NOW + DAY, "NOT_YET_VALID"), ("validEnd", NOW - DAY, "EXPIRED")],
)
@pytest.mark.parametrize("version", [4, 5])
def test_a_seal_outside_its_validity(world: World, version: int, part: str, moment: datetime, expected: str) -> None:
    made = world.seal(version, **{part: der.generalized_time(moment)})
    assert failing(made, world) == {"seal.validity": expected}
    assert Outcome.FAILED is judged(made, world.pki.evidence).report.verdict.outcome
