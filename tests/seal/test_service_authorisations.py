"""Authorising to stamp, and withdrawing it: by the owner alone, for somebody who may act, for something."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import AuthorisationInvalid, AuthorisationUnknown, SealNotActive, SealUnknown
from seal.ledger import Authorisation
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, YEAR, House, actor
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused


def refused(house: House, error: type[TrustError], act: partial[Any]) -> TrustError:
    """Expect a refusal that leaves no trace."""
    head = house.head()
    with pytest.raises(error) as told:
        act()
    assert house.head() == head
    return told.value


def authorise(house: House, **changes: Any) -> Authorisation:  # noqa: ANN401 - a command's fields
    """Authorise the authority's business system to use the spare seal."""
    return house.authorise(house.names["spare"], house.authority.client, **changes)


def attempt(house: House, *, by: Actor | None = None, **changes: Any) -> partial[Authorisation]:  # noqa: ANN401 - likewise
    """Return the same as an action, by its owner or by somebody else."""
    command = house.authorise_command(house.names["spare"], house.authority.client)
    return partial(house.seals.authorise, by or house.authority.owner, replace(command, **changes))


def withdraw(house: House, name: str, *, by: Actor | None = None, reason: str = REASON) -> Authorisation:
    """Withdraw an authorisation of the spare seal."""
    owner = by or house.authority.owner
    return house.seals.withdraw_authorisation(owner, house.names["spare"], name, reason=reason)


def strangers(house: House) -> list[Actor]:
    """Return who has nothing to authorise."""
    staff = house.authority
    others = [house.staff("other").owner, actor("owner of nobody", Grant(Duty.SEAL_OWNER))]
    return [*others, staff.applicant, staff.reviewer, staff.maker, staff.filer, staff.client]


# --- authorising


def test_an_authorisation_says_who_may_stamp_what_until_when_and_how_often(house: House) -> None:
    head, staff, seal = house.head(), house.authority, house.names["spare"]
    given = authorise(house, times=3, document_kinds=("notice", "reply"))
    assert given.id.startswith("auth_")
    assert given == Authorisation(
        id=given.id,
        seal=seal,
        holder=staff.client.id,
        purpose="document.stamp",
        document_kinds=("notice", "reply"),
        valid_until=NOW + YEAR,
        times=3,
        used=0,
        granted_by=staff.owner.id,
        granted_at=NOW,
    )
    assert house.seals.authorisations(staff.owner, seal) == (given,)
    facts: dict[str, Fact] = {
        "authorisation": given.id,
        "holder": staff.client.id,
        "purpose": "document.stamp",
        "times": 3,
    }
    event = AuditEvent(tag="seal:authorise:done", actor=staff.owner.id, subject=seal, facts=facts)
    assert house.events(after=head) == [event]


def test_a_person_may_be_authorised(house: House) -> None:
    assert attempt(house, holder=house.names["person"])().holder == house.names["person"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_until": NOW}, "valid_until"),
        ({"valid_until": NOW - timedelta(days=1)}, "valid_until"),
        ({"times": 0}, "times"),
        ({"times": -1}, "times"),
    ],
)
def test_an_authorisation_must_permit_something(house: House, changes: dict[str, Any], field: str) -> None:
    error = refused(house, AuthorisationInvalid, attempt(house, **changes))
    assert error.details == {"field": field}


def test_an_authorisation_may_end_at_once_and_allow_one_stamping(house: House) -> None:
    assert authorise(house, valid_until=NOW + timedelta(microseconds=1), times=1).times == 1


@pytest.mark.parametrize("holder", ["nobody", "", "client_nothing", "authority"])
def test_the_holder_must_be_a_person_or_a_client(house: House, holder: str) -> None:
    refused(house, SubjectUnknown, attempt(house, holder=house.names.get(holder, holder)))


def test_the_holder_must_be_able_to_act(house: House) -> None:
    person = house.names["person"]
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), person, reason="涉嫌冒用")
    refused(house, SubjectNotActive, attempt(house, holder=person))


def test_a_client_that_was_not_approved_cannot_hold_an_authorisation(house: House) -> None:
    waiting = house.client(house.authority.organisation, approve=False)
    refused(house, SubjectNotActive, attempt(house, holder=waiting))


