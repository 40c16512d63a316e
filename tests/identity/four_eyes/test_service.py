"""The four-eyes engine: one proposes, another agrees to exactly that, and it is done once, there and then."""

import sqlite3
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
from typing_extensions import override

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, LevelTooLow, SubjectNotActive
from identity.four_eyes.errors import (
    ProposalNotAgreed,
    ProposalNotOpen,
    ProposalOpen,
    ProposalOutdated,
    ProposalUnknown,
    ProposerMayNot,
)
from identity.four_eyes.proposals import DECIDED_WITHIN, LIFECYCLE, Handler, Proposal, ProposalEvent, ProposalState
from identity.four_eyes.repository import AT_ONCE, ProposalRepository
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, Office
from trust.errors import Conflict
from trust.events import AuditEvent, Fact
from trust.lifecycle import FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.store import LostRace, Reading, Transaction

SECRET: Final = "王小明的新手机号"
REGISTRAR: Final = Grant(Duty.REGISTRAR)


class NotNow(Conflict):
    """It cannot be done now."""

    code = "test.not_now"


class Change(Handler):
    """A kind of the tests: what it has done stands in a list."""

    kind = "test:change"
    proposers = frozenset({Duty.REGISTRAR})
    approvers = frozenset({Duty.REGISTRAR, Duty.SEAL_OWNER})
    floor = Level.SUBSTANTIAL

    def __init__(self) -> None:
        self.done: list[str] = []
        self.is_possible = True

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        if not self.is_possible:
            raise NotNow

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        assert proposal.state is ProposalState.APPROVED
        self.done.append(proposal.id)
        tx.record(AuditEvent(tag="test:change:done", actor=by, subject=proposal.subject))

    @override
    def shown(self, proposal: Proposal) -> Mapping[str, Fact]:
        return {"secret": "***"}


class Many(Change):
    """A kind of which there may be several about one thing."""

    kind = "test:many"
    exclusive = False


class Later(Change):
    """A kind that is carried out afterwards."""

    kind = "test:later"
    later = True

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Do nothing yet."""


class Desk:
    """An engine with the kinds of the tests, and two registrars."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.change, self.many, self.later = Change(), Many(), Later()
        self.engine = FourEyes(
            store=office.store,
            identity=office.identity,
            repository=ProposalRepository(office.repository.protection),
            handlers=(self.change, self.many, self.later),
        )
        self.first, self.second = (office.officer(REGISTRAR) for _ in range(2))
        self.count = 0

    def propose(self, **changes: object) -> Proposal:
        self.count += 1
        told: dict[str, Any] = {
            "kind": "test:change",
            "subject": "thing",
            "content": {"secret": SECRET},
            "reason": "情况变化",
            "request_key": f"key-{self.count}",
        }
        told.update(changes)
        return self.engine.propose(self.first, **told)

    def approve(self, proposal: Proposal, actor: Actor | None = None) -> Proposal:
        return self.engine.approve(actor or self.second, proposal.id, digest=proposal.digest)


@pytest.fixture
def desk(office: Office) -> Desk:
    """Return an engine on SQLite."""
    return Desk(office)


def test_who_lost_the_duty_since_has_proposed_nothing(desk: Desk) -> None:
    proposal = desk.propose()
    desk.office.appointing.withdraw(desk.second, desk.first.id, REGISTRAR, reason="调离登记岗位")
    with pytest.raises(ProposerMayNot):
        desk.approve(proposal)
    assert desk.change.done == []
    assert desk.engine.find(desk.second, proposal.id).state is ProposalState.PROPOSED
    desk.engine.reject(desk.second, proposal.id, reason="提请人已调离")


def test_another_person_agrees_and_it_is_done(desk: Desk) -> None:
    proposal = desk.propose()
    assert (proposal.state, proposal.expires_at) == (ProposalState.PROPOSED, NOW + DECIDED_WITHIN)
    with pytest.raises(FourEyesRequired):
        desk.approve(proposal, desk.first)
    assert desk.change.done == []
    agreed = desk.approve(proposal)
    assert (agreed.state, agreed.decided_by, agreed.decided_at) == (ProposalState.APPROVED, desk.second.id, NOW)
    assert desk.change.done == [proposal.id]
    with pytest.raises(ProposalNotOpen) as refused:
        desk.approve(proposal)
    assert (refused.value.code, refused.value.details) == ("proposal.not_open", {"state": "approved"})
    assert desk.change.done == [proposal.id]


