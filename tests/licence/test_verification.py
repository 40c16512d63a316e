"""What a file or a QR code is worth: by itself, and what the registry says of it in every state."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from api.demo import cast
from identity.credit_code import CreditCode
from identity.duties import Duty
from licence.claim import Claim, licence_digest, sign_claim
from licence.errors import MomentInFuture
from licence.grounds import Ground
from licence.lifecycle import LicenceState
from licence.number import LicenceIdentifier
from licence.repository import Licence
from licence.verification import ClaimReport, VerificationService
from seal.lifecycle import SealState
from seal.standing import SealTrust
from seal.verification.files import judge_file
from seal.verification.record import Record, replay
from seal.verification.second_look import look_again
from tests.fakes.clock import NOW
from tests.fakes.workers import LyingWorkers
from tests.licence.builders import PERSON_TYPE, REASON, Desk
from tests.seal.houses import actor
from tests.trust.pdf.paper import paper
from trust.blobs import BlobId
from trust.founding import Role
from trust.paths import Evidence
from trust.signing import SigningUnavailable
from trust.verdict import Outcome, SubIndication, Verdict
from trust.workers import WorkerExhausted

LAST_DAY = date(2026, 12, 31)
LAST_MOMENT = datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC)
"""The last moment of that day in China Standard Time."""

STOPPED = [
    LicenceState.SUSPENDED,
    LicenceState.SUPERSEDED,
    LicenceState.REVOKED,
    LicenceState.WITHDRAWN,
    LicenceState.CANCELLED,
]


def code_of(licence: Licence) -> str:
    """Return the text of the code on a licence."""
    assert licence.claim is not None
    return licence.claim.rpartition("/")[2]


def claim_of(digest: bytes) -> Claim:
    """Return the claim of a licence of the authority."""
    return Claim(licence=digest, issuer=CreditCode(cast.AUTHORITY.code), last_day=None, status_index=1)


def signed(desk: Desk, claim: Claim) -> str:
    """Return a claim signed by the service."""
    keys = desk.house.service_keys
    return sign_claim(claim, keys.signer(Role.LICENCE_CLAIM), keys.certificate(Role.LICENCE_CLAIM))


def judge(desk: Desk, licence: Licence) -> ClaimReport:
    return desk.house.verification.claim(code_of(licence))


def steps(verdict: Verdict) -> list[tuple[str, str, Outcome]]:
    return [(check.step, check.name, check.outcome) for check in verdict.checks]


def finding_of(verdict: Verdict | None) -> SubIndication | None:
    assert verdict is not None
    return None if verdict.finding is None else verdict.finding.sub_indication


PASSED = Outcome.PASSED
ALL_PASSED = [
    ("1", "claim.format", PASSED),
    ("2", "claim.signature", PASSED),
    ("3", "licence.known", PASSED),
    ("4", "licence.state", PASSED),
    ("5", "licence.validity", PASSED),
]


# --- QR codes


def test_the_code_of_a_licence_in_force_passes_every_check(any_desk: Desk) -> None:
    licence = any_desk.issue(last_day=LAST_DAY)
    report = judge(any_desk, licence)
    assert report.verdict.outcome is PASSED
    assert steps(report.verdict) == ALL_PASSED
    standing = report.standing
    assert standing is not None
    assert (standing.licence, standing.is_in_force, standing.expired) == (licence, True, False)
    assert (standing.type_name, standing.type_code) == ("食品经营许可证", cast.FOOD_TYPE)
    assert (standing.issuer, standing.holder) == (cast.AUTHORITY.name, cast.ENTERPRISE.name)


def test_the_holder_may_be_a_person(desk: Desk) -> None:
    licence = desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
    standing = judge(desk, licence).standing
    assert standing is not None
    assert standing.holder == "王𠮷㛃"


@pytest.mark.parametrize("state", STOPPED)
def test_a_licence_that_is_stopped_fails(any_desk: Desk, state: LicenceState) -> None:
    report = judge(any_desk, any_desk.in_state(state))
    assert report.verdict.outcome is Outcome.FAILED
    assert finding_of(report.verdict) is SubIndication.REVOKED
    assert steps(report.verdict) == [*ALL_PASSED[:3], ("4", "licence.state", Outcome.FAILED), ALL_PASSED[4]]
    assert report.standing is not None
    assert (report.standing.is_in_force, report.standing.licence.state) == (False, state)


def test_a_licence_that_was_superseded_names_the_newest_edition(any_desk: Desk) -> None:
    first = any_desk.issue(last_day=date(2027, 1, 31))
    newest = any_desk.renew(any_desk.renew(first), last_day=date(2027, 1, 31))
    standing = judge(any_desk, any_desk.kept(first.id)).standing
    assert standing is not None
    assert (standing.newest, standing.newest_in_force) == (newest, True)
    any_desk.at(NOW + timedelta(days=100))
    standing = judge(any_desk, any_desk.kept(first.id)).standing
    assert standing is not None
    assert (standing.newest, standing.newest_in_force) == (newest, False)
    newest_standing = judge(any_desk, newest).standing
    assert newest_standing is not None
    assert newest_standing.newest is None


def test_how_a_licence_stood_then_is_told_beside_how_it_stands(any_desk: Desk) -> None:
    licence = any_desk.issue()
    any_desk.house.clock.advance(timedelta(hours=1))
    any_desk.house.licences.withdraw(any_desk.second, licence.id, reason=REASON, ground=Ground.FRAUD)
    assert licence.claim is not None
    text = licence.claim.rpartition("/")[2].rpartition("#")[2]
    for then, state, in_force in (
        (NOW - timedelta(seconds=1), None, False),
        (NOW, LicenceState.IN_FORCE, True),
        (NOW + timedelta(hours=1), LicenceState.WITHDRAWN, False),
    ):
        standing = any_desk.house.verification.claim(text, at=then).standing
        assert standing is not None
        assert standing.then is not None
        assert (standing.then.state, standing.then.is_in_force) == (state, in_force)
        assert standing.annulled
        assert not standing.is_in_force
    found = any_desk.house.verification.file(pdf_of(any_desk, licence), at=NOW).standing
    assert found is not None
    assert found.then is not None
    assert found.then.is_in_force


def test_a_licence_that_was_given_back_passes_again(desk: Desk) -> None:
    licence = desk.in_state(LicenceState.SUSPENDED)
    desk.house.licences.restore(desk.officer, licence.id, reason=REASON)
    assert judge(desk, licence).verdict.outcome is PASSED


@pytest.mark.parametrize("state", [LicenceState.PREPARED, LicenceState.VOID])
def test_a_licence_that_was_never_released_is_unknown(desk: Desk, state: LicenceState) -> None:
    # Its code may have been signed before the process died: that alone proves nothing.
    licence = desk.in_state(state)
    text = signed(desk, claim_of(licence.digest))
    report = desk.house.verification.claim(text)
    assert report.standing is None
    assert report.verdict.outcome is Outcome.FAILED
    assert finding_of(report.verdict) is SubIndication.SIG_CONSTRAINTS_FAILURE
    assert steps(report.verdict) == [*ALL_PASSED[:2], ("3", "licence.known", Outcome.FAILED)]


def test_a_signed_claim_for_a_licence_that_nobody_knows_is_unknown(desk: Desk) -> None:
    text = signed(desk, claim_of(licence_digest("1.2.156.3005.2.1")))
    assert finding_of(desk.house.verification.claim(text).verdict) is SubIndication.SIG_CONSTRAINTS_FAILURE


@pytest.mark.parametrize(
    ("moment", "expired"),
    [(LAST_MOMENT, False), (LAST_MOMENT + timedelta(microseconds=1), True), (NOW + timedelta(days=3000), True)],
)
def test_a_licence_expires_when_its_last_day_is_over_in_china(
    any_desk: Desk, moment: datetime, *, expired: bool
) -> None:
    licence = any_desk.issue(last_day=LAST_DAY)
    any_desk.house.clock.set(moment)
    report = judge(any_desk, licence)
    assert report.standing is not None
    assert (report.standing.expired, report.standing.is_in_force) == (expired, not expired)
    assert report.verdict.outcome is (Outcome.FAILED if expired else PASSED)
    assert finding_of(report.verdict) is (SubIndication.EXPIRED if expired else None)


def test_a_licence_without_an_end_does_not_expire(desk: Desk) -> None:
    licence = desk.issue()
    desk.house.clock.advance(timedelta(days=36_500))
    report = judge(desk, licence)
    assert report.standing is not None
    assert (report.standing.expired, report.verdict.outcome) == (False, PASSED)


def test_of_a_licence_that_is_revoked_and_expired_both_are_told(desk: Desk) -> None:
    licence = desk.issue(last_day=LAST_DAY)
    desk.house.licences.revoke(desk.officer, licence.id, reason=REASON)
    desk.house.clock.set(LAST_MOMENT + timedelta(days=1))
    verdict = judge(desk, licence).verdict
    assert [one.outcome for one in verdict.checks[-2:]] == [Outcome.FAILED, Outcome.FAILED]
    assert finding_of(verdict) is SubIndication.REVOKED


@pytest.mark.parametrize("text", ["", "nothing", "A" * 138, "印" * 138, "https://trust.example/v/", "\x00"])
def test_another_text_is_malformed(desk: Desk, text: str) -> None:
    report = desk.house.verification.claim(text)
    assert (report.standing, steps(report.verdict)) == (None, [("1", "claim.format", Outcome.FAILED)])
    assert finding_of(report.verdict) is SubIndication.FORMAT_FAILURE


def test_a_changed_code_is_a_forgery(desk: Desk) -> None:
    octets = bytearray(base64.urlsafe_b64decode(code_of(desk.issue()) + "=="))
    octets[38] ^= 1
    report = desk.house.verification.claim(base64.urlsafe_b64encode(octets).decode().rstrip("="))
    assert report.standing is None
    assert steps(report.verdict) == [ALL_PASSED[0], ("2", "claim.signature", Outcome.FAILED)]
    assert finding_of(report.verdict) is SubIndication.SIG_CRYPTO_FAILURE


def test_a_code_of_another_key_of_the_service_is_a_forgery(desk: Desk) -> None:
    licence, keys = desk.issue(), desk.house.service_keys
    claim = claim_of(licence.digest)
    for named in (Role.AUDIT, Role.LICENCE_CLAIM):
        text = sign_claim(claim, keys.signer(Role.AUDIT), keys.certificate(named))
        assert finding_of(desk.house.verification.claim(text).verdict) is SubIndication.SIG_CRYPTO_FAILURE


def test_verification_writes_nothing_and_signs_nothing(desk: Desk) -> None:
    licence = desk.issue()
    pdf = desk.house.licences.file(desk.staff.client, licence.id)
    before, used = desk.head(), desk.house.custody.signed.copy()
    judge(desk, licence)
    desk.house.verification.file(pdf)
    assert (before, used) == (desk.head(), desk.house.custody.signed)


# --- files


def pdf_of(desk: Desk, licence: Licence) -> bytes:
    return desk.house.licences.file(desk.staff.client, licence.id)


def test_the_file_of_a_licence_in_force_passes(any_desk: Desk) -> None:
    licence = any_desk.issue(last_day=LAST_DAY)
    finding = any_desk.house.verification.file(pdf_of(any_desk, licence))
    assert (finding.outcome, finding.report.document.outcome) == (PASSED, PASSED)
    assert finding.standing is not None
    assert finding.standing.licence == licence
    (seal,) = finding.seals
    assert (seal.state, seal.stamped_at, seal.disputed) == (SealState.ACTIVE, NOW, False)
    assert finding.registry is not None
    assert [(check.name, check.outcome) for check in finding.registry.checks] == [
        ("seal.recorded", PASSED),
        ("seal.lawful", PASSED),
        ("seal.accepted", PASSED),
        ("seal.in_use", PASSED),
        ("seal.undisputed", PASSED),
        ("seal.time_proven", PASSED),
        ("delegation.registered", PASSED),
        ("licence.known", PASSED),
        ("licence.state", PASSED),
        ("licence.validity", PASSED),
    ]


@pytest.mark.parametrize("state", STOPPED)
def test_the_file_of_a_licence_that_is_stopped_fails_though_it_holds_by_itself(desk: Desk, state: LicenceState) -> None:
    finding = desk.house.verification.file(pdf_of(desk, desk.in_state(state)))
    assert (finding.report.document.outcome, finding.outcome) == (PASSED, Outcome.FAILED)
    assert finding_of(finding.registry) is SubIndication.REVOKED


@pytest.mark.parametrize(
    ("moment", "outcome"), [(LAST_MOMENT, PASSED), (LAST_MOMENT + timedelta(microseconds=1), Outcome.FAILED)]
)
def test_the_file_of_a_licence_fails_from_the_day_after_its_last_on(
    desk: Desk, moment: datetime, outcome: Outcome
) -> None:
    licence = desk.issue(last_day=LAST_DAY)
    desk.at(moment)
    finding = desk.house.verification.file(pdf_of(desk, licence))
    assert (finding.report.document.outcome, finding.outcome) == (PASSED, outcome)
    assert finding_of(finding.registry) is (None if outcome is PASSED else SubIndication.EXPIRED)


def test_a_changed_file_fails_whatever_the_registry_says(desk: Desk) -> None:
    pdf = bytearray(pdf_of(desk, desk.issue()))
    pdf[len(pdf) // 3] ^= 1
    finding = desk.house.verification.file(bytes(pdf))
    assert finding.outcome is finding.report.document.outcome is Outcome.FAILED


def test_a_seal_that_is_stopped_later_leaves_the_licence_in_force(desk: Desk) -> None:
    licence = desk.issue()
    desk.house.clock.advance(timedelta(hours=1))
    desk.house.seals.suspend(desk.staff.owner, desk.house.seal, reason="停用换章")
    finding = desk.house.verification.file(pdf_of(desk, licence))
    assert finding.seals[0].state is SealState.SUSPENDED
    assert finding.outcome is PASSED


@pytest.mark.parametrize(
    ("lost_at", "disputed"),
    [(NOW + timedelta(microseconds=1), False), (NOW, True), (NOW - timedelta(hours=1), True)],
)
def test_a_stamping_since_the_seal_was_lost_is_disputed(desk: Desk, lost_at: datetime, *, disputed: bool) -> None:
    licence = desk.issue()
    desk.house.clock.advance(timedelta(hours=2))
    desk.house.seals.suspend(desk.staff.owner, desk.house.seal, reason="印章遗失", lost_at=lost_at)
    finding = desk.house.verification.file(pdf_of(desk, licence))
    assert finding.seals[0].disputed is disputed
    assert finding.outcome is (Outcome.INDETERMINATE if disputed else PASSED)
    assert finding_of(finding.registry) is (SubIndication.REVOKED_NO_POE if disputed else None)


def test_a_disputed_stamping_does_not_soften_a_revocation(desk: Desk) -> None:
    licence = desk.in_state(LicenceState.REVOKED)
    desk.house.clock.advance(timedelta(hours=1))
    desk.house.seals.suspend(desk.staff.owner, desk.house.seal, reason="印章遗失", lost_at=NOW)
    assert desk.house.verification.file(pdf_of(desk, licence)).outcome is Outcome.FAILED


def test_a_stamped_document_that_is_no_licence_is_told_by_its_seal(desk: Desk) -> None:
    _, pdf = desk.house.stampings.stamp(desk.staff.client, desk.house.stamp_command())
    finding = desk.house.verification.file(pdf)
    assert (finding.standing, len(finding.seals), finding.outcome) == (None, 1, PASSED)


def test_of_a_file_that_is_not_ours_the_registry_says_nothing(desk: Desk) -> None:
    finding = desk.house.verification.file(paper())
    assert (finding.seals, finding.standing, finding.registry) == ((), None, None)
    assert finding.outcome is finding.report.document.outcome is Outcome.INDETERMINATE


@pytest.mark.parametrize("content", [b"", b"nothing", b"%PDF-1.7\n", b"PK\x03\x04", b"0\x80"])
def test_what_cannot_be_read_has_not_passed(desk: Desk, content: bytes) -> None:
    finding = desk.house.verification.file(content)
    assert finding.registry is None
    assert finding.outcome is not PASSED


def test_a_file_that_was_signed_and_never_released_is_not_recorded(desk: Desk) -> None:
    desk.house.faults.fail("commit:licence:release:done", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        desk.issue()
    names = [BlobId(path.name) for path in desk.house.settings.blobs.rglob("*") if path.is_file()]
    kept = [desk.house.blobs.get(name) for name in names]
    (pdf,) = (content for content in kept if content.startswith(b"%PDF-"))
    finding = desk.house.verification.file(pdf)
    (seal,) = finding.seals
    assert (seal.is_recorded, seal.at_stamping.trust, finding.standing) == (False, SealTrust.VALID, None)
    assert (finding.report.document.outcome, finding.outcome) == (PASSED, Outcome.INDETERMINATE)
    assert finding_of(finding.registry) is SubIndication.SIGNED_DATA_NOT_FOUND


def test_a_frozen_issuer_and_a_frozen_holder_are_still_named(desk: Desk) -> None:
    licence = desk.issue()
    for name in ("authority", "company"):
        desk.house.identity.freeze(actor("r", Duty.REGISTRAR), desk.house.names[name], reason=REASON)
    report = judge(desk, licence)
    assert report.standing is not None
    assert (report.standing.holder, report.verdict.outcome) == (cast.ENTERPRISE.name, PASSED)


def test_a_standing_is_of_its_moment(desk: Desk) -> None:
    report = judge(desk, desk.issue(last_day=LAST_DAY))
    assert report.standing is not None
    assert not replace(report.standing, expired=True).is_in_force


# --- workers


def test_a_worker_that_lies_is_not_believed(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    licence = desk.issue()
    pdf = desk.house.licences.file(desk.officer, licence.id)
    house = desk.house
    service = VerificationService(
        store=house.store,
        identity=house.identity,
        catalogue=house.catalogue,
        repository=house.registry,
        authorities=house.authorities,
        service_keys=house.service_keys,
        workers=LyingWorkers(),
    )
    assert service.file(pdf).outcome is PASSED
    with pytest.raises(WorkerExhausted) as caught:
        service.file(pdf.replace(b"endobj", b"endobJ", 1))
    assert caught.value.details == {"limit": "answer"}
    assert "a verdict that does not hold" in caplog.text


def test_with_the_roots_alone_a_second_look_finds_what_the_first_did(desk: Desk) -> None:
    # Delegations in the second signature rest on an authority whose certificate came with the first.
    pdf = desk.house.licences.file(desk.officer, desk.issue().id)
    with desk.house.store.reading() as view:
        roots, now = Evidence(anchors=desk.house.authorities.evidence(view).anchors), view.now
    told = judge_file(pdf, roots, now=now)
    again = look_again(pdf, told, roots, now=now)
    for report in (told, again):
        assert report.document.outcome is PASSED
        assert "delegation.signer" in {one.name for each in report.document.signatures for one in each.report.checks}


# --- identifiers


def test_an_identifier_alone_proves_no_document(any_desk: Desk) -> None:
    licence = any_desk.issue(last_day=LAST_DAY)
    for text in (licence.identifier, f"OID.{licence.identifier}"):
        report = any_desk.house.verification.identifier(text)
        assert finding_of(report.verdict) is SubIndication.SIGNED_DATA_NOT_FOUND
        assert report.verdict.outcome is Outcome.INDETERMINATE
        assert [(check.name, check.outcome) for check in report.verdict.checks] == [
            ("identifier.format", PASSED),
            ("licence.known", PASSED),
            ("licence.state", PASSED),
            ("licence.validity", PASSED),
            ("identifier.document", Outcome.INDETERMINATE),
        ]
        standing = report.standing
        assert standing is not None
        assert (standing.licence.id, standing.is_in_force, standing.holder) == (licence.id, True, "")


@pytest.mark.parametrize("state", STOPPED)
def test_an_identifier_of_a_licence_that_is_stopped_fails(desk: Desk, state: LicenceState) -> None:
    report = desk.house.verification.identifier(desk.in_state(state).identifier)
    assert (report.verdict.outcome, finding_of(report.verdict)) == (Outcome.FAILED, SubIndication.REVOKED)


@pytest.mark.parametrize("state", [LicenceState.PREPARED, LicenceState.VOID])
def test_identifiers_do_not_tell_what_was_never_handed_out(desk: Desk, state: LicenceState) -> None:
    known = desk.house.verification.identifier(desk.in_state(state).identifier)
    other = LicenceIdentifier(type_code=cast.FOOD_TYPE, issuer=cast.AUTHORITY.code, serial="NOSUCH")
    unknown = desk.house.verification.identifier(str(other))
    assert known == unknown
    assert known.standing is None
    assert finding_of(known.verdict) is SubIndication.SIGNED_DATA_NOT_FOUND


def test_what_is_no_identifier_fails(desk: Desk) -> None:
    licence = desk.issue()
    wrong = licence.identifier[:-1] + ("8" if licence.identifier[-1] != "8" else "9")
    for text in ("", "1.2.3", wrong):
        report = desk.house.verification.identifier(text)
        assert (report.verdict.outcome, report.standing) == (Outcome.FAILED, None)
        assert finding_of(report.verdict) is SubIndication.FORMAT_FAILURE


def test_whatever_is_asked_is_recognised(desk: Desk) -> None:
    licence = desk.issue()
    verification, code = desk.house.verification, code_of(licence)
    assert verification.ask(code.encode()) == verification.claim(code)
    assert verification.ask(licence.identifier.encode()) == verification.identifier(licence.identifier)
    pdf = pdf_of(desk, licence)
    assert verification.ask(pdf) == verification.file(pdf)


# --- as of a past moment


def test_the_whole_verdict_is_as_of_the_moment(any_desk: Desk) -> None:
    house = any_desk.house
    licence = any_desk.issue(last_day=LAST_DAY)
    pdf, code = pdf_of(any_desk, licence), code_of(licence)
    house.clock.advance(timedelta(hours=1))
    between = house.clock.now()
    house.clock.advance(timedelta(hours=1))
    house.licences.revoke(any_desk.second, licence.id, reason=REASON)
    for at, outcome in ((None, Outcome.FAILED), (between, PASSED), (NOW - timedelta(days=1), Outcome.FAILED)):
        found = house.verification.file(pdf, at=at)
        assert (found.outcome, found.moment) == (outcome, at or house.clock.now())
        report = house.verification.claim(code, at=at)
        assert (report.verdict.outcome, report.moment) == (outcome, at or house.clock.now())
    early = house.verification.claim(code, at=NOW - timedelta(days=1)).verdict
    assert finding_of(early) is SubIndication.NOT_YET_VALID


def test_a_licence_that_has_expired_since_was_valid_then(desk: Desk) -> None:
    code = code_of(desk.issue(last_day=LAST_DAY))
    desk.at(LAST_MOMENT + timedelta(days=2))
    verification = desk.house.verification
    assert finding_of(verification.claim(code).verdict) is SubIndication.EXPIRED
    assert verification.claim(code, at=LAST_MOMENT).verdict.outcome is PASSED
    late = verification.claim(code, at=LAST_MOMENT + timedelta(days=1)).verdict
    assert finding_of(late) is SubIndication.EXPIRED


@pytest.mark.parametrize("asked", [b"", b'{"claim": "x"}', b'{"identifier": "x"}'])
def test_nobody_can_say_how_things_will_stand(desk: Desk, asked: bytes) -> None:
    later = desk.house.clock.now() + timedelta(seconds=1)
    with pytest.raises(MomentInFuture) as caught:
        desk.house.verification.ask(asked, at=later)
    assert caught.value.code == "verification.moment_in_future"


# --- records


def test_a_record_of_the_instance_outlives_its_trust(desk: Desk) -> None:
    house = desk.house
    licence = desk.issue(last_day=LAST_DAY)
    pdf = pdf_of(desk, licence)
    found, record = house.verification.recorded(pdf)
    assert (found.outcome, record.moment) == (PASSED, house.clock.now())
    assert {check["name"] for check in record.registry} >= {"seal.recorded", "licence.state"}
    house.licences.revoke(desk.second, licence.id, reason=REASON)
    desk.at(NOW + timedelta(days=36_500))
    assert house.verification.file(pdf).outcome is Outcome.FAILED
    assert judge_file(pdf, Evidence(), now=record.moment).document.outcome is Outcome.INDETERMINATE
    again = replay(Record.read(record.to_json()), pdf)
    assert again.document.outcome is PASSED
    assert record.agrees_with(again)


def test_a_record_of_a_file_that_is_not_ours_tells_nothing_of_the_registry(desk: Desk) -> None:
    found, record = desk.house.verification.recorded(paper())
    assert (found.registry, record.registry) == (None, ())


def test_a_detached_signature_is_judged_over_its_document(desk: Desk) -> None:
    pdf = pdf_of(desk, desk.issue())
    (judged, *_) = [
        one for one in desk.house.verification.file(pdf).report.document.signatures if one.seal_signature is not None
    ]
    assert judged.seal_signature is not None
    assert judged.placed is not None
    value, signed = judged.seal_signature.raw, judged.placed.content.octets()
    assert desk.house.verification.file(value, signed=signed).outcome is PASSED
    assert desk.house.verification.file(value).outcome is Outcome.INDETERMINATE
    assert desk.house.verification.file(value, signed=signed + b" ").outcome is Outcome.FAILED
