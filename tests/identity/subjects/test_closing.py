"""The end of a subject stops everything at once; the legal representative changes by two officers."""

from datetime import timedelta

import pytest

from identity.duties import Duty, Grant
from identity.errors import CredentialsWrong, SubjectNotActive, SubjectUnknown
from identity.holding import Standing
from identity.lifecycle import SubjectState
from identity.representing import organisations_of
from identity.subject import SubjectKind
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.closing import CLOSE, OF_PERSONS, Cause, content_of
from identity.subjects.errors import CauseNotOfSubject, ChangeOutOfOrder, NothingChanges, OwnAffair
from identity.subjects.representatives import REPRESENT
from identity.subjects.representatives import content_of as representing
from tests.identity.builders import FIRST
from tests.identity.subjects.builders import GROUND, TODAY, Registry


def test_death_ends_everything_at_once(registry: Registry) -> None:
    person, organisation = registry.office.person(), registry.office.organisation()
    session = registry.office.session(person)
    registry.appoint(person.id, Grant(Duty.SEAL_OWNER, organisation.id))
    registry.change(CLOSE, person.id, content_of(Cause.DEATH, GROUND))
    assert registry.person(person.id).state is SubjectState.CLOSED
    with pytest.raises(CredentialsWrong):
        registry.office.access.actor_of(session.secret)
    with registry.office.store.reading() as view:
        with pytest.raises(SubjectNotActive):
            registry.office.identity.require_holder(view, SubjectKind.PERSON, person.code)
        assert registry.office.repository.grants(view, person.id) == frozenset()
        assert organisations_of(registry.office.identity, view, person.id) == ()
    (change,) = registry.history.changes(person.id)
    assert (change.kind, change.before, change.after) == (ChangeKind.CLOSE, "active", "closed")
    assert change.details == {
        "cause": "death",
        "sessions": 1,
        "duties": f"seal_owner/{organisation.id}",
        "account": True,
    }
    with pytest.raises(SubjectNotActive):  # the end is the end
        registry.propose(CLOSE, person.id, content_of(Cause.DEATH, GROUND))


def test_a_dissolved_organisation_acts_no_more(registry: Registry) -> None:
    organisation = registry.office.organisation()
    system = registry.office.client(organisation)
    token = registry.office.clients.client_token(system.assertion())
    registry.change(CLOSE, organisation.id, content_of(Cause.DISSOLUTION, GROUND))
    with pytest.raises(CredentialsWrong):
        registry.office.access.actor_of(token.secret)
    with registry.office.store.reading() as view, pytest.raises(SubjectNotActive):
        registry.office.identity.require_acting(view, organisation.id)


@pytest.mark.parametrize("cause", Cause)
def test_each_kind_of_subject_has_its_causes(registry: Registry, cause: Cause) -> None:
    person, organisation = registry.office.person().id, registry.office.organisation().id
    fits, does_not = (person, organisation) if cause in OF_PERSONS else (organisation, person)
    with pytest.raises(CauseNotOfSubject) as refused:
        registry.propose(CLOSE, does_not, content_of(cause, GROUND))
    assert refused.value.details == {"cause": cause.value}
    registry.propose(CLOSE, fits, content_of(cause, GROUND))


def test_nobody_ends_themselves_or_tomorrow(registry: Registry) -> None:
    with pytest.raises(OwnAffair):
        registry.propose(CLOSE, registry.first.id, content_of(Cause.DEATH, GROUND))
    tomorrow = Ground(effective_on=TODAY + timedelta(days=1), evidence="通知")
    with pytest.raises(ChangeOutOfOrder):
        registry.propose(CLOSE, registry.office.person().id, content_of(Cause.DEATH, tomorrow))


def test_a_frozen_person_may_die(registry: Registry) -> None:
    person = registry.office.person()
    registry.office.identity.freeze(FIRST, person.id, reason="举报核实中")
    registry.change(CLOSE, person.id, content_of(Cause.DEATH, GROUND))
    assert registry.person(person.id).state is SubjectState.CLOSED


