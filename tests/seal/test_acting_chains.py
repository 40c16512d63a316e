"""Stamping under signed delegations: what every kind of signature carries, and what strangers make of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from identity.delegation.service import GiveMandate
from identity.duties import Actor, Duty
from identity.levels import Level
from identity.service import RegisterPerson
from seal.data.acting import ACTING, ActingFor
from seal.data.asn1 import SealExtension
from seal.data.reading import read_seal_signature
from seal.errors import AuthorisationExhausted, AuthorisationInvalid, NotAuthorised, OwnWorkRefused
from seal.ledger import stamping_repository
from seal.ledger.entries import Authorisation, Operation, Purpose, StampingState
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import DigestItem
from seal.stamping.intents import Line
from seal.stamping.message_signatures import SignMessage
from seal.stamping.orders import Level as Baseline
from seal.stamping.orders import Mode
from seal.stamping.stamp import PreparedStamp, prepare_stamp
from seal.tables import AuthorisationRow
from seal.verification.documents import DocumentReport, judge_pdf
from seal.verification.files import judge_file
from seal.verification.registry import check_delegations, standing_checks, standing_of
from tests.fakes.clock import NOW
from tests.identity.builders import person_number
from tests.seal.holders import Holder
from tests.seal.houses import CENTRE, YEAR, House, actor
from tests.seal.kits import outcomes
from tests.trust.pdf.paper import paper
from trust.cms import read_signed_message
from trust.crypto.sm3 import sm3
from trust.delegations import Bounds, Chain, Matter, Statement
from trust.founding import Role
from trust.paths import Evidence
from trust.reports import SignatureReport
from trust.signing import SigningUnavailable
from trust.verdict import Outcome

CHECKS = {"delegation.chain", "delegation.signer", "delegation.use", "delegation.time"}
ANYTHING = frozenset(Operation)
PURPOSE = Purpose(purpose="document.stamp", document_kind="notice")
LINE = Line(document_hash="00" * 32)


def prepared(house: House, seal: str) -> PreparedStamp:
    """Return a document that is ready to be stamped with a seal."""
    with house.store.reading() as view:
        kit = house.stampings.kit(view, seal)
    return prepare_stamp(paper(), kit, CENTRE, at=house.clock.now())


def logged_in(actor: Actor, level: Level = Level.SUBSTANTIAL) -> Actor:
    """Return an actor in a session."""
    return replace(actor, session="ses_1", level=level)


def evidence_of(house: House) -> Evidence:
    """Return what the instance trusts."""
    with house.store.reading() as view:
        return house.authorities.evidence(view)


def judged(house: House, pdf: bytes) -> DocumentReport:
    """Judge a document as a stranger does who has nothing but the roots."""
    return judge_pdf(pdf, Evidence(anchors=evidence_of(house).anchors), now=house.clock.now())


def delegation_checks(report: SignatureReport) -> dict[str, Outcome]:
    """Return what came of the checks on delegations."""
    return {one.name: one.outcome for one in report.checks if one.step == "delegation"}


def acting_in_seal(encoded: bytes) -> ActingFor:
    """Return who acted by a seal signature."""
    (told,) = [one.value for one in read_seal_signature(encoded).extensions if one.oid == ACTING]
    return ActingFor.read(told)


# --- authorisations


def test_an_authorisation_is_a_signed_statement(house: House) -> None:
    seal = house.seals.find(house.authority.owner, house.names["spare"])[0]
    command = house.authorise_command(seal.id, house.authority.client, times=3, document_kinds=("notice", "reply"))
    given = house.authorisations.authorise(logged_in(house.authority.owner, Level.HIGH), command)
    assert given.statement is not None
    told = Statement.read(given.statement).delegation
    assert (told.id, told.parent) == (given.id, None)
    assert (told.delegator.kind.value, told.delegator.id) == ("organisation", seal.owner)
    assert (told.delegate.kind.value, told.delegate.id) == ("client", given.holder)
    assert told.bounds == Bounds(
        matters=frozenset({Matter.SEAL_STAMP}),
        seals=frozenset({seal.code or ""}),
        document_kinds=frozenset({"notice", "reply"}),
        operations=frozenset({"document"}),
        purposes=frozenset({"document.stamp"}),
        not_before=NOW.replace(microsecond=0),
        not_after=(NOW + YEAR).replace(microsecond=0),
        times=3,
    )
    assert (told.given.actor, told.given.level, told.given.session) == (house.authority.owner.id, 3, "ses_1")
    assert (given.level, given.session) == (3, "ses_1")


def test_what_an_agent_is_given_is_a_statement_within_the_organisation_s(house: House) -> None:
    within, given = delegated(house)
    assert within.statement is not None
    assert given.statement is not None
    above, below = Statement.read(within.statement), Statement.read(given.statement).delegation
    assert below.parent == above.digest
    assert (above.delegation.bounds.depth, below.bounds.depth) == (1, 0)
    assert below.delegator == above.delegation.delegate


def delegated(house: House, **changes: Any) -> tuple[Authorisation, Authorisation]:  # noqa: ANN401 - a command's fields
    """Let another organisation stamp with the spare seal, and its business system for it."""
    other = house.staff("other")
    within = house.authorise(house.names["spare"], replace(other.client, id=other.organisation), **changes)
    return within, house.authorisations.delegate(other.owner, house.delegate_command(within, other.client))


def test_what_is_too_large_for_a_signature_is_not_carried(house: House) -> None:
    kinds = ("notice", *(f"{number:02}" + "种" * 60 for number in range(20)))
    holder = Holder(house, document_kinds=kinds)
    assert holder.authorisation.statement is not None
    _, pdf = holder.stamp()
    for one in judged(house, pdf).signatures:
        assert (one.report.verdict.outcome, delegation_checks(one.report)) == (Outcome.PASSED, {})


@pytest.mark.parametrize("kind", ["", "x" * 65, "a\u3000b"])
def test_what_no_statement_can_tell_is_not_authorised(house: House, kind: str) -> None:
    command = house.authorise_command(house.names["spare"], house.authority.client, document_kinds=(kind,))
    with pytest.raises(AuthorisationInvalid) as refused:
        house.authorisations.authorise(house.authority.owner, command)
    assert refused.value.details == {"field": "document_kinds"}


def test_an_authorisation_holds_before_it_is_signed_and_is_signed_later(house: House) -> None:
    house.faults.fail("sign:delegation", SigningUnavailable())
    holder = Holder(house)
    assert holder.authorisation.statement is None
    _, pdf = holder.stamp()
    for one in judged(house, pdf).signatures:
        assert (one.report.verdict.outcome, delegation_checks(one.report)) == (Outcome.PASSED, {})
        assert "delegations" not in one.report.facts
    assert house.signed.sign_missing() == 1
    assert house.signed.sign_missing() == 0
    assert not house.signed.sign(holder.authorisation.id)
    assert not house.signed.sign("auth_nothing")
    _, later = holder.stamp(holder.command(request_key="another-key"))
    assert {one for each in judged(house, later).signatures for one in delegation_checks(each.report)} == CHECKS


def test_what_a_crash_left_unsigned_above_is_signed_first(house: House) -> None:
    house.faults.fail("sign:delegation", SigningUnavailable())
    within = house.authorise(
        house.names["spare"], replace(house.authority.client, id=house.staff("other").organisation)
    )
    assert within.statement is None
    other = house.staff("other")
    given = house.authorisations.delegate(other.owner, house.delegate_command(within, other.client))
    assert given.statement is not None
    assert house.signed.sign_missing() == 0


# --- what signatures carry


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("level", [Baseline.B_B, Baseline.B_T, Baseline.B_LTA])
def test_both_signatures_of_a_document_carry_the_chain(house: House, mode: Mode, level: Baseline) -> None:
    within, given = delegated(house)
    client = logged_in(house.staff("other").client)
    order = replace(house.stamp_command(seal=within.seal).order, mode=mode, level=level)
    stamping, pdf = house.stampings.stamp(client, house.stamp_command(seal=within.seal, order=order))
    assert (stamping.level, stamping.authorisation, stamping.parent) == (2, given.id, within.id)
    report = judged(house, pdf) if level is Baseline.B_LTA else judge_pdf(pdf, evidence_of(house), now=NOW)
    assert {one for _, one, _ in outcomes(report)} == {"passed"}
    for one in report.signatures[:2]:
        assert delegation_checks(one.report) == dict.fromkeys(CHECKS, Outcome.PASSED)
        assert one.report.facts["delegations"] == f"{within.id} {given.id}"
        assert (one.report.facts["level"], one.report.facts["operation"]) == (2, "document")
        assert one.report.facts["document_kind"] == "notice"


def test_sealed_digests_carry_the_chain_and_do_so_again(house: House) -> None:
    holder = Holder(house, operations=ANYTHING)
    actor = logged_in(holder.actor)
    items = tuple(DigestItem(digest=sm3(bytes([one])), property_info="file") for one in range(3))
    command = StampDigests(seal=holder.seal, items=items, purpose=PURPOSE, request_key="digests-1")
    sealed = house.digests.stamp(actor, command)
    assert [one.encoded for one in house.digests.stamp(actor, command)] == [one.encoded for one in sealed]
    for number, one in enumerate(sealed):
        acting = acting_in_seal(one.encoded)
        assert (acting.level, acting.operation, acting.actor) == (2, "digest", actor.id)
        assert one.stamping.evidence == sm3(acting.der).hex()
        file = judge_file(one.encoded, evidence_of(house), now=NOW, signed=bytes([number]))
        (report,) = [each.report for each in file.document.signatures]
        assert report.verdict.outcome is Outcome.PASSED
        assert delegation_checks(report) == dict.fromkeys(CHECKS, Outcome.PASSED)


def test_a_digest_that_was_sealed_before_its_authorisation_was_signed_stays_as_it_was(house: House) -> None:
    house.faults.fail("sign:delegation", SigningUnavailable())
    holder = Holder(house, operations=ANYTHING)
    item = DigestItem(digest=sm3(b"1"), property_info="file")
    command = StampDigests(seal=holder.seal, items=(item,), purpose=PURPOSE, request_key="digests-1")
    (sealed,) = house.digests.stamp(holder.actor, command)
    assert acting_in_seal(sealed.encoded).chain is None
    assert house.signed.sign_missing() == 1
    assert house.digests.find(holder.actor, sealed.stamping.id).encoded == sealed.encoded


def test_a_digest_that_is_older_than_evidence_has_none(house: House) -> None:
    holder = Holder(house, operations=ANYTHING)
    (stamping,) = [replace(line, evidence="", acting=None) for line in (sealed_line(holder),)]
    with house.store.reading() as view:
        assert house.stampings.intents.acting(view, stamping) is None
        with pytest.raises(OwnWorkRefused) as refused:
            house.stampings.intents.acting(view, replace(stamping, evidence="00"))
    assert refused.value.details == {"check": "stamping.evidence"}


def sealed_line(holder: Holder) -> Any:  # noqa: ANN401 - a line of the ledger
    """Return a line of the ledger about a digest."""
    item = DigestItem(digest=sm3(b"1"), property_info="file")
    command = StampDigests(seal=holder.seal, items=(item,), purpose=PURPOSE, request_key="digests-2")
    return holder.house.digests.stamp(holder.actor, command)[0].stamping


def test_signed_messages_carry_the_chain(house: House) -> None:
    holder = Holder(house, operations=ANYTHING)
    command = SignMessage(seal=holder.seal, content=b"message", purpose=PURPOSE, request_key="message-1")
    _, encoded = house.messages.sign(logged_in(holder.actor), command)
    (signer,) = read_signed_message(encoded).signers
    acting = ActingFor.read(signer.signed_values[ACTING][0])
    assert (acting.level, acting.operation) == (2, "message")
    (report,) = [one.report for one in judge_file(encoded, evidence_of(house), now=NOW).document.signatures]
    assert report.verdict.outcome is Outcome.PASSED
    assert delegation_checks(report) == dict.fromkeys(CHECKS, Outcome.PASSED)


def test_a_stamping_outside_of_any_session_tells_no_level(holder: Holder) -> None:
    stamping, pdf = holder.stamp()
    assert stamping.level is None
    assert "level" not in judged(holder.house, pdf).signatures[0].report.facts


# --- signatures that are not what their chain says


Spoil = Callable[[ActingFor], ActingFor]
SPOILT: dict[str, tuple[Spoil, str]] = {
    "another actor": (lambda one: replace(one, actor="client_9"), "delegation.use"),
    "another purpose": (lambda one: replace(one, purpose="contract.sign"), "delegation.use"),
    "another operation": (lambda one: replace(one, operation="message"), "delegation.use"),
    "another kind of document": (lambda one: replace(one, document_kind="order"), "delegation.use"),
    "a link missing": (lambda one: replace(one, chain=without_first(one.chain)), "delegation.chain"),
}


def without_first(chain: Chain | None) -> Chain:
    """Return a chain without its beginning."""
    assert chain is not None
    return Chain(chain.statements[1:], chain.certificates)


@pytest.mark.parametrize(("spoil", "check"), SPOILT.values(), ids=SPOILT)
def test_our_own_work_is_refused_where_the_chain_contradicts_it(house: House, spoil: Spoil, check: str) -> None:
    within, _ = delegated(house, document_kinds=("notice",))
    command = house.stamp_command(seal=within.seal)
    with house.store.transaction() as tx:
        (stamping,) = house.stampings.intents.intend(tx, house.staff("other").client, command.use, (LINE,)).stampings
    assert stamping.acting is not None
    spoilt = stamping.changed(acting=spoil(ActingFor.read(stamping.acting)).der)
    with pytest.raises(OwnWorkRefused) as refused:
        house.stampings.redeem(spoilt, prepared(house, within.seal))
    assert refused.value.details == {"check": check}


def test_a_chain_for_another_seal_is_refused(house: House) -> None:
    holder = Holder(house)
    other = house.active(house.authority)
    house.authorise(other.id, holder.actor)
    command = house.stamp_command(seal=other.id)
    with house.store.transaction() as tx:
        (stamping,) = house.stampings.intents.intend(tx, holder.actor, command.use, (LINE,)).stampings
    with pytest.raises(OwnWorkRefused) as refused:
        house.stampings.redeem(stamping, prepared(house, holder.seal))
    assert refused.value.details == {"check": "delegation.use"}


def test_a_stamping_after_the_end_is_refused(house: House) -> None:
    holder = Holder(house, valid_until=NOW + timedelta(hours=1))
    with house.store.transaction() as tx:
        (stamping,) = house.stampings.intents.intend(tx, holder.actor, holder.command().use, (LINE,)).stampings
    house.clock.set(NOW + timedelta(hours=1, seconds=1))
    with pytest.raises(OwnWorkRefused) as refused:
        house.stampings.redeem(stamping, prepared(house, holder.seal))
    assert refused.value.details == {"check": "delegation.time"}


# --- mandates


def mandated(house: House, count: int = 1, **changes: Any) -> tuple[str, list[Actor], list[str]]:  # noqa: ANN401 - bounds
    """Let persons stamp with the spare seal, each within the one before; return the seal, them, and the mandates."""
    seal = house.seals.find(house.authority.owner, house.names["spare"])[0]
    agents = [Actor(id=person(house), grants=frozenset()) for _ in range(count)]
    names: list[str] = []
    giver, delegator = house.authority.owner, str(seal.owner)
    for place, agent in enumerate(agents):
        bounds = Bounds(
            matters=frozenset({Matter.SEAL_STAMP}),
            seals=frozenset({seal.code or ""}),
            operations=changes.get("operations", frozenset({"document"})),
            document_kinds=changes.get("document_kinds", frozenset()),
            purposes=frozenset({changes.get("purpose", "document.stamp")}),
            not_before=NOW.replace(microsecond=0),
            not_after=(NOW + YEAR).replace(microsecond=0),
            times=changes.get("times", 5),
            depth=count - 1 - place,
        )
        command = GiveMandate(
            delegator=delegator,
            delegate=agent.id,
            bounds=bounds,
            within=names[-1] if names else None,
            request_key=house.next_key(),
        )
        names.append(house.mandates.accept(agent, house.mandates.offer(giver, command).id).id)
        giver, delegator = agent, agent.id
    return seal.id, agents, names


def person(house: House) -> str:
    """Register and prove a person."""
    command = RegisterPerson(name="李经办", citizen_number=person_number(house.head() % 1_000))
    found = house.identity.register_person(actor("registrar", Duty.REGISTRAR), command).id
    house.identity.prove(actor("second registrar", Duty.REGISTRAR), found)
    return found


@pytest.mark.parametrize("count", [1, 4])
def test_who_has_a_mandate_stamps_and_the_document_carries_it(house: House, count: int) -> None:
    seal, agents, names = mandated(house, count)
    stamping, pdf = house.stampings.stamp(logged_in(agents[-1]), house.stamp_command(seal=seal))
    assert (stamping.authorisation, stamping.parent, stamping.state) == (names[-1], None, StampingState.DONE)
    for one in judged(house, pdf).signatures:
        assert one.report.verdict.outcome is Outcome.PASSED
        assert delegation_checks(one.report) == dict.fromkeys(CHECKS, Outcome.PASSED)
        assert one.report.facts["delegations"] == " ".join(names)
    with house.store.reading() as view:
        assert [house.mandates.require(view, one).used for one in names] == [1] * count
        again = house.stampings.intents.acting(view, stamping)
    assert again is not None
    assert sm3(again).hex() == stamping.evidence


def test_a_mandate_that_is_spent_or_ended_stamps_nothing(house: House) -> None:
    seal, (agent,), (name,) = mandated(house, times=1)
    house.stampings.stamp(agent, house.stamp_command(seal=seal))
    with pytest.raises(NotAuthorised):
        house.stampings.stamp(agent, house.stamp_command(seal=seal, request_key="again-one"))
    other_seal, (other,), (second,) = mandated(house)
    house.mandates.revoke(house.authority.owner, second, reason="岗位调整")
    with pytest.raises(NotAuthorised):
        house.stampings.stamp(other, house.stamp_command(seal=other_seal))
    assert name != second


BEYOND: dict[str, dict[str, Any]] = {
    "purpose": {"purpose": "contract.sign"},
    "operation": {"operations": frozenset({"digest"})},
    "document kind": {"document_kinds": frozenset({"order"})},
}


@pytest.mark.parametrize("changes", BEYOND.values(), ids=BEYOND)
def test_a_mandate_permits_what_it_says(house: House, changes: dict[str, Any]) -> None:
    seal, (agent,), _ = mandated(house, **changes)
    with pytest.raises(NotAuthorised):
        house.stampings.stamp(agent, house.stamp_command(seal=seal))


def test_a_mandate_of_another_owner_permits_nothing(house: House) -> None:
    _, (agent,), _ = mandated(house)
    with pytest.raises(NotAuthorised):
        house.stampings.stamp(agent, house.stamp_command(seal=house.active(house.staff("other")).id))


def test_a_mandate_is_used_where_an_authorisation_is_spent(house: House) -> None:
    seal, (agent,), (name,) = mandated(house)
    authorisation = house.authorise(seal, agent, times=1)
    found = [
        house.stampings.stamp(agent, house.stamp_command(seal=seal, request_key=f"stamp-{number}"))[0].authorisation
        for number in range(2)
    ]
    assert found == [authorisation.id, name]


def test_a_stamping_that_came_to_nothing_is_given_back(house: House) -> None:
    seal, agents, names = mandated(house, 2)
    house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        house.stampings.stamp(agents[-1], house.stamp_command(seal=seal))
    with house.store.reading() as view:
        assert [house.mandates.require(view, one).used for one in names] == [0, 0]


def test_the_database_decides_on_the_last_use_of_a_mandate(house: House) -> None:
    seal, (agent,), _ = mandated(house, times=1)
    use = house.stamp_command(seal=seal).use
    with house.store.reading() as view:
        permitted = house.permitting.require(view, agent, use)
    with house.store.transaction() as tx:
        house.stampings.intents.intend(tx, agent, use, (LINE,))
    with pytest.raises(AuthorisationExhausted), house.store.transaction() as tx:
        house.permitting.count(tx, permitted)


def test_authorisations_that_were_withdrawn_are_not_signed_any_more(house: House) -> None:
    house.faults.fail("sign:delegation", SigningUnavailable())
    holder = Holder(house)
    owner = house.authority.owner
    house.authorisations.withdraw(owner, holder.seal, holder.authorisation.id, reason="岗位调整")
    with house.store.reading() as view:
        assert stamping_repository.unsigned(view, limit=9) == ()
    assert house.signed.sign_missing() == 0


def test_a_delegation_by_a_key_that_was_revoked_since_is_left_open_once_its_time_is(house: House) -> None:
    _, pdf = Holder(house).stamp()
    end = house.service_keys.certificate(Role.TIME_STAMP_SM2).not_after
    house.clock.set(end - timedelta(days=1))
    with house.store.transaction() as tx:
        house.authorities.revoke(tx, house.service_keys.certificate(Role.DELEGATION), reason=4, actor="act_1")
    expected = (Outcome.PASSED, Outcome.INDETERMINATE)
    for moment, outcome in zip((end - timedelta(days=1), end + timedelta(days=1)), expected, strict=True):
        house.clock.set(moment)
        house.authorities.keep_lists_fresh()
        report = judge_pdf(pdf, evidence_of(house), now=moment).signatures[0].report
        assert delegation_checks(report)["delegation.signer"] is outcome


# --- what the registry adds


def registered(house: House, pdf: bytes, at: datetime | None = None) -> tuple[Outcome, str]:
    """Return what the registry says of the delegations of a document, or said at a moment, and its note."""
    one = judge_pdf(pdf, evidence_of(house), now=house.clock.now()).signatures[0]
    with house.store.reading() as view:
        standing = standing_of(view, one, at=at)
    assert standing is not None
    (check,) = [each for each in standing_checks(standing) if each.name == "delegation.registered"]
    return check.outcome, check.note


def test_the_registry_tells_which_delegations_have_ended_since(house: House) -> None:
    holder = Holder(house)
    _, pdf = holder.stamp()
    assert registered(house, pdf) == (Outcome.PASSED, "")
    owner, name, before = house.authority.owner, holder.authorisation.id, house.clock.now()
    house.clock.advance(timedelta(seconds=1))
    house.authorisations.withdraw(owner, holder.seal, name, reason="岗位调整")
    assert registered(house, pdf) == (Outcome.PASSED, f"ended since: {name}")
    assert registered(house, pdf, before) == (Outcome.PASSED, "")


def test_the_registry_tells_which_mandates_have_ended_since(house: House) -> None:
    seal, agents, names = mandated(house, 2)
    _, pdf = house.stampings.stamp(agents[-1], house.stamp_command(seal=seal))
    assert registered(house, pdf) == (Outcome.PASSED, "")
    before = house.clock.now()
    house.clock.advance(timedelta(seconds=1))
    house.mandates.revoke(house.authority.owner, names[0], reason="岗位调整")
    assert registered(house, pdf) == (Outcome.PASSED, f"ended since: {names[0]}")
    assert registered(house, pdf, before) == (Outcome.PASSED, "")


def test_a_statement_that_is_not_on_record_fails(house: House) -> None:
    holder = Holder(house)
    _, pdf = holder.stamp()
    row = col(AuthorisationRow.id) == holder.authorisation.id
    with house.store.writer.begin() as connection:
        connection.execute(update(AuthorisationRow).where(row).values(statement=b"another"))
    assert registered(house, pdf) == (Outcome.FAILED, "")


def test_what_carries_no_chain_is_not_asked_for_one(house: House) -> None:
    house.faults.fail("sign:delegation", SigningUnavailable())
    _, pdf = Holder(house).stamp()
    one = judge_pdf(pdf, evidence_of(house), now=NOW).signatures[0]
    with house.store.reading() as view:
        assert check_delegations(view, one, house.clock.now()) is None
        assert one.seal_signature is not None
        strange = replace(one.seal_signature, extensions=(SealExtension(oid=ACTING, value=b"\x05\x00"),))
        assert check_delegations(view, replace(one, seal_signature=strange), house.clock.now()) is None


def test_mandates_are_counted_and_ended_on_each_database(either_house: House) -> None:
    house = either_house
    seal, agents, names = mandated(house, 2, times=1)
    house.stampings.stamp(agents[-1], house.stamp_command(seal=seal))
    with house.store.reading() as view:
        assert [house.mandates.require(view, one).used for one in names] == [1, 1]
    with pytest.raises(NotAuthorised):
        house.stampings.stamp(agents[-1], house.stamp_command(seal=seal))
    assert house.mandates.revoke(house.authority.owner, names[0], reason="岗位调整").state.value == "revoked"
