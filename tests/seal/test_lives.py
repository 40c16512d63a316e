"""Whatever people try: no path skips a duty, no end moves, no history forgets. On the tables, and by the service."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import pytest

from identity.duties import Actor, Duty
from seal import repository
from seal.evidence import EvidenceKind
from seal.grounds import Ground
from seal.lifecycle import LIFECYCLE, PERMITS, SealEvent, SealState, SealUse
from seal.repository import Seal
from tests.fakes.clock import NOW
from tests.seal import lives
from tests.seal.houses import REASON, House
from tests.seal.lives import CAST, OWNER, Life, Step, attempts
from trust.errors import TrustError

SEQUENCES: Final = 100_000
LENGTH: Final = 14

BY_ID: Final = {one.id: {grant.duty for grant in one.grants} for one in CAST}
WORKSHOP: Final = (
    (SealEvent.APPROVE, Duty.SEAL_REVIEWER),
    (SealEvent.MAKE, Duty.SEAL_MAKER),
    (SealEvent.FILE, Duty.SEAL_FILER),
    (SealEvent.ISSUE, Duty.SEAL_MAKER),
    (SealEvent.ACCEPT, Duty.SEAL_OWNER),
)
"""What a seal goes through before its first use, whatever the tables say: written down a second time."""

OVER: Final = {
    SealState.WITHDRAWN,
    SealState.REJECTED,
    SealState.CANCELLED,
    SealState.SUPERSEDED,
    SealState.INVALIDATED,
    SealState.DESTROYING,
    SealState.DESTROYED,
}
JUDGED: Final = {SealEvent.APPROVE, SealEvent.RETURN, SealEvent.REJECT}
ALONE: Final = {"withdraw", "suspend", "report_loss", "request_resume", "propose_cancel", "supersede"}


def require_lawful(history: Sequence[Step], duties_of: Mapping[str, set[Duty]]) -> None:
    """Check one life against the rules in words, not against the tables that it was lived on."""
    require_four_eyes(history)
    require_whole_way(history, duties_of)
    require_ends(history)
    require_pairs(history, duties_of)


def require_four_eyes(history: Sequence[Step]) -> None:
    """Check that no two consecutive steps are one person's, but for those alone, and that nobody judges his own."""
    for before, step in pairwise(history):
        assert before.actor != step.actor or step.event in ALONE
    applicants: set[str] = set()
    for step in history:
        if step.event in (None, SealEvent.RESUBMIT):
            applicants.add(step.actor)
        assert step.event not in JUDGED or step.actor not in applicants


def require_whole_way(history: Sequence[Step], duties_of: Mapping[str, set[Duty]]) -> None:
    """Check that no seal comes into use but through everybody's hands, each step by one whose duty it is."""
    states = [one.state for one in history]
    if SealState.ACTIVE not in states:
        return
    way, place = history[: states.index(SealState.ACTIVE) + 1], -1
    for event, duty in WORKSHOP:
        place = max(at for at, one in enumerate(way) if one.event is event and at > place)
        assert duty in duties_of[way[place].actor]
    assert place == len(way) - 1


def require_ends(history: Sequence[Step]) -> None:
    """Check that what has ended never comes into use again, and that what is over for good never moves."""
    states = [one.state for one in history]
    ends = [place for place, state in enumerate(states) if state in OVER]
    if ends:
        assert set(states[ends[0] :]) <= OVER
        assert SealUse.STAMP not in PERMITS[states[-1]]
    for final in (SealState.WITHDRAWN, SealState.REJECTED, SealState.DESTROYED):
        assert final not in states[:-1]


