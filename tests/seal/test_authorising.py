"""Authorising to stamp, and withdrawing it: by the owner alone, for somebody who may act, for something."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from seal.errors import AuthorisationBeyond, AuthorisationInvalid, AuthorisationUnknown, SealNotActive, SealUnknown
from seal.grounds import Ground
from seal.ledger.entries import Authorisation, Operation
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
    return partial(house.authorisations.authorise, by or house.authority.owner, replace(command, **changes))


def withdraw(house: House, name: str, *, by: Actor | None = None, reason: str = REASON) -> Authorisation:
    """Withdraw an authorisation of the spare seal."""
    owner = by or house.authority.owner
    return house.authorisations.withdraw(owner, house.names["spare"], name, reason=reason)


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
        valid_from=NOW,
        valid_until=NOW + YEAR,
        times=3,
        used=0,
        granted_by=staff.owner.id,
        granted_at=NOW,
    )
    assert house.authorisations.list(staff.owner, seal) == (given,)
    facts: dict[str, Fact] = {
        "authorisation": given.id,
        "holder": staff.client.id,
        "purpose": "document.stamp",
        "times": 3,
    }
    event = AuditEvent(tag="seal:authorise:done", actor=staff.owner.id, subject=seal, facts=facts)
    assert [one for one in house.events(after=head) if one.subject == seal][:-1] == [event]


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


@pytest.mark.parametrize("holder", ["nobody", "", "client_nothing"])
def test_the_holder_must_be_a_person_a_client_or_an_organisation(house: House, holder: str) -> None:
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
    another = staff.of(Duty.SEAL_OWNER, "another owner")
    house.seals.cancel(another, seal, ground=Ground.NO_LONGER_NEEDED, reason="不再使用")
    refused(house, SealNotActive, attempt(house))
    refused(house, SealNotActive, attempt(house, seal=house.apply(staff).id))
    refused(house, SealUnknown, attempt(house, seal="seal_nothing"))


def test_a_repeated_request_gets_the_same_authorisation(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    command = house.authorise_command(house.active(staff).id, staff.client)
    given = house.authorisations.authorise(staff.owner, command)
    head = house.head()
    assert house.authorisations.authorise(staff.owner, command) == given
    assert house.head() == head
    for changes in (
        {"seal": house.seal},
        {"holder": house.names["person"]},
        {"purpose": "licence.issue"},
        {"document_kinds": ()},
        {"valid_until": NOW + timedelta(days=1)},
        {"times": 1},
        {"valid_from": NOW + timedelta(days=1)},
        {"needs_approval": True},
        {"operations": frozenset(Operation)},
    ):
        refused(
            house, RequestKeyReused, partial(house.authorisations.authorise, staff.owner, replace(command, **changes))
        )


def test_a_key_that_is_none(house: House) -> None:
    refused(house, RequestKeyMalformed, attempt(house, request_key=""))


# --- withdrawing


def test_what_is_withdrawn_stays_on_the_list_with_its_moment(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    seal = house.active(staff).id
    first, second = house.authorise(seal, staff.client), house.authorise(seal, staff.client)
    head = house.head()
    house.clock.advance(timedelta(days=1))
    withdrawn = house.authorisations.withdraw(staff.owner, seal, first.id, reason=f" {REASON} ")
    assert withdrawn == replace(first, withdrawn_at=NOW + timedelta(days=1))
    assert set(house.authorisations.list(staff.owner, seal)) == {withdrawn, second}
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
    (others, *_) = house.authorisations.list(house.authority.owner, house.seal)
    for name in (others.id, "auth_nothing", ""):
        refused(house, AuthorisationUnknown, partial(withdraw, house, name))
    for reason in ("", "x", "长" * 501):
        refused(house, ReasonMissing, partial(withdraw, house, given.id, reason=reason))
    owner = house.authority.owner
    for one in strangers(house):  # who do not learn whether there is such an authorisation
        refused(house, DutyMissing, partial(withdraw, house, "auth_nothing", by=one))
    nothing = partial(house.authorisations.withdraw, owner, "seal_nothing", given.id, reason=REASON)
    refused(house, SealUnknown, nothing)


# --- looking


def test_only_the_owner_sees_the_authorisations(house: House) -> None:
    for one in strangers(house):
        refused(house, DutyMissing, partial(house.authorisations.list, one, house.names["spare"]))
    refused(house, SealUnknown, partial(house.authorisations.list, house.authority.owner, "seal_nothing"))


# --- an organisation and its own agents


@pytest.fixture
def within(house: House) -> Authorisation:
    """Return what another organisation is permitted."""
    holder = actor(house.names["other"])
    return house.authorise(
        house.names["spare"],
        holder,
        times=5,
        document_kinds=("notice", "reply"),
        valid_from=NOW,
        valid_until=NOW + YEAR,
    )


def delegate(house: House, within: Authorisation, *, by: Actor | None = None, **changes: Any) -> Authorisation:  # noqa: ANN401 - a command's fields
    """Let the other organisation's business system stamp, within what the organisation may."""
    other = house.staff("other")
    command = house.delegate_command(within, other.client, **{"times": 2, **changes})
    return house.authorisations.delegate(by or other.owner, command)