def test_only_the_owner_authorises(house: House) -> None:
    for one in strangers(house):
        refused(house, DutyMissing, attempt(house, by=one))


def test_only_an_active_seal_can_be_authorised_for(house: House) -> None:
    staff, seal = house.authority, house.names["spare"]
    house.seals.suspend(staff.owner, seal, reason="印章遗失")
    error = refused(house, SealNotActive, attempt(house))
    assert error.details == {"seal": seal, "state": "suspended"}
    house.seals.cancel(staff.reviewer, seal, reason="不再使用")
    refused(house, SealNotActive, attempt(house))
    refused(house, SealNotActive, attempt(house, seal=house.apply(staff).id))
    refused(house, SealUnknown, attempt(house, seal="seal_nothing"))


def test_a_repeated_request_gets_the_same_authorisation(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    command = house.authorise_command(house.active(staff).id, staff.client)
    given = house.seals.authorise(staff.owner, command)
    head = house.head()
    assert house.seals.authorise(staff.owner, command) == given
    assert house.head() == head
    for changes in (
        {"seal": house.seal},
        {"holder": house.names["person"]},
        {"purpose": "licence.issue"},
        {"document_kinds": ()},
        {"valid_until": NOW + timedelta(days=1)},
        {"times": 1},
    ):
        refused(house, RequestKeyReused, partial(house.seals.authorise, staff.owner, replace(command, **changes)))


def test_a_key_that_is_none(house: House) -> None:
    refused(house, RequestKeyMalformed, attempt(house, request_key=""))


# --- withdrawing


def test_what_is_withdrawn_stays_on_the_list_with_its_moment(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    seal = house.active(staff).id
    first, second = house.authorise(seal, staff.client), house.authorise(seal, staff.client)
    head = house.head()
    house.clock.advance(timedelta(days=1))
    withdrawn = house.seals.withdraw_authorisation(staff.owner, seal, first.id, reason=f" {REASON} ")
    assert withdrawn == replace(first, withdrawn_at=NOW + timedelta(days=1))
    assert set(house.seals.authorisations(staff.owner, seal)) == {withdrawn, second}
    facts = {"authorisation": first.id, "holder": staff.client.id, "reason": REASON}
    event = AuditEvent(tag="seal:withdraw_authorisation:done", actor=staff.owner.id, subject=seal, facts=facts)
    assert house.events(after=head) == [event]


def test_withdrawing_what_is_withdrawn_changes_nothing(house: House) -> None:
    given = authorise(house)
    withdrawn = withdraw(house, given.id)
    head = house.head()
    house.clock.advance(timedelta(days=1))
    assert withdraw(house, given.id) == withdrawn
    assert house.head() == head


def test_an_authorisation_is_withdrawn_in_whatever_state_the_seal_is(house: House) -> None:
    given, seal = authorise(house), house.names["spare"]
    house.seals.suspend(house.authority.owner, seal, reason="印章遗失")
    assert withdraw(house, given.id).withdrawn_at == NOW


def test_only_the_owner_withdraws_and_only_what_is_the_seal_s(house: House) -> None:
    given = authorise(house)
    for one in strangers(house):
        refused(house, DutyMissing, partial(withdraw, house, given.id, by=one))
    (others, *_) = house.seals.authorisations(house.authority.owner, house.seal)
    for name in (others.id, "auth_nothing", ""):
        refused(house, AuthorisationUnknown, partial(withdraw, house, name))
    for reason in ("", "x", "长" * 501):
        refused(house, ReasonMissing, partial(withdraw, house, given.id, reason=reason))
    owner = house.authority.owner
    nothing = partial(house.seals.withdraw_authorisation, owner, "seal_nothing", given.id, reason=REASON)
    refused(house, SealUnknown, nothing)


# --- looking


def test_only_the_owner_sees_the_authorisations(house: House) -> None:
    for one in strangers(house):
        refused(house, DutyMissing, partial(house.seals.authorisations, one, house.names["spare"]))
    refused(house, SealUnknown, partial(house.seals.authorisations, house.authority.owner, "seal_nothing"))
