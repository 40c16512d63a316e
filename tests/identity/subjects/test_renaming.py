"""Names change with the day on which that takes effect, by two officers, and the names of before can be asked."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from identity.duties import Duty
from identity.errors import PersonNameMalformed, SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectState
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.closing import CLOSE, Cause
from identity.subjects.closing import content_of as closing
from identity.subjects.errors import ChangeOutOfOrder, EvidenceMissing, NothingChanges, OwnAffair
from identity.subjects.renaming import RENAME, content_of
from tests.identity.subjects.builders import GROUND, REASON, TODAY, Registry
from trust.lifecycle import FourEyesRequired
from trust.typefaces import CharacterNotCovered

NEW: Final = "王晓明"


def test_a_person_is_renamed_by_two(registry: Registry) -> None:
    person = registry.office.person("王小明")
    proposal = registry.propose(RENAME, person.id, content_of(NEW, GROUND))
    assert registry.person(person.id) == person  # nothing happens until another agrees
    registry.approve(proposal)
    assert replace(person, name=registry.person(person.id).name) == registry.person(person.id)
    assert registry.person(person.id).name.value == NEW
    (change,) = registry.history.changes(person.id)
    told = (change.kind, change.before, change.after, change.reason, change.evidence, change.effective_on)
    assert told == (ChangeKind.RENAME, "王小明", NEW, REASON, GROUND.evidence, GROUND.effective_on)
    assert (change.proposed_by, change.approved_by) == (registry.first.id, registry.second.id)
    assert (change.proposal, change.at) == (proposal.id, registry.office.clock.now())
    event = next(one for one in registry.office.events() if one.tag == "identity:rename:done")
    assert (event.actor, event.subject) == (registry.second.id, person.id)
    assert event.facts == {"change": change.id, "proposal": proposal.id, "effective_on": "2026-11-01"}


def test_nobody_renames_alone(registry: Registry) -> None:
    person = registry.office.person()
    proposal = registry.propose(RENAME, person.id, content_of(NEW, GROUND))
    with pytest.raises(FourEyesRequired):
        registry.approve(proposal, by=registry.first)
    assert registry.person(person.id) == person


def test_nobody_renames_themselves(registry: Registry) -> None:
    with pytest.raises(OwnAffair):
        registry.propose(RENAME, registry.first.id, content_of(NEW, GROUND))
    proposal = registry.propose(RENAME, registry.second.id, content_of(NEW, GROUND))
    with pytest.raises(OwnAffair):
        registry.approve(proposal)
    registry.approve(proposal, by=registry.registrar("第三人"))


def test_an_organisation_is_renamed(registry: Registry) -> None:
    organisation = registry.office.organisation("云州市市场监督管理局")
    registry.change(RENAME, organisation.id, content_of(" 云州市市场监管局 ", GROUND))
    assert registry.office.identity.find(organisation.id).name == "云州市市场监管局"
    assert registry.history.name_on(organisation.id, date(2026, 10, 31)) == "云州市市场监督管理局"
    assert registry.history.name_on(organisation.id, date(2026, 11, 1)) == "云州市市场监管局"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", PersonNameMalformed),
        ("一" * 101, PersonNameMalformed),
        ("王😀", CharacterNotCovered),
        (" 王小明 ", NothingChanges),
    ],
)
def test_a_name_is_checked_when_it_is_proposed(registry: Registry, name: str, error: type[Exception]) -> None:
    person = registry.office.person("王小明")
    for subject in (person.id, registry.office.organisation("王小明").id):
        with pytest.raises(error):
            registry.propose(RENAME, subject, content_of(name, GROUND))


def test_a_change_takes_effect_after_the_one_before_and_not_in_the_time_to_come(registry: Registry) -> None:
    person = registry.office.person("王小明")
    later = Ground(effective_on=TODAY + timedelta(days=1), evidence="通知")
    with pytest.raises(ChangeOutOfOrder) as refused:
        registry.propose(RENAME, person.id, content_of(NEW, later))
    assert refused.value.details == {"earliest": "0001-01-01", "latest": "2026-11-22"}
    registry.change(RENAME, person.id, content_of(NEW, GROUND))
    earlier = Ground(effective_on=GROUND.effective_on - timedelta(days=1), evidence="通知")
    with pytest.raises(ChangeOutOfOrder) as refused:
        registry.propose(RENAME, person.id, content_of("王大明", earlier))
    assert refused.value.details == {"earliest": "2026-11-01", "latest": "2026-11-22"}
    registry.change(RENAME, person.id, content_of("王大明", replace(GROUND, effective_on=TODAY)))


def test_the_day_is_that_of_china(registry: Registry) -> None:
    registry.office.clock.advance(timedelta(hours=15 - registry.office.clock.now().hour))  # 23:00 in Yunzhou
    person = registry.office.person("王小明")
    tomorrow = Ground(effective_on=TODAY + timedelta(days=1), evidence="通知")
    with pytest.raises(ChangeOutOfOrder):
        registry.propose(RENAME, person.id, content_of(NEW, tomorrow))
    registry.office.clock.advance(timedelta(hours=1))
    registry.propose(RENAME, person.id, content_of(NEW, tomorrow))


def test_a_name_can_be_asked_for_any_day(registry: Registry) -> None:
    person = registry.office.person("王一")
    for name, day in (("王二", date(2026, 3, 1)), ("王三", date(2026, 6, 1)), ("王四", date(2026, 6, 1))):
        registry.change(RENAME, person.id, content_of(name, Ground(effective_on=day, evidence="通知")))
    asked = [date(2020, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1), TODAY]
    assert [registry.history.name_on(person.id, day) for day in asked] == [
        "王一",
        "王一",
        "王二",
        "王二",
        "王四",
        "王四",
    ]


@pytest.mark.parametrize("evidence", ["", "  ", "一" * 201])
def test_a_change_rests_on_evidence(evidence: str) -> None:
    with pytest.raises(EvidenceMissing):
        Ground(effective_on=TODAY, evidence=evidence)
    assert Ground.of(GROUND.content) == GROUND
    assert GROUND.evidence not in repr(GROUND)


def test_who_is_at_the_end_keeps_the_name(registry: Registry) -> None:
    person = registry.office.person()
    registry.change(CLOSE, person.id, closing(Cause.DEATH, GROUND))
    with pytest.raises(SubjectNotActive) as refused:
        registry.propose(RENAME, person.id, content_of(NEW, GROUND))
    assert refused.value.details == {"subject": person.id, "state": SubjectState.CLOSED.value}
    for nobody in ("", "P0", "O0"):
        with pytest.raises(SubjectUnknown):
            registry.propose(RENAME, nobody, content_of(NEW, GROUND))


def test_who_ended_meanwhile_is_not_renamed(registry: Registry) -> None:
    person = registry.office.person()
    proposal = registry.propose(RENAME, person.id, content_of(NEW, GROUND))
    registry.change(CLOSE, person.id, closing(Cause.DEATH, GROUND))
    with pytest.raises(SubjectNotActive):
        registry.approve(proposal)


def test_a_proposal_is_shown_masked(registry: Registry) -> None:
    person, organisation = registry.office.person(), registry.office.organisation()
    shown = registry.four_eyes.shown(registry.propose(RENAME, person.id, content_of(NEW, GROUND)))
    assert shown == {"name": "**明", "effective_on": "2026-11-01", "evidence": GROUND.evidence}
    public = registry.four_eyes.shown(registry.propose(RENAME, organisation.id, content_of("云州市局", GROUND)))
    assert public["name"] == "云州市局"


def test_registrars_alone_decide(registry: Registry) -> None:
    for duty in (Duty.SECURITY_ADMINISTRATOR, Duty.SEAL_REVIEWER):
        other = registry.officer(registry.office.person(), duty)
        assert registry.four_eyes.waiting(other) == ()


def test_renaming_is_the_same_on_postgresql(postgres_registry: Registry) -> None:
    person = postgres_registry.office.person("王一")
    postgres_registry.change(RENAME, person.id, content_of(NEW, GROUND))
    assert postgres_registry.history.name_on(person.id, date(2026, 10, 31)) == "王一"
    assert postgres_registry.history.name_on(person.id, TODAY) == NEW