def require_pairs(history: Sequence[Step], duties_of: Mapping[str, set[Duty]]) -> None:
    """Check that what takes two took two: destruction, an end that a department decides, coming back into use."""
    pairs = {
        SealEvent.DESTROY: (SealEvent.REQUEST_DESTROY, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR),
        SealEvent.CONFIRM_CANCEL: (SealEvent.PROPOSE_CANCEL, Duty.SEAL_REVIEWER, Duty.SEAL_REVIEWER),
        SealEvent.RESUME: (SealEvent.REQUEST_RESUME, Duty.SEAL_OWNER, Duty.SEAL_REVIEWER),
    }
    for before, step in pairwise(history):
        if step.event in pairs:
            event, asks, decides = pairs[step.event]
            assert before.event is event
            assert asks in duties_of[before.actor]
            assert decides in duties_of[step.actor]
            assert before.actor != step.actor


@pytest.mark.no_cover
def test_whatever_is_tried_on_the_tables() -> None:
    reached: Counter[SealState] = Counter()
    taken: Counter[SealEvent] = Counter()
    refused = 0
    applicant = next(one for one in CAST if Duty.SEAL_APPLICANT in BY_ID[one.id])
    for number in range(SEQUENCES):
        life = Life(OWNER, applicant)
        for who, event in attempts(number, LENGTH, life, CAST):
            steps, state = len(life.history), life.state
            if life.attempt(who, event):
                assert len(life.history) == steps + 1
                assert LIFECYCLE.moves[state, event] is life.state
                taken[event] += 1
            else:
                assert (life.state, len(life.history)) == (state, steps)
                refused += 1
        reached.update({one.state for one in life.history})
        require_lawful(life.history, BY_ID)
    assert set(reached) == set(SealState)
    assert set(taken) == set(SealEvent)
    assert min(reached.values()) > SEQUENCES // 1_000
    assert refused > SEQUENCES


def breach(*steps: tuple[SealEvent | None, str, SealState]) -> list[Step]:
    return [Step(*one) for one in steps]


A, R, M, F, OWNER_1 = "seal_applicant 1", "seal_reviewer 1", "seal_maker 1", "seal_filer 1", "seal_owner 1"
GOOD: Final = breach(
    (None, A, SealState.APPLIED),
    (SealEvent.APPROVE, R, SealState.APPROVED),
    (SealEvent.MAKE, M, SealState.MADE),
    (SealEvent.FILE, F, SealState.FILED),
    (SealEvent.ISSUE, M, SealState.ISSUED),
    (SealEvent.ACCEPT, OWNER_1, SealState.ACTIVE),
)


def test_the_rules_let_a_lawful_life_pass() -> None:
    require_lawful(GOOD, BY_ID)


@pytest.mark.parametrize("place", range(1, len(GOOD)))
def test_the_rules_notice_a_step_that_was_skipped_or_taken_by_another(place: int) -> None:
    with pytest.raises((AssertionError, ValueError)):
        require_lawful([*GOOD[:place], *GOOD[place + 1 :], Step(SealEvent.RESUME, R, SealState.ACTIVE)], BY_ID)
    with pytest.raises((AssertionError, ValueError)):
        require_lawful([*GOOD[:place], replace(GOOD[place], actor="nobody"), *GOOD[place + 1 :]], BY_ID)
    with pytest.raises((AssertionError, ValueError)):
        require_lawful([*GOOD[:place], replace(GOOD[place], actor=GOOD[place - 1].actor), *GOOD[place + 1 :]], BY_ID)


@pytest.mark.parametrize("state", sorted(OVER))
def test_the_rules_notice_a_seal_that_came_back(state: SealState) -> None:
    ended = [*GOOD, Step(SealEvent.CANCEL, R, state), Step(SealEvent.RESUME, OWNER_1, SealState.ACTIVE)]
    with pytest.raises(AssertionError):
        require_lawful(ended, BY_ID)


# --- through the service


Taken = Callable[[House, Actor, str], Seal]


def cancel(house: House, who: Actor, seal: str) -> Seal:
    return house.seals.cancel(who, seal, ground=Ground.NO_LONGER_NEEDED, reason=REASON)


def propose(house: House, who: Actor, seal: str) -> Seal:
    evidence = house.documents(house.authority, EvidenceKind.CHANGE_RECORD)
    return house.seals.propose_cancel(who, seal, ground=Ground.RENAMED, reason=REASON, evidence=evidence)


