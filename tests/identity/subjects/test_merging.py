"""Two identifiers of one person become one: what says who somebody is moves, what gives a power ends."""

from datetime import date, timedelta
from typing import Final

import pytest

from identity.access import AccessService
from identity.documents import DocumentKind, ShownDocument
from identity.duties import Actor, Duty, Grant
from identity.errors import CredentialsWrong, SubjectNotActive
from identity.holding import Standing, may_look, speaks_for
from identity.lifecycle import SubjectState
from identity.representing import organisations_of
from identity.service import RegisterPerson
from identity.subject import Person
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.closing import CLOSE, Cause
from identity.subjects.closing import content_of as closing
from identity.subjects.errors import MergeNotPossible, OwnAffair
from identity.subjects.merging import MERGE, content_of
from identity.subjects.representatives import REPRESENT
from identity.subjects.representatives import content_of as representing
from tests.identity.builders import FIRST, PASSWORD, SECOND
from tests.identity.subjects.builders import GROUND, TODAY, Registry

PERMIT: Final = ShownDocument(kind=DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO, number="H10000011")


def doubles(registry: Registry) -> tuple[Person, Person]:
    """Return two identifiers of one person: by the permit, and later by the card."""
    identity = registry.office.identity
    ending = identity.prove(SECOND, identity.register_person(FIRST, RegisterPerson(name="陈大文", shown=PERMIT)).id)
    assert isinstance(ending, Person)
    return ending, registry.office.person("陈大文")


