"""Use cases of stamping: who may, with which seal, what is asked; the intent before the key is used; the ledger."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from typing_extensions import override

from api.demo.documents import foreign_documents
from identity.duties import Duty
from identity.errors import DutyMissing, SubjectNotActive
from identity.service import IdentityService
from seal import repository
from seal.errors import (
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingUnknown,
)
from seal.grounds import Ground
from seal.ledger.entries import Stamping, StampingState
from seal.stamping.orders import Level, StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stampings import Purpose
from seal.verification.documents import judge_pdf
from tests.fakes.clock import NOW
from tests.seal.holders import Holder, refused_before_any_key
from tests.seal.houses import NOTICE, REASON, YEAR, House, actor
from tests.seal.kits import outcomes
from tests.trust.pdf.paper import paper
from trust.blobs import BlobId
from trust.crypto.sm3 import sm3
from trust.errors import Conflict, Denied, NotFound, TrustError
from trust.events import AuditEvent
from trust.paths import Evidence
from trust.pdf.appearance import PageOutOfRange, PlacementOutsidePage
from trust.pdf.intake import LIMITS, PDFEncrypted, PDFLimitExceeded, PDFMalformed, PDFPolyglot
from trust.pdf.judging import open_pdf
from trust.signing import SigningUnavailable
from trust.store import Reading
from trust.timestamping import TimeStampingUnavailable

PREPARED, DONE, VOID = StampingState.PREPARED, StampingState.DONE, StampingState.VOID
INSTANT = timedelta(microseconds=1)


# --- a stamping


def test_a_stamping_gives_a_document_that_a_stranger_finds_good(either: Holder) -> None:
    house = either.house
    stamping, pdf = either.stamp()
    with house.store.reading() as view:
        evidence = house.authorities.evidence(view)
    report = judge_pdf(pdf, evidence, now=house.clock.now())
    assert outcomes(report) == [("ElectronicSeal", "passed", ""), ("DocumentSignature", "passed", "")]
    signature = report.signatures[0].seal_signature
    assert signature is not None
    assert signature.data_hash.hex() == stamping.document_hash
    assert signature.seal.raw == house.seals.find(house.authority.owner, either.seal)[0].seal


def test_the_file_carries_the_shards_that_its_signers_name_and_no_complete_list_of_theirs(holder: Holder) -> None:
    house = holder.house
    order = replace(holder.command().order, level=Level.B_LT)
    _, pdf = holder.stamp(holder.command(order=order))
    found = open_pdf(pdf).revocation_lists
    with house.store.reading() as view:
        issuing = {one.certificate.subject for one in house.authorities.all(view) if one.issuer is not None}
    by_issuing = [one for one in found if one.issuer in issuing]
    assert by_issuing
    assert not any(one.is_complete for one in by_issuing)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_who_has_the_file_and_the_roots_needs_nothing_else(holder: Holder, level: Level) -> None:
    house = holder.house
    _, pdf = holder.stamp(holder.command(order=replace(holder.command().order, level=level)))
    with house.store.reading() as view:
        anchors = house.authorities.evidence(view).anchors
    report = judge_pdf(pdf, Evidence(anchors=anchors), now=house.clock.now())
    assert {outcome for _, outcome, _ in outcomes(report)} == {"passed"}


def test_the_file_says_who_stamped_under_which_authorisation(holder: Holder) -> None:
    stamping, pdf = holder.stamp()
    with holder.house.store.reading() as view:
        evidence = holder.house.authorities.evidence(view)
    for one in judge_pdf(pdf, evidence, now=holder.house.clock.now()).signatures:
        told = {name: one.report.facts[name] for name in ("actor", "authorisation", "purpose")}
        assert told == {
            "actor": stamping.actor,
            "authorisation": stamping.authorisation,
            "purpose": stamping.purpose,
        }


def test_the_ledger_tells_who_what_when_for_what_and_where_the_file_is(either: Holder) -> None:
    stamping, pdf = either.stamp()
    assert stamping.id.startswith("stamp_")
    assert stamping == Stamping(
        id=stamping.id,
        seal=either.seal,
        authorisation=either.authorisation.id,
        actor=either.actor.id,
        at=NOW,
        purpose="document.stamp",
        document_kind="notice",
        document_hash=stamping.document_hash,
        state=DONE,
        ended_at=NOW,
        result=BlobId(sm3(pdf).hex()),
        evidence=stamping.evidence,
    )
    house = either.house
    with house.store.reading() as view:
        told = house.stampings.intents.acting(view, stamping)
    assert told is not None
    assert sm3(told).hex() == stamping.evidence
    assert house.stampings.ledger(house.authority.owner, either.seal) == (stamping,)
    assert house.stampings.ledger_line(stamping.id) == stamping
    assert house.blobs.get(BlobId(sm3(pdf).hex())) == pdf


def test_the_audit_trail_has_the_intent_and_what_came_of_it(either: Holder) -> None:
    stamping, pdf = either.stamp()
    intent, done = (one for one in either.house.events(after=either.before) if one.subject == either.seal)
    assert (intent.tag, intent.actor) == ("seal:stamp:prepared", either.actor.id)
    assert intent.facts == {
        "stamping": stamping.id,
        "authorisation": either.authorisation.id,
        "purpose": "document.stamp",
        "document_kind": "notice",
        "operation": "document",
        "document_hash": stamping.document_hash,
    }
    assert (done.tag, done.actor) == ("seal:stamp:done", either.actor.id)
    assert done.facts == {"stamping": stamping.id, "result": sm3(pdf).hex()}


def test_the_intent_is_on_record_before_a_key_is_used_and_the_file_is_kept_before_the_answer(holder: Holder) -> None:
    holder.stamp()
    passed = holder.house.faults.passed
    assert passed[0] == "commit:seal:stamp:prepared"
    assert passed[-3:] == ["put", "kept", "commit:seal:stamp:done"]
    assert passed[1:-3].count("sign:seal_owner") == passed[1:-3].count("sign:document") == 1


def test_no_transaction_is_open_while_keys_are_used(holder: Holder) -> None:
    house = holder.house

    def look() -> None:
        house.seals.suspend(house.authority.owner, house.seal, reason="另一枚印章停用")

    house.faults.meanwhile("sign:seal_owner", look)
    assert holder.stamp()[0].state is DONE


def test_a_document_is_stamped_again_by_another_request(holder: Holder) -> None:
    _, once = holder.stamp()
    stamping, _ = holder.stamp(pdf=once)
    assert (stamping.state, holder.states) == (DONE, [DONE, DONE])


# --- who may


@pytest.mark.parametrize(
    "purpose",
    [
        Purpose(purpose="document.stamp", document_kind="contract"),
        Purpose(purpose="licence.issue", document_kind="notice"),
        Purpose(purpose="", document_kind="notice"),
        Purpose(purpose="document.stamp", document_kind=""),
    ],
)
def test_a_purpose_or_kind_that_was_not_authorised(holder: Holder, purpose: Purpose) -> None:
    error = refused_before_any_key(holder, holder.command(purpose=purpose), NotAuthorised)
    assert error.details == {
        "seal": holder.seal,
        "purpose": purpose.purpose,
        "document_kind": purpose.document_kind,
    }
    assert issubclass(NotAuthorised, Denied)


def test_an_authorisation_is_for_its_holder_alone(holder: Holder) -> None:
    other = holder.house.staff("other").client
    refused_before_any_key(holder, holder.command(), NotAuthorised, by=other)


def test_not_even_the_owner_stamps_without_an_authorisation(holder: Holder) -> None:
    staff = holder.house.authority
    for one in (staff.owner, staff.applicant, staff.reviewer, staff.maker):
        refused_before_any_key(holder, holder.command(), NotAuthorised, by=one)


def test_an_authorisation_is_for_its_seal_alone(holder: Holder) -> None:
    house = holder.house
    bare = house.active(house.authority, row="合同专用章").id
    refused_before_any_key(holder, replace(holder.command(), seal=bare), NotAuthorised)


def test_an_authorisation_ends(holder: Holder) -> None:
    house = holder.house
    soon = house.authorise(holder.seal, house.authority.client, purpose="soon", valid_until=NOW + timedelta(hours=1))
    purpose = replace(NOTICE, purpose="soon")
    house.clock.set(soon.valid_until)
    assert holder.stamp(purpose=purpose)[0].authorisation == soon.id
    house.clock.advance(INSTANT)
    refused_before_any_key(holder, holder.command(purpose=purpose), NotAuthorised)


def test_an_authorisation_that_was_withdrawn(holder: Holder) -> None:
    house = holder.house
    house.authorisations.withdraw(house.authority.owner, holder.seal, holder.authorisation.id, reason=REASON)
    refused_before_any_key(holder, holder.command(), NotAuthorised)


def test_an_authorisation_without_kinds_covers_every_kind(house: House) -> None:
    holder = Holder(house, document_kinds=())
    assert holder.stamp(purpose=replace(NOTICE, document_kind="whatever"))[0].document_kind == "whatever"


def test_an_authorisation_is_used_as_often_as_it_says(either_house: House) -> None:
    holder = Holder(either_house, times=2)
    holder.stamp()
    holder.stamp()
    error = refused_before_any_key(holder, holder.command(), AuthorisationExhausted)
    assert error.details == {"authorisation": holder.authorisation.id, "times": 2}
    assert (holder.used, holder.states) == (2, [DONE, DONE])


def test_of_several_authorisations_the_one_that_ends_first_and_has_stampings_left_is_used(holder: Holder) -> None:
    house, client = holder.house, holder.actor
    later = house.authorise(holder.seal, client, valid_until=NOW + timedelta(days=2), times=1)
    first = house.authorise(holder.seal, client, valid_until=NOW + timedelta(days=1), times=1)
    used = [holder.stamp()[0].authorisation for _ in range(4)]
    assert used == [first.id, later.id, holder.authorisation.id, holder.authorisation.id]


# --- the seal and its owner


def suspended(holder: Holder) -> None:
    holder.suspend()


def resuming(holder: Holder) -> None:
    suspended(holder)
    holder.house.seals.request_resume(holder.house.authority.owner, holder.seal, reason="已经找回")


def cancelled(holder: Holder) -> None:
    another = holder.house.authority.of(Duty.SEAL_OWNER, "another owner")
    holder.house.seals.cancel(another, holder.seal, ground=Ground.NO_LONGER_NEEDED, reason="不再使用")


@pytest.mark.parametrize("stop", [suspended, resuming, cancelled])
def test_a_seal_that_is_not_active(holder: Holder, stop: Callable[[Holder], None]) -> None:
    stop(holder)
    error = refused_before_any_key(holder, holder.command(), SealNotActive)
    assert error.details == {"seal": holder.seal, "state": stop.__name__}


def test_a_seal_that_was_resumed_stamps_again(holder: Holder) -> None:
    resuming(holder)
    holder.house.seals.resume(holder.house.authority.reviewer, holder.seal, reason=REASON)
    assert holder.stamp()[0].state is DONE


def test_a_seal_that_is_not_yet_accepted(holder: Holder) -> None:
    house = holder.house
    made = house.approved(house.authority, row="合同专用章").id
    house.seals.make(house.authority.maker, made)
    refused_before_any_key(holder, replace(holder.command(), seal=made), SealNotActive)


def test_a_seal_that_nobody_knows(holder: Holder) -> None:
    for unknown in ("seal_nothing", "", "\x00" if holder.house.store.is_sqlite else "seal_"):
        refused_before_any_key(holder, replace(holder.command(), seal=unknown), SealUnknown)
    assert issubclass(SealUnknown, NotFound)


def test_a_seal_without_its_keys_stamps_nothing(holder: Holder) -> None:
    house = holder.house
    found = house.seals.find(house.authority.owner, holder.seal)[0]
    bare = replace(found, id="seal_bare", code=None, filing_number=None, owner_key=None, document_key=None)
    with house.store.transaction() as tx:
        repository.add_seal(tx, bare)
        tx.record(AuditEvent(tag="test:seal:done", actor="somebody", subject=bare.id))
    house.authorise(bare.id, holder.actor)
    refused_before_any_key(holder, replace(holder.command(), seal=bare.id), SealNotActive)


def test_a_seal_expires(holder: Holder) -> None:
    house = holder.house
    end = house.seals.find(house.authority.owner, holder.seal)[0].valid_until
    assert end is not None
    house.authorise(holder.seal, holder.actor, valid_until=end + YEAR)
    house.clock.set(end)
    with house.store.reading() as view:
        assert house.stampings.permitting.usable(view, holder.seal).id == holder.seal
    house.clock.advance(INSTANT)
    error = refused_before_any_key(holder, holder.command(), SealExpired)
    assert error.details == {"seal": holder.seal, "valid_until": end.isoformat()}
    assert issubclass(SealExpired, Conflict)


def test_freezing_the_owner_stops_its_seals_at_once(holder: Holder) -> None:
    house, registrar = holder.house, actor("registrar", Duty.REGISTRAR)
    house.identity.freeze(registrar, house.names["authority"], reason="涉嫌冒用")
    refused_before_any_key(holder, holder.command(), SubjectNotActive)
    house.identity.unfreeze(actor("second registrar", Duty.REGISTRAR), house.names["authority"], reason="查清")
    assert holder.stamp()[0].state is DONE


class Overtaken(IdentityService):
    """An identity service during whose first answer something happens: after the first look, before the intent."""

    def __init__(self, house: House, action: Callable[[], object]) -> None:
        super().__init__(house.store, house.identity.repository)
        self.actions: list[Callable[[], object]] = [action]

    @override
    def require_acting(self, view: Reading, organisation: str) -> None:
        if self.actions:
            self.actions.pop(0)()
        super().require_acting(view, organisation)


def withdrawn(holder: Holder) -> None:
    house, authorisation = holder.house, holder.authorisation.id
    house.authorisations.withdraw(house.authority.owner, holder.seal, authorisation, reason=REASON)


def frozen(holder: Holder) -> None:
    house = holder.house
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), house.names["authority"], reason="涉嫌冒用")


@pytest.mark.parametrize(
    ("change", "error"),
    [(suspended, SealNotActive), (withdrawn, NotAuthorised), (frozen, SubjectNotActive)],
)
def test_what_changes_after_the_first_look_is_seen_before_the_intent(
    holder: Holder, change: Callable[[Holder], None], error: type[TrustError]
) -> None:
    house = holder.house
    service = house.stamping_service(identity=Overtaken(house, lambda: change(holder)))
    with pytest.raises(error):
        service.stamp(holder.actor, holder.command())
    assert (holder.states, holder.used, holder.stamped) == ([], 0, 0)


# --- certificates and lists that do not hold


def test_nothing_is_stamped_without_fresh_revocation_lists(holder: Holder) -> None:
    house = holder.house
    house.clock.advance(timedelta(days=8))
    with pytest.raises(OwnWorkRefused):
        holder.stamp()
    assert (holder.states, holder.used) == ([VOID], 0)
    house.authorities.keep_lists_fresh()
    assert holder.stamp()[0].state is DONE


def test_nothing_is_stamped_with_a_certificate_that_was_revoked(holder: Holder) -> None:
    house = holder.house
    seal = house.seals.find(house.authority.owner, holder.seal)[0]
    assert seal.document_key is not None
    assert seal.document_key.certificate is not None
    with house.store.transaction() as tx:
        house.authorities.revoke(tx, seal.document_key.certificate, reason=1, actor="system")
    house.authorities.publish("issuing-p256")
    with pytest.raises(OwnWorkRefused) as refused:
        holder.stamp()
    assert refused.value.details == {"check": "certificate.revocation"}
    assert holder.states == [VOID]
    assert "put" not in house.faults.passed


# --- what is asked


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (AtPoint(page=2, x_mm=150, y_mm=240), PageOutOfRange),
        (AtPoint(page=1, x_mm=5, y_mm=240), PlacementOutsidePage),
        (AtPoint(page=1, x_mm=150, y_mm=5000), PlacementOutsidePage),
    ],
)
def test_a_place_that_the_document_does_not_have(holder: Holder, place: AtPoint, error: type[TrustError]) -> None:
    refused_before_any_key(holder, holder.command(order=StampOrder(places=(place,))), error)


@pytest.mark.parametrize(
    ("pdf", "error"),
    [
        (b"", PDFMalformed),
        (b"%PDF-", PDFMalformed),
        (b"%PDF-1.7\n" + bytes(1000), PDFMalformed),
        (paper()[:200], PDFMalformed),
        (b"PK\x03\x04" + bytes(100), PDFMalformed),
        (b"%PDF-1.7\n" + bytes(LIMITS.size), PDFLimitExceeded),
        (paper() + b"\nstartxref" * 65, PDFPolyglot),
    ],
    ids=["empty", "a beginning", "zeros", "cut off", "another format", "too large", "something after it"],
)
def test_a_file_that_is_no_document(holder: Holder, pdf: bytes, error: type[TrustError]) -> None:
    refused_before_any_key(holder, holder.command(pdf=pdf), error)


def test_a_file_with_a_password(holder: Holder) -> None:
    refused_before_any_key(holder, holder.command(pdf=foreign_documents()["password.pdf"]), PDFEncrypted)


# --- the ledger


def test_the_ledger_is_for_the_owner_of_the_seal(holder: Holder) -> None:
    house = holder.house
    stranger = house.staff("other").owner
    for one in (stranger, house.authority.applicant, house.authority.reviewer, holder.actor):
        with pytest.raises(DutyMissing):
            house.stampings.ledger(one, holder.seal)
    with pytest.raises(SealUnknown):
        house.stampings.ledger(house.authority.owner, "seal_nothing")


def test_a_line_that_is_not_there(holder: Holder) -> None:
    with pytest.raises(StampingUnknown):
        holder.house.stampings.ledger_line("stamp_nothing")


def test_the_ledger_begins_with_the_newest_and_shows_what_came_to_nothing(holder: Holder) -> None:
    house = holder.house
    first, _ = holder.stamp()
    house.clock.advance(timedelta(seconds=1))
    house.faults.fail("stamp:tsa-sm2", TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        holder.stamp()
    house.clock.advance(timedelta(seconds=1))
    last, _ = holder.stamp()
    lines = house.stampings.ledger(house.authority.owner, holder.seal)
    assert [one.state for one in lines] == [DONE, VOID, DONE]
    assert (lines[0], lines[2]) == (last, first)
    assert lines[1].result is None


# --- nothing is shown that should not be


def test_no_content_is_shown(holder: Holder) -> None:
    command = holder.command(pdf=paper(trailer=b"/Secret (of the document)"))
    assert "Secret" not in repr(command)
    house = holder.house
    house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable) as failed:
        holder.stamp(command)
    assert "Secret" not in str(failed.value)
    assert all("Secret" not in repr(one) for one in house.events(after=holder.before))
