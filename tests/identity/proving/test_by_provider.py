"""Proving oneself: what a provider finds raises the level, once; whatever else comes leaves everything as it was."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.duties import Actor
from identity.errors import AccountUnknown, SubjectNotActive
from identity.levels import Level
from identity.notices.notices import NoticeKind
from identity.proofing.errors import (
    NoProvider,
    PhoneMalformed,
    ProofingClosed,
    ProofingUnknown,
    ProviderAnswerRefused,
    ProviderUnavailable,
    TooManyProofings,
)
from identity.proofing.proofing import EvidenceKind, Method, Source
from identity.proofing.provider import Outcome
from identity.proving.asking import MOST_A_DAY, OPEN_FOR, ProviderDesk
from identity.proving.by_provider import ProveOneself, ProvingByProvider
from identity.proving.orders import LIFECYCLE, OrderState
from identity.subject import Person
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, Office
from tests.identity.proving.desk import Desk, actor, match, remote
from trust.requests import RequestKeyReused

SILENT = ProviderUnavailable(seconds=30)


@pytest.fixture
def person(desk: Desk) -> Person:
    """Return a person whose proofing at the counter is over in an instant."""
    found = desk.office.person()
    desk.office.clock.advance(desk.office.identity.lifetimes.of(Level.HIGH))
    assert desk.level(found.id) == 0
    return found


def test_a_document_and_a_live_face_raise_the_level(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    assert (order.state, order.address) == (OrderState.OPEN, f"https://proofing.example/fake-{order.id}")
    assert desk.level(person.id) == 0
    assert desk.own.complete(actor(person), order.id).state is OrderState.DONE
    found = desk.office.identity.find(person.id)
    assert found.assurance is not None
    assert (found.assurance.level, found.assurance.source, found.assurance.by) == (3, "remote", "fake")
    assert found.assurance.expires_at == desk.office.clock.now() + desk.office.identity.lifetimes.of(Level.HIGH)
    (made, _) = desk.own.of(actor(person)).proofings
    assert (made.transaction, made.officers) == (f"fake-{order.id}", ())
    assert [one.kind for one in made.evidence] == [EvidenceKind.PROVIDER_ANSWER]
    assert desk.told(person.id) == [NoticeKind.PROOFING_DONE]
    assert desk.office.tags(order.id) == ["proofing:begin:asked", "proofing:begin:done", "proofing:end:done"]


def test_who_comes_is_who_is_on_record(desk: Desk, person: Person) -> None:
    desk.own.begin(actor(person), match())
    claimed = desk.provider.questions[-1].claimed
    assert (claimed.name, claimed.number, claimed.phone) == (person.name.value, person.code, "13800001234")


def test_records_that_agree_prove_a_little(desk: Desk, person: Person) -> None:
    assert desk.own.begin(actor(person), match()).state is OrderState.DONE
    assert desk.level(person.id) == 1
    assert desk.own.of(actor(person)).level is Level.BASIC


@pytest.mark.parametrize(
    ("sources", "level"),
    [
        ({Source.NAME_AND_NUMBER, Source.PHONE, Source.DOCUMENT_SEEN}, 2),
        ({Source.NAME_AND_NUMBER, Source.PHONE}, 1),
        ({Source.NAME_AND_NUMBER}, 0),
        (set(), 0),
    ],
)
def test_the_level_is_that_of_what_was_looked_at(desk: Desk, person: Person, sources: set[Source], level: int) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.provider.plan({"sources": frozenset(sources)})
    ended = desk.own.complete(actor(person), order.id)
    assert (ended.state, desk.level(person.id)) == (OrderState.DONE if level else OrderState.REFUSED, level)


def test_somebody_else_is_refused(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.provider.plan({"outcome": Outcome.NOT_MATCHED})
    assert desk.own.complete(actor(person), order.id).state is OrderState.REFUSED
    assert (desk.level(person.id), desk.told(person.id)) == (0, [])
    assert desk.office.tags(order.id)[-1] == "proofing:end:refused"
    with pytest.raises(ProofingClosed) as closed:
        desk.own.complete(actor(person), order.id)
    assert closed.value.details == {"state": "refused"}


def test_who_has_not_finished_may_finish_later(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.provider.plan({"outcome": Outcome.PENDING, "sources": frozenset()})
    assert desk.own.complete(actor(person), order.id) == order
    desk.office.clock.advance(OPEN_FOR - timedelta(seconds=1))
    assert desk.own.complete(actor(person), order.id).state is OrderState.DONE


def test_who_takes_too_long_begins_anew(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.office.clock.advance(OPEN_FOR)
    asked = len(desk.provider.questions)
    with pytest.raises(ProofingClosed) as closed:
        desk.own.complete(actor(person), order.id)
    assert (closed.value.details, len(desk.provider.questions)) == ({"state": "expired"}, asked)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "00" * 16},
        {"reference": "prfo_another"},
        {"person": "00" * 32},
        {"transaction": "fake-another"},
        {"at": NOW},
        {"sources": frozenset({Source.FACE_IN_PERSON})},
    ],
)
def test_an_answer_to_something_else_changes_nothing(desk: Desk, person: Person, changes: Mapping[str, Any]) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.provider.plan(changes)
    with pytest.raises(ProviderAnswerRefused):
        desk.own.complete(actor(person), order.id)
    assert desk.level(person.id) == 0
    assert desk.own.complete(actor(person), order.id).state is OrderState.DONE


def test_an_answer_counts_once(desk: Desk, person: Person) -> None:
    first = desk.own.begin(actor(person), match())
    desk.provider.plan({"transaction": first.transaction})
    with pytest.raises(ProviderAnswerRefused) as refused:
        desk.own.begin(actor(person), match())
    assert refused.value.details == {"fault": "replay"}
    order = desk.own.begin(actor(person), remote())
    answer = desk.desk.result(order)
    desk.own.settle(actor(person), order, answer)
    with pytest.raises(ProviderAnswerRefused):
        desk.own.settle(actor(person), order, answer)
    assert len(desk.own.of(actor(person)).proofings) == 3


@pytest.mark.parametrize("command", [remote(), match()], ids=["remote", "match"])
def test_a_provider_that_is_silent_changes_nothing(desk: Desk, person: Person, command: ProveOneself) -> None:
    desk.provider.plan(SILENT)
    with pytest.raises(ProviderUnavailable):
        desk.own.begin(actor(person), command)
    (order,) = desk.own.of(actor(person)).orders
    assert (order.state, desk.level(person.id)) == (OrderState.FAILED, 0)
    assert desk.office.tags(order.id)[-1] == "proofing:begin:failed"
    assert desk.own.begin(actor(person), command).state is OrderState.FAILED  # the same request is the same one


def test_a_provider_that_falls_silent_is_asked_again(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.provider.plan(SILENT)
    with pytest.raises(ProviderUnavailable):
        desk.own.complete(actor(person), order.id)
    assert desk.own.complete(actor(person), order.id).state is OrderState.DONE


def test_a_repetition_asks_nobody(desk: Desk, person: Person) -> None:
    first = desk.own.begin(actor(person), remote("key"))
    asked = len(desk.provider.questions)
    assert desk.own.begin(actor(person), remote("key")) == first
    assert len(desk.provider.questions) == asked
    with pytest.raises(RequestKeyReused):
        desk.own.begin(actor(person), match(key="key"))


def test_so_many_a_day(desk: Desk, person: Person) -> None:
    for _ in range(MOST_A_DAY):
        desk.own.begin(actor(person), match())
        desk.office.clock.advance(timedelta(minutes=1))
    with pytest.raises(TooManyProofings) as refused:
        desk.own.begin(actor(person), match())
    wait = 24 * 3600 - MOST_A_DAY * 60
    assert refused.value.details == {"seconds": wait + 1}
    desk.own.begin(actor(desk.office.person()), match())
    desk.office.clock.advance(timedelta(seconds=wait + 1))
    desk.own.begin(actor(person), match())


def test_an_order_is_its_persons_alone(desk: Desk, person: Person) -> None:
    order = desk.own.begin(actor(person), remote())
    for other in (actor(desk.office.person()), desk.first):
        with pytest.raises(ProofingUnknown):
            desk.own.complete(other, order.id)
    with pytest.raises(ProofingUnknown):
        desk.own.complete(actor(person), "prfo_another")


def test_a_business_system_is_no_person(desk: Desk) -> None:
    system = Actor(id=desk.office.client().client.id, grants=frozenset(), is_client=True)
    with pytest.raises(AccountUnknown):
        desk.own.begin(system, remote())
    with pytest.raises(ProofingUnknown):
        desk.own.of(system)


def test_who_is_frozen_proves_nothing(desk: Desk, person: Person) -> None:
    desk.office.identity.freeze(FIRST, person.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        desk.own.begin(actor(person), remote())
    assert desk.provider.questions == []


def test_without_a_provider_there_is_the_counter(office: Office) -> None:
    desk = Desk(office)
    nobody = ProviderDesk(store=office.store, repository=desk.desk.repository, provider=None)
    own = ProvingByProvider(store=office.store, identity=office.identity, desk=nobody)
    with pytest.raises(NoProvider):
        own.begin(actor(office.person()), remote())


@pytest.mark.parametrize("phone", ["", "1380", "1380000123x", "+", "1" * 16, "138 0000 1234", "13800001234\n"])
def test_a_telephone_number_is_digits(phone: str) -> None:
    with pytest.raises(PhoneMalformed):
        match(phone)


def test_no_telephone_number_is_told_where_none_is_asked_for() -> None:
    with pytest.raises(PhoneMalformed):
        ProveOneself(method=Method.REMOTE, phone="13800001234", request_key="key")
    with pytest.raises(PhoneMalformed):
        ProveOneself(method=Method.COUNTER, phone="13800001234", request_key="key")


def test_what_is_told_of_a_person_stands_nowhere_in_clear(desk: Desk, person: Person, tmp_path: Path) -> None:
    order = desk.own.begin(actor(person), remote())
    desk.own.begin(actor(person), match())
    for shown in (repr(order), repr(match())):
        for secret in (person.name.value, person.code, "13800001234", order.address):
            assert secret not in shown
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert order.id.encode() in held  # what is looked at is the right file
    for secret in (person.code, "13800001234", order.address):
        assert secret.encode() not in held


def test_an_order_has_one_end() -> None:
    ends = {state for state in OrderState if not LIFECYCLE.events(state)}
    assert ends == {OrderState.DONE, OrderState.REFUSED, OrderState.FAILED}
