"""Issuing by a delegation: counted when a licence is prepared, and given back where nothing comes of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from api.demo import cast
from identity.delegation.errors import MandateNotInForce
from identity.delegation.mandates import Mandate
from identity.delegation.service import GiveMandate
from identity.duties import Actor
from identity.errors import DutyMissing
from identity.levels import Level
from identity.subject import SubjectId
from licence.lifecycle import LicenceState
from licence.repository import Licence
from tests.licence.builders import Desk, Meanwhile
from trust.delegations import Bounds, Matter
from trust.errors import TrustError
from trust.events import AuditEvent
from trust.signing import SigningUnavailable


def let_issue(desk: Desk, *, times: int | None, system: str = "") -> tuple[Actor, Mandate]:
    """Let a business system of somebody else issue food permits, and stamp them."""
    house = desk.house
    system = system or house.client(house.names["other"])
    delegate = Actor(id=system, grants=frozenset(), is_client=True, session="tok_1", level=Level.HIGH)
    giver = Actor(id=house.names["person"], grants=frozenset(), session="ses_1", level=Level.HIGH)
    with house.store.transaction() as tx:
        organisation = house.identity.require_organisation(tx, desk.staff.organisation)
        changed = replace(organisation, legal_representative=SubjectId(giver.id))
        house.identity.repository.change_organisation(tx, changed)
        tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))
    bounds = Bounds(
        matters=frozenset({Matter.LICENCE_ISSUE}),
        licence_types=frozenset({cast.FOOD_TYPE}),
        not_before=house.clock.now().replace(microsecond=0),
        not_after=house.clock.now().replace(microsecond=0) + timedelta(days=30),
        times=times,
        depth=0,
    )
    command = GiveMandate(delegator=organisation.id, delegate=delegate.id, bounds=bounds, request_key=uuid4().hex)
    mandate = house.mandates.accept(delegate, house.mandates.offer(giver, command).id)
    desk.authorise(delegate)
    return delegate, mandate


def used(desk: Desk, mandate: Mandate) -> int:
    with desk.house.store.reading() as view:
        return desk.house.mandates.require(view, mandate.id).used


def attempt(act: Callable[[], Licence]) -> Licence | TrustError:
    try:
        return act()
    except TrustError as error:
        return error


def test_a_use_that_came_to_nothing_is_given_back(any_desk: Desk) -> None:
    delegate, mandate = let_issue(any_desk, times=1)
    any_desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        any_desk.house.licences.issue(delegate, any_desk.command())
    assert any_desk.newest().state is LicenceState.VOID
    assert used(any_desk, mandate) == 0
    assert any_desk.house.licences.issue(delegate, any_desk.command()).state is LicenceState.IN_FORCE
    assert used(any_desk, mandate) == 1
    with pytest.raises(DutyMissing):
        any_desk.house.licences.issue(delegate, any_desk.command())


def test_a_repeated_request_counts_once(any_desk: Desk) -> None:
    delegate, mandate = let_issue(any_desk, times=2)
    command = any_desk.command()
    first, again = (any_desk.house.licences.issue(delegate, command) for _ in range(2))
    assert first.id == again.id
    assert used(any_desk, mandate) == 1


def test_of_two_who_take_the_last_use_at_once_one_gets_it(any_desk: Desk) -> None:
    delegate, mandate = let_issue(any_desk, times=1)
    issue, first, second = any_desk.house.licences.issue, any_desk.command(), any_desk.command()
    other = Meanwhile(any_desk, "commit:licence:prepare:done", lambda: issue(delegate, second))
    outcomes = [attempt(partial(issue, delegate, first)), other.outcome()]
    assert sum(isinstance(one, Licence) for one in outcomes) == 1
    assert sum(isinstance(one, MandateNotInForce | DutyMissing) for one in outcomes) == 1
    assert used(any_desk, mandate) == 1


def test_who_has_the_duty_spends_no_delegation(any_desk: Desk) -> None:
    _, mandate = let_issue(any_desk, times=1)
    any_desk.issue()
    assert used(any_desk, mandate) == 0