def test_a_legal_representative_is_set_and_changed(registry: Registry) -> None:
    organisation, one, other = registry.office.organisation(), registry.office.person(), registry.office.person()
    first = Ground(effective_on=TODAY - timedelta(days=20), evidence="登记通知")
    registry.change(REPRESENT, organisation.id, representing(one.id, first))
    registry.change(REPRESENT, organisation.id, representing(other.id, Ground(effective_on=TODAY, evidence="变更通知")))
    history = registry.history
    days = (TODAY - timedelta(days=21), TODAY - timedelta(days=20), TODAY - timedelta(days=1), TODAY)
    assert [history.representative_on(organisation.id, day) for day in days] == [None, one.id, one.id, other.id]
    with registry.office.store.reading() as view:
        identity = registry.office.identity
        assert organisations_of(identity, view, one.id) == ()
        (told,) = organisations_of(identity, view, other.id)
    assert (told.organisation.id, told.standing, told.duties) == (organisation.id, Standing.LEGAL_REPRESENTATIVE, ())
    assert [(c.before, c.after) for c in history.changes(organisation.id)] == [("", one.id), (one.id, other.id)]


def test_who_represents_is_active_and_decides_nothing_about_it(registry: Registry) -> None:
    organisation, person = registry.office.organisation(), registry.office.person()
    registry.office.identity.freeze(FIRST, person.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        registry.propose(REPRESENT, organisation.id, representing(person.id, GROUND))
    for nobody in ("P0", organisation.id):
        with pytest.raises(SubjectUnknown):
            registry.propose(REPRESENT, organisation.id, representing(nobody, GROUND))
    with pytest.raises(SubjectUnknown):
        registry.propose(REPRESENT, person.id, representing(registry.office.person().id, GROUND))
    with pytest.raises(OwnAffair):
        registry.propose(REPRESENT, organisation.id, representing(registry.first.id, GROUND))
    with pytest.raises(OwnAffair):
        registry.approve(registry.propose(REPRESENT, organisation.id, representing(registry.second.id, GROUND)))


def test_a_representative_is_set_once_and_in_order(registry: Registry) -> None:
    organisation, person = registry.office.organisation(), registry.office.person()
    registry.change(REPRESENT, organisation.id, representing(person.id, GROUND))
    with pytest.raises(NothingChanges):
        registry.propose(REPRESENT, organisation.id, representing(person.id, GROUND))
    earlier = Ground(effective_on=GROUND.effective_on - timedelta(days=1), evidence="通知")
    with pytest.raises(ChangeOutOfOrder):
        registry.propose(REPRESENT, organisation.id, representing(registry.office.person().id, earlier))


def test_agents_are_told_beside_representatives(registry: Registry) -> None:
    organisation, other, person = (
        registry.office.organisation(),
        registry.office.organisation(),
        registry.office.person(),
    )
    registry.office.account(person)
    registry.change(REPRESENT, organisation.id, representing(person.id, GROUND))
    for duty in (Duty.SEAL_OWNER, Duty.LICENCE_HOLDER):
        registry.appoint(person.id, Grant(duty, other.id))
    registry.appoint(person.id, Grant(Duty.SEAL_MAKER))
    with registry.office.store.reading() as view:
        told = organisations_of(registry.office.identity, view, person.id)
    expected = {
        organisation.id: (Standing.LEGAL_REPRESENTATIVE, ()),
        other.id: (Standing.APPOINTED, (Duty.LICENCE_HOLDER, Duty.SEAL_OWNER)),
    }
    assert {one.organisation.id: (one.standing, one.duties) for one in told} == expected
    assert [one.organisation.id for one in told] == sorted(expected)
    registry.office.identity.freeze(FIRST, other.id, reason="举报核实中")
    with registry.office.store.reading() as view:
        left = organisations_of(registry.office.identity, view, person.id)
        assert [one.organisation.id for one in left] == [organisation.id]
        assert organisations_of(registry.office.identity, view, "P0") == ()