def test_everything_is_on_record_by_its_digest_and_nothing_of_the_content(desk: Desk) -> None:
    before = len(desk.office.events())
    proposal = desk.propose()
    desk.approve(proposal)
    events = desk.office.events()[before:]
    assert [event.tag for event in events] == ["proposal:propose:done", "proposal:approve:done", "test:change:done"]
    assert [event.actor for event in events] == [desk.first.id, desk.second.id, desk.second.id]
    assert events[0].facts == {
        "proposal": proposal.id,
        "kind": "test:change",
        "digest": proposal.digest,
        "reason": "情况变化",
    }
    assert SECRET not in str(events)
    assert SECRET not in repr(proposal)


def test_the_content_stands_enciphered_and_is_shown_masked(desk: Desk) -> None:
    proposal = desk.propose()
    with sqlite3.connect(str(desk.office.store.writer.url.database)) as database:
        (kept,) = database.execute("SELECT protected FROM proposal").fetchone()
    assert SECRET.encode() not in kept
    found = desk.engine.find(desk.second, proposal.id)
    assert (found.content, desk.engine.shown(found)) == ({"secret": SECRET}, {"secret": "***"})
    assert found == proposal


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_what_was_not_looked_at_is_not_agreed_to(desk: Desk, digest: str) -> None:
    proposal = desk.propose()
    with pytest.raises(ProposalOutdated) as refused:
        desk.engine.approve(desk.second, proposal.id, digest=digest)
    assert refused.value.code == "proposal.outdated"
    assert desk.change.done == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("subject", "other"),
        ("kind", "test:many"),
        ("reason", "别的理由"),
        ("organisation", "O1"),
        ("proposed_by", "somebody"),
        ("expires_at", "2099-01-01 00:00:00.000000"),
    ],
)
def test_the_digest_covers_everything(desk: Desk, column: str, value: str) -> None:
    proposal = desk.propose()
    with sqlite3.connect(str(desk.office.store.writer.url.database)) as database:
        database.execute(f"UPDATE proposal SET {column} = ?", (value,))  # noqa: S608 - a column of this test
    with pytest.raises(ProposalOutdated):
        desk.engine.approve(desk.second, proposal.id, digest=proposal.digest)


def test_the_same_content_has_another_digest_each_time(desk: Desk) -> None:
    assert desk.propose(kind="test:many").digest != desk.propose(kind="test:many").digest


def test_what_can_no_longer_be_done_stays_open(desk: Desk) -> None:
    proposal = desk.propose()
    desk.change.is_possible = False
    with pytest.raises(NotNow):
        desk.approve(proposal)
    assert desk.engine.find(desk.second, proposal.id).state is ProposalState.PROPOSED
    with pytest.raises(NotNow):
        desk.propose(kind="test:change", subject="another")
    desk.change.is_possible = True
    desk.approve(proposal)
    assert desk.change.done == [proposal.id]


def test_what_is_proposed_is_over_in_time(desk: Desk) -> None:
    proposal = desk.propose()
    desk.office.clock.advance(DECIDED_WITHIN - timedelta(seconds=1))
    assert desk.engine.waiting(desk.second) == (proposal,)
    desk.office.clock.advance(timedelta(seconds=1))
    assert (desk.engine.waiting(desk.second), desk.engine.count_waiting(desk.second)) == ((), 0)
    with pytest.raises(ProposalNotOpen) as refused:
        desk.approve(proposal)
    assert refused.value.details == {"state": "expired"}
    with pytest.raises(ProposalNotOpen):
        desk.engine.reject(desk.second, proposal.id, reason="不同意")
    with pytest.raises(ProposalNotOpen):
        desk.engine.withdraw(desk.first, proposal.id, reason="不再需要")
    assert proposal.state_at(NOW + DECIDED_WITHIN) == "expired"
    desk.propose()  # what is over keeps nobody from proposing anew


def test_there_is_one_open_proposal_about_a_thing(desk: Desk) -> None:
    proposal = desk.propose()
    with pytest.raises(ProposalOpen) as refused:
        desk.propose()
    assert (refused.value.code, refused.value.details) == ("proposal.open", {"proposal": proposal.id})
    desk.propose(subject="another thing")
    desk.propose(kind="test:later")
    desk.engine.reject(desk.second, proposal.id, reason="材料不全")
    desk.propose()
    assert len({desk.propose(kind="test:many").id for _ in range(2)}) == 2