def test_the_survivor_has_the_documents_and_the_name(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    registry.change(MERGE, ending.id, content_of(survivor.id, GROUND))
    assert registry.person(survivor.id) == survivor
    gone = registry.person(ending.id)
    assert (gone.state, gone.merged_into, gone.document, gone.code) == (
        SubjectState.MERGED,
        survivor.id,
        None,
        "",
    )
    identity = registry.office.identity
    assert identity.find(ending.id) == survivor
    with registry.office.store.reading() as view:
        for code in ("H10000011", survivor.code):
            assert identity.person_of_code(view, code) == survivor
        assert identity.require_person(view, ending.id) == survivor
        for name in (ending.id, survivor.id):
            assert identity.names_of(view, name) == (survivor.id, ending.id)


def test_the_record_tells_what_was_moved_and_what_was_ended(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    organisation = registry.office.organisation()
    registry.change(REPRESENT, organisation.id, representing(ending.id, GROUND))
    registry.office.session(ending)
    registry.appoint(ending.id, Grant(Duty.SEAL_OWNER, organisation.id))
    with registry.office.store.reading() as view:
        moved = [one.id for one in registry.office.repository.documents.of(view, ending.id)]
    proposal = registry.propose(MERGE, ending.id, content_of(survivor.id, GROUND))
    registry.approve(proposal)
    (change,) = (one for one in registry.history.changes(survivor.id) if one.kind is ChangeKind.MERGE)
    assert (change.subject, change.before, change.after) == (ending.id, ending.id, survivor.id)
    assert change.details == {
        "documents": " ".join(moved),
        "known_by": "H******11",
        "represented": organisation.id,
        "authenticators": 1,
        "sessions": 1,
        "duties": f"seal_owner/{organisation.id}",
        "account": True,
    }
    assert registry.forgotten == [ending.id]
    facts = next(one.facts for one in registry.office.events() if one.tag == "identity:merge:done")
    assert facts["proposal"] == proposal.id


def test_an_organisation_keeps_its_representative(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    organisation = registry.office.organisation()
    registry.change(REPRESENT, organisation.id, representing(ending.id, GROUND))
    registry.change(MERGE, ending.id, content_of(survivor.id, Ground(effective_on=TODAY, evidence="核对记录")))
    with registry.office.store.reading() as view:
        (told,) = organisations_of(registry.office.identity, view, survivor.id)
        assert organisations_of(registry.office.identity, view, ending.id) == ()
    assert (told.organisation.id, told.standing) == (organisation.id, Standing.LEGAL_REPRESENTATIVE)
    assert registry.history.representative_on(organisation.id, date(2026, 11, 21)) == ending.id
    assert registry.history.representative_on(organisation.id, TODAY) == survivor.id


def test_no_power_passes_on(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    organisation = registry.office.organisation()
    username = registry.office.account(ending)
    session = registry.office.enter(username=username, password=PASSWORD)
    registry.appoint(ending.id, Grant(Duty.AUDITOR))
    registry.change(MERGE, ending.id, content_of(survivor.id, GROUND))
    access: AccessService = registry.office.access
    with pytest.raises(CredentialsWrong):
        access.actor_of(session.secret)
    with pytest.raises(CredentialsWrong):
        registry.office.enter(username=username, password=PASSWORD)
    with registry.office.store.reading() as view:
        for name in (ending.id, survivor.id):
            assert registry.office.repository.grants(view, name) == frozenset()
        with pytest.raises(SubjectNotActive):
            registry.office.identity.require_actor(view, ending.id)
        registry.office.identity.require_actor(view, survivor.id)
        assert not registry.office.identity.acts_for(view, survivor.id, organisation.id)
    assert registry.office.account(survivor, username=username) == username  # the name is free again


def test_the_survivor_speaks_for_what_the_other_held(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    registry.change(MERGE, ending.id, content_of(survivor.id, GROUND))
    actor, gone = (Actor(id=one.id, grants=frozenset()) for one in (survivor, ending))
    with registry.office.store.reading() as view:
        identity = registry.office.identity
        assert speaks_for(identity, view, actor, ending.id) is Standing.PERSON
        assert may_look(identity, view, actor, ending.id)
        assert speaks_for(identity, view, gone, survivor.id) is None


def test_merges_lead_on(registry: Registry) -> None:
    ending, between = doubles(registry)
    last = registry.office.person("陈大文")
    registry.change(MERGE, ending.id, content_of(between.id, GROUND))
    registry.change(MERGE, between.id, content_of(last.id, GROUND))
    for name in (ending.id, between.id, last.id):
        assert registry.office.identity.find(name) == last
        with registry.office.store.reading() as view:
            assert {*registry.office.identity.names_of(view, name)} == {last.id, between.id, ending.id}
    assert [one.kind for one in registry.history.changes(last.id)] == [ChangeKind.MERGE, ChangeKind.MERGE]


def test_not_everything_is_merged(registry: Registry) -> None:
    ending, survivor = doubles(registry)
    other, frozen, closed = (registry.office.person() for _ in range(3))
    registry.office.identity.freeze(FIRST, frozen.id, reason="举报核实中")
    registry.change(CLOSE, closed.id, closing(Cause.DEATH, GROUND))
    registry.change(MERGE, ending.id, content_of(survivor.id, GROUND))
    organisation = registry.office.organisation()
    for subject, into, fault in (
        (other.id, other.id, "same"),
        (other.id, organisation.id, "kind"),
        (organisation.id, other.id, "kind"),
        (other.id, "P0", "kind"),
        (frozen.id, other.id, "frozen"),
        (other.id, frozen.id, "frozen"),
        (closed.id, other.id, "state"),
        (other.id, closed.id, "state"),
        (ending.id, other.id, "state"),
        (other.id, ending.id, "state"),
    ):
        with pytest.raises(MergeNotPossible) as refused:
            registry.propose(MERGE, subject, content_of(into, GROUND))
        assert refused.value.details == {"fault": fault}


def test_nobody_merges_themselves(registry: Registry) -> None:
    other = registry.office.person()
    for subject, into in ((other.id, registry.first.id), (registry.first.id, other.id)):
        with pytest.raises(OwnAffair):
            registry.propose(MERGE, subject, content_of(into, GROUND))
    for subject, into in ((other.id, registry.second.id), (registry.second.id, other.id)):
        with pytest.raises(OwnAffair):
            registry.approve(registry.propose(MERGE, subject, content_of(into, GROUND)))


def test_a_merge_is_the_same_on_postgresql(postgres_registry: Registry) -> None:
    ending, survivor = doubles(postgres_registry)
    session = postgres_registry.office.session(ending)
    postgres_registry.office.clock.advance(timedelta(seconds=1))
    postgres_registry.change(MERGE, ending.id, content_of(survivor.id, GROUND))
    assert postgres_registry.office.identity.find(ending.id) == survivor
    with pytest.raises(CredentialsWrong):
        postgres_registry.office.access.actor_of(session.secret)