def test_an_organisation_gives_a_part_to_its_own(house: House, within: Authorisation) -> None:
    head, other = house.head(), house.staff("other")
    given = delegate(house, within)
    assert given == Authorisation(
        id=given.id,
        seal=within.seal,
        holder=other.client.id,
        purpose=within.purpose,
        document_kinds=("notice",),
        valid_from=NOW,
        valid_until=within.valid_until,
        times=2,
        used=0,
        parent=within.id,
        granted_by=other.owner.id,
        granted_at=NOW,
    )
    facts: dict[str, Fact] = {
        "authorisation": given.id,
        "holder": other.client.id,
        "purpose": within.purpose,
        "times": 2,
        "within": within.id,
    }
    event = AuditEvent(tag="seal:delegate:done", actor=other.owner.id, subject=within.seal, facts=facts)
    assert [one for one in house.events(after=head) if one.subject == within.seal][:-1] == [event]
    assert set(house.authorisations.list(other.owner, within.seal)) == {within, given}
    assert {within, given} <= set(house.authorisations.list(house.authority.owner, within.seal))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("purpose", {"purpose": "licence.issue"}),
        ("document_kinds", {"document_kinds": ("notice", "contract")}),
        ("document_kinds", {"document_kinds": ()}),
        ("operations", {"operations": frozenset({Operation.DOCUMENT, Operation.DIGEST})}),
        ("valid_from", {"valid_from": NOW - timedelta(microseconds=1)}),
        ("valid_until", {"valid_until": NOW + YEAR + timedelta(microseconds=1)}),
        ("times", {"times": 6}),
        ("times", {"times": None}),
    ],
)
def test_nobody_gives_more_than_there_is(
    house: House, within: Authorisation, field: str, changes: dict[str, Any]
) -> None:
    error = refused(house, AuthorisationBeyond, partial(delegate, house, within, **changes))
    assert error.details == {"field": field}


def test_the_whole_may_be_given(house: House, within: Authorisation) -> None:
    given = delegate(house, within, times=5, document_kinds=("notice", "reply"), valid_until=within.valid_until)
    assert (given.times, given.document_kinds) == (within.times, within.document_kinds)


def test_an_approval_is_not_given_away(house: House) -> None:
    holder = actor(house.names["other"])
    within = house.authorise(house.names["spare"], holder, needs_approval=True)
    error = refused(house, AuthorisationBeyond, partial(delegate, house, within))
    assert error.details == {"field": "needs_approval"}
    assert delegate(house, within, needs_approval=True).needs_approval


def test_what_was_given_is_not_given_on(house: House, within: Authorisation) -> None:
    given = delegate(house, within)
    owner_of_agent = house.staff("other").of(Duty.SEAL_OWNER)
    refused(house, DutyMissing, partial(delegate, house, given, by=owner_of_agent))
    head_of_holder = actor("head", Grant(Duty.SEAL_OWNER, given.holder))
    error = refused(house, AuthorisationBeyond, partial(delegate, house, given, by=head_of_holder))
    assert error.details == {"field": "within"}


def test_within_what_was_withdrawn_nothing_is_given(house: House, within: Authorisation) -> None:
    withdraw(house, within.id)
    error = refused(house, AuthorisationBeyond, partial(delegate, house, within))
    assert error.details == {"field": "within"}


def test_agents_are_the_organisation_s_own(house: House, within: Authorisation) -> None:
    foreign = partial(delegate, house, within, holder=house.authority.client.id)
    refused(house, SubjectUnknown, foreign)
    refused(house, SubjectUnknown, partial(delegate, house, within, holder=house.names["person"]))
    refused(house, SubjectUnknown, partial(delegate, house, within, holder="nobody"))


def test_only_the_organisation_delegates_and_only_for_a_seal_in_use(house: House, within: Authorisation) -> None:
    for one in (house.authority.owner, house.staff("other").client, house.staff("other").applicant):
        refused(house, DutyMissing, partial(delegate, house, within, by=one))
    refused(house, AuthorisationUnknown, partial(delegate, house, replace(within, id="auth_nothing")))
    refused(house, AuthorisationUnknown, partial(delegate, house, within, seal=house.seal))
    house.seals.suspend(house.authority.owner, within.seal, reason="印章遗失")
    refused(house, SealNotActive, partial(delegate, house, within))


def test_a_repeated_delegation_is_one(house: House, within: Authorisation) -> None:
    given = delegate(house, within, request_key="again")
    assert delegate(house, within, request_key="again") == given
    refused(house, RequestKeyReused, partial(delegate, house, within, request_key="again", times=1))


def test_both_the_owner_and_the_organisation_withdraw_what_it_gave(house: House, within: Authorisation) -> None:
    first, second = delegate(house, within), delegate(house, within)
    other = house.staff("other").owner
    assert withdraw(house, first.id).withdrawn_at == NOW
    assert withdraw(house, second.id, by=other).withdrawn_at == NOW
    refused(house, DutyMissing, partial(withdraw, house, within.id, by=other))


def test_an_organisation_that_may_not_act_is_not_authorised(house: House) -> None:
    house.identity.freeze(actor("registrar", Duty.REGISTRAR), house.names["other"], reason="涉嫌冒用")
    refused(house, SubjectNotActive, attempt(house, holder=house.names["other"]))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operations": frozenset()}, "operations"),
        ({"valid_from": NOW + YEAR}, "valid_until"),
        ({"valid_from": NOW + 2 * YEAR}, "valid_until"),
    ],
)
def test_terms_permit_something(house: House, changes: dict[str, Any], field: str) -> None:
    assert refused(house, AuthorisationInvalid, attempt(house, **changes)).details == {"field": field}