def test_a_repeated_request_proposes_once(desk: Desk) -> None:
    one, again = (desk.propose(request_key="same") for _ in range(2))
    assert one == again
    with pytest.raises(RequestKeyReused):
        desk.propose(request_key="same", reason="另一理由")


def test_it_is_refused_with_a_reason_by_another_person(desk: Desk) -> None:
    proposal = desk.propose()
    with pytest.raises(ReasonMissing):
        desk.engine.reject(desk.second, proposal.id, reason=" ")
    with pytest.raises(FourEyesRequired):
        desk.engine.reject(desk.first, proposal.id, reason="材料不全")
    rejected = desk.engine.reject(desk.second, proposal.id, reason="材料不全")
    assert (rejected.state, rejected.remark) == (ProposalState.REJECTED, "材料不全")
    assert desk.change.done == []


def test_whoever_proposed_takes_it_back_and_nobody_else(desk: Desk) -> None:
    proposal = desk.propose()
    with pytest.raises(ProposalUnknown):
        desk.engine.withdraw(desk.second, proposal.id, reason="不再需要")
    withdrawn = desk.engine.withdraw(desk.first, proposal.id, reason="不再需要")
    assert withdrawn.state is ProposalState.WITHDRAWN
    with pytest.raises(ProposalNotOpen):
        desk.approve(proposal)


def test_a_frozen_person_has_proposed_nothing(desk: Desk) -> None:
    proposal = desk.propose()
    desk.office.identity.freeze(FIRST, desk.first.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        desk.approve(proposal)
    assert desk.change.done == []
    assert desk.engine.find(desk.second, proposal.id).state is ProposalState.PROPOSED


# --- whom it concerns


def owner(desk: Desk, organisation: str) -> Actor:
    return desk.office.officer(Grant(Duty.SEAL_OWNER, organisation))


def test_a_duty_of_one_organisation_decides_for_that_one(desk: Desk) -> None:
    one, other = (desk.office.organisation().id for _ in range(2))
    proposal = desk.propose(organisation=one)
    stranger, own = owner(desk, other), owner(desk, one)
    assert (desk.engine.waiting(stranger), desk.engine.waiting(own)) == ((), (proposal,))
    assert (desk.engine.count_waiting(stranger), desk.engine.count_waiting(own)) == (0, 1)
    with pytest.raises(ProposalUnknown):
        desk.engine.find(stranger, proposal.id)
    with pytest.raises(ProposalUnknown):
        desk.approve(proposal, stranger)
    desk.approve(proposal, own)
    assert desk.change.done == [proposal.id]


def test_a_duty_of_one_organisation_decides_on_nothing_that_is_nobodys(desk: Desk) -> None:
    proposal = desk.propose()
    with pytest.raises(ProposalUnknown):
        desk.approve(proposal, owner(desk, desk.office.organisation().id))


def test_one_sees_what_one_proposed_and_what_waits_for_one(desk: Desk) -> None:
    proposal = desk.propose()
    assert (desk.engine.mine(desk.first), desk.engine.waiting(desk.first)) == ((proposal,), ())
    assert (desk.engine.mine(desk.second), desk.engine.waiting(desk.second)) == ((), (proposal,))
    nobody = desk.office.officer()
    assert (desk.engine.mine(nobody), desk.engine.waiting(nobody)) == ((), ())
    assert [desk.engine.count_waiting(one) for one in (desk.first, desk.second, nobody)] == [0, 1, 0]
    for name in (proposal.id, "prop_nothing"):
        with pytest.raises(ProposalUnknown) as refused:
            desk.engine.find(nobody, name)
        assert refused.value.code == "proposal.unknown"


def test_without_the_duty_nobody_decides_even_on_their_own(desk: Desk) -> None:
    proposal = desk.propose()
    bare = Actor(id=desk.first.id, grants=frozenset(), level=Level.HIGH)
    with pytest.raises(DutyMissing):
        desk.approve(proposal, bare)


def test_the_floor_of_the_kind_holds(desk: Desk) -> None:
    proposal = desk.propose()
    low = Actor(id=desk.second.id, grants=desk.second.grants, level=Level.BASIC)
    with pytest.raises(LevelTooLow):
        desk.approve(proposal, low)
    with pytest.raises(LevelTooLow):
        desk.engine.reject(low, proposal.id, reason="不同意")


# --- carried out later


def use(desk: Desk, name: str, **changes: object) -> Proposal:
    told: dict[str, Any] = {"kind": "test:later", "subject": "thing", "by": "operator:root"}
    told.update(changes)
    with desk.office.store.transaction() as tx:
        return desk.engine.use(tx, name, **told)


def test_an_approval_is_used_once(desk: Desk) -> None:
    proposal = desk.propose(kind="test:later")
    with pytest.raises(ProposalNotAgreed):
        use(desk, proposal.id)  # nobody has agreed
    desk.approve(proposal)
    for wrong in ({"subject": "other"}, {"kind": "test:change"}):
        with pytest.raises(ProposalNotAgreed):
            use(desk, proposal.id, **wrong)
    assert use(desk, proposal.id).state is ProposalState.USED
    assert desk.office.events()[-1].actor == "operator:root"
    with pytest.raises(ProposalNotAgreed) as refused:
        use(desk, proposal.id)
    assert refused.value.code == "proposal.not_agreed"
    with pytest.raises(ProposalNotAgreed):
        use(desk, "prop_nothing")


def test_an_approval_that_is_over_is_worth_nothing(desk: Desk) -> None:
    proposal = desk.propose(kind="test:later")
    desk.approve(proposal)
    desk.office.clock.advance(DECIDED_WITHIN)
    with pytest.raises(ProposalNotAgreed):
        use(desk, proposal.id)


def test_what_was_done_at_once_is_not_used_again(desk: Desk) -> None:
    proposal = desk.propose()
    desk.approve(proposal)
    with pytest.raises(ProposalNotAgreed):
        use(desk, proposal.id, kind="test:change")


# --- at the same time


@pytest.mark.parametrize("which", ["office", "postgres_office"])
def test_of_two_who_agree_at_the_same_time_one_does_it(which: str, request: pytest.FixtureRequest) -> None:
    desk = Desk(request.getfixturevalue(which))
    proposal = desk.propose()
    third = desk.office.officer(REGISTRAR)

    def agree(actor: Actor) -> bool:
        try:
            desk.approve(proposal, actor)
        except (ProposalNotOpen, LostRace):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(agree, (desk.second, third))) == [False, True]
    assert desk.change.done == [proposal.id]