def invalidate(house: House, who: Actor, seal: str) -> Seal:
    evidence = house.documents(house.authority, EvidenceKind.DECISION)
    return house.seals.invalidate(who, seal, reason=REASON, evidence=evidence)


def supersede(house: House, who: Actor, seal: str) -> Seal:
    return house.seals.remake(who, house.remake_command(house.authority, seal, ground=Ground.KEY_COMPROMISED))


def reasoned(name: str) -> Taken:
    return lambda house, who, seal: getattr(house.seals, name)(who, seal, reason=REASON)


def plain(name: str) -> Taken:
    return lambda house, who, seal: getattr(house.seals, name)(who, seal)


CALLS: Final[Mapping[SealEvent, Taken]] = {
    SealEvent.WITHDRAW: reasoned("withdraw"),
    SealEvent.RETURN: reasoned("return_"),
    SealEvent.RESUBMIT: reasoned("resubmit"),
    SealEvent.REJECT: reasoned("reject"),
    SealEvent.APPROVE: reasoned("approve"),
    SealEvent.SEND_BACK: reasoned("send_back"),
    SealEvent.MAKE: plain("make"),
    SealEvent.FILE: plain("file"),
    SealEvent.ISSUE: plain("issue"),
    SealEvent.REFUSE: reasoned("refuse"),
    SealEvent.ACCEPT: plain("accept"),
    SealEvent.DISCARD: reasoned("discard"),
    SealEvent.SUSPEND: reasoned("suspend"),
    SealEvent.REPORT_LOSS: lambda house, who, seal: house.seals.report_loss(who, seal, lost_at=NOW, reason=REASON),
    SealEvent.REQUEST_RESUME: reasoned("request_resume"),
    SealEvent.REFUSE_RESUME: reasoned("refuse_resume"),
    SealEvent.RESUME: reasoned("resume"),
    SealEvent.CANCEL: cancel,
    SealEvent.PROPOSE_CANCEL: propose,
    SealEvent.REFUSE_CANCEL: reasoned("refuse_cancel"),
    SealEvent.CONFIRM_CANCEL: reasoned("confirm_cancel"),
    SealEvent.SUPERSEDE: supersede,
    SealEvent.INVALIDATE: invalidate,
    SealEvent.REQUEST_DESTROY: reasoned("request_destroy"),
    SealEvent.DESTROY: reasoned("destroy"),
}


def test_every_event_is_tried() -> None:
    assert set(CALLS) == set(SealEvent)


def kept(house: House, seal: str) -> list[Step]:
    """Return the history that the registry holds."""
    with house.store.reading() as view:
        return [Step(one.event, one.actor, one.state) for one in repository.history(view, seal)]


LIVES: Final = 120
LIVED: Final = 12


@pytest.mark.parametrize("part", range(4))
@pytest.mark.no_cover
def test_whatever_is_tried_through_the_service(house: House, part: int) -> None:
    staff = house.authority
    people = lives.cast(staff.organisation)
    duties_of = {one.id: {grant.duty for grant in one.grants} for one in people}
    applicant = next(one for one in people if Duty.SEAL_APPLICANT in duties_of[one.id])
    reached: set[SealState] = set()
    for number in range(part * LIVES // 4, (part + 1) * LIVES // 4):
        life = Life(staff.organisation, applicant)
        seal = house.seals.apply(applicant, house.apply_command(staff)).id
        for who, event in attempts(number, LIVED, life, people):
            if event is SealEvent.SUPERSEDE and event not in LIFECYCLE.events(life.state):
                continue  # a replacement may be asked for once a seal was superseded, which is a life of its own
            before = kept(house, seal)
            expected = life.attempt(who, event)
            try:
                CALLS[event](house, who, seal)
                taken = True
            except TrustError:
                taken = False
            assert (taken, number, event, who.id) == (expected, number, event, who.id)
            assert kept(house, seal)[: len(before)] == before
        assert kept(house, seal) == life.history
        require_lawful(life.history, duties_of)
        reached.add(life.state)
    assert len(reached) > 8