@pytest.mark.parametrize("which", ["office", "postgres_office"])
def test_of_two_who_propose_at_the_same_time_one_has_proposed(which: str, request: pytest.FixtureRequest) -> None:
    desk = Desk(request.getfixturevalue(which))

    def ask(key: str) -> bool:
        try:
            desk.propose(request_key=key)
        except (ProposalOpen, LostRace):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, ("one", "two"))) == [False, True]


# --- erasure


def test_what_was_said_about_an_erased_subject_is_forgotten(desk: Desk) -> None:
    proposal = desk.propose()
    repository = desk.engine.repository
    with desk.office.store.transaction() as tx:
        assert repository.erase(tx, "thing") == 0  # open ones are decided before
    desk.engine.reject(desk.second, proposal.id, reason="材料不全")
    with desk.office.store.transaction() as tx:
        assert repository.erase(tx, "thing") == 1
        tx.record(AuditEvent(tag="test:erase:done", actor="test", subject="thing"))
    found = desk.engine.find(desk.first, proposal.id)
    assert (found.content, found.reason, found.remark) == ({}, "", "")
    assert (found.proposed_by, found.decided_by) == (desk.first.id, desk.second.id)


def test_the_life_of_a_proposal() -> None:
    assert frozenset(ProposalEvent) == frozenset(event for _, event in LIFECYCLE.moves)
    for state in (ProposalState.USED, ProposalState.REJECTED, ProposalState.WITHDRAWN):
        assert LIFECYCLE.events(state) == frozenset()


@pytest.mark.parametrize("more", [0, 1])
def test_more_wait_than_are_read_at_once(desk: Desk, more: int) -> None:
    made = [desk.propose(kind="test:many").id for _ in range(AT_ONCE + more)]
    assert [one.id for one in desk.engine.waiting(desk.second, limit=AT_ONCE + 5)] == sorted(made)
    after = sorted(made)[2]
    assert [one.id for one in desk.engine.waiting(desk.second, after=after, limit=2)] == sorted(made)[3:5]
    assert desk.engine.count_waiting(desk.second) == AT_ONCE + more
