"""The register: pages of subjects and accounts on both databases, names, and who acts for whom."""

from datetime import timedelta

import pytest

from identity.duties import Duty, Grant
from identity.errors import AccountUnknown, SubjectUnknown
from identity.holding import Standing
from identity.lifecycle import SubjectState
from identity.register_repository import AccountState, RegisterPage, RegisterQuery, first_organisation
from identity.registry import NamedKind, RegisterService
from identity.service import RegisterOrganisation
from identity.subject import Organisation
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD, SECOND, Office, organisation_code
from trust.events import AuditEvent

ALL = RegisterPage()


def register_of(office: Office) -> RegisterService:
    """Return the register of an office."""
    return RegisterService(
        store=office.store, repository=office.repository, identity=office.identity, access=office.access
    )


def organisation(office: Office, name: str, *, head: str | None = None) -> Organisation:
    """Register an organisation and have it proven."""
    code = organisation_code(office.next())
    command = RegisterOrganisation(name=name, credit_code=code, legal_representative=head)
    proven = office.identity.prove(SECOND, office.identity.register_organisation(FIRST, command).id)
    assert isinstance(proven, Organisation)
    return proven


def page_through(office: Office) -> None:
    """Look at persons page by page, those registered last first, and by their state."""
    register, persons = register_of(office), []
    for _ in range(3):
        persons.append(office.register())
        office.clock.advance(timedelta(seconds=1))
    office.identity.prove(SECOND, persons[0].id)
    first, total = register.persons(RegisterQuery(), RegisterPage(0, 2))
    second, _ = register.persons(RegisterQuery(), RegisterPage(2, 2))
    assert ([persons[2].id, persons[1].id, persons[0].id], 3) == ([one.id for one in (*first, *second)], total)
    waiting, count = register.persons(RegisterQuery(state=SubjectState.REGISTERED), ALL)
    assert ({persons[1].id, persons[2].id}, 2) == ({one.id for one in waiting}, count)


def test_persons_are_paged(office: Office) -> None:
    page_through(office)


def test_persons_are_paged_on_postgresql(postgres_office: Office) -> None:
    page_through(postgres_office)


def find_organisations(office: Office) -> None:
    """Look for organisations by part of their names and the beginning of their codes."""
    register = register_of(office)
    market = organisation(office, "云州市市场监督管理局")
    tax = organisation(office, "云州市税务局100%")
    unproven = office.identity.register_organisation(
        FIRST,
        RegisterOrganisation(name="云州市市场服务中心", credit_code=organisation_code(office.next(), prefix="12")),
    )

    def found(text: str) -> set[str]:
        return {one.id for one in register.organisations(RegisterQuery(text=text), ALL)[0]}

    assert {market.id, unproven.id} == found("市场")
    assert {market.id} == found(market.credit_code.value)
    assert {unproven.id} == found("12330199mb")
    assert {tax.id} == found("0%")
    assert set() == found("%市%")
    assert set() == found("_")
    directory, total = register.directory("市场", ALL)
    assert ([market.id], 1) == ([one.id for one in directory], total)


def test_organisations_are_found_by_name_and_code(office: Office) -> None:
    find_organisations(office)


def test_organisations_are_found_on_postgresql(postgres_office: Office) -> None:
    find_organisations(postgres_office)


def list_accounts(office: Office) -> None:
    """Look for accounts by username and state."""
    register = register_of(office)
    opened = []
    for username in ("wang.xiaoming", "li.si", "zhao.wu", ""):
        person = office.person().id
        code = office.access.open_account(SECOND, person).secret
        if username:
            office.access.activate(code, username=username, password=PASSWORD)
        opened.append(person)
        office.clock.advance(timedelta(seconds=1))
    with office.store.transaction() as tx:
        office.repository.freeze_account(tx, opened[1], by="somebody")
        account = office.repository.account(tx, person=opened[2])
        assert account is not None
        office.repository.put_password(tx, account, None)
        tx.record(AuditEvent(tag="test:account:done", actor="test", subject=opened[2]))
    found, total = register.accounts(text="", state=None, page=RegisterPage(0, 3))
    assert (opened[:0:-1], 4) == ([one.account.person for one in found], total)
    assert [one.name for one in found] == ["**明"] * 3
    states = {AccountState.ACTIVE: 0, AccountState.FROZEN: 1, AccountState.CLOSED: 2, AccountState.WAITING: 3}
    for state, place in states.items():
        held, count = register.accounts(text="", state=state, page=ALL)
        assert ([opened[place]], [state], 1) == (
            [one.account.person for one in held],
            [one.state for one in held],
            count,
        )
    assert [opened[0]] == [one.account.person for one in register.accounts(text="xiao", state=None, page=ALL)[0]]
    assert register.accounts(text="%", state=None, page=ALL)[0] == ()


def test_the_first_organisation_in_a_state_is_found_behind_any_number_of_others(office: Office) -> None:
    for _ in range(3):
        command = RegisterOrganisation(name="未核验", credit_code=organisation_code(office.next()))
        office.identity.register_organisation(FIRST, command)
    with office.store.reading() as view:
        assert first_organisation(view, SubjectState.ACTIVE) is None
        assert first_organisation(view, SubjectState.REGISTERED) == NOW
    office.clock.advance(timedelta(days=1))
    proven = organisation(office, "云州市公安局")
    office.clock.advance(timedelta(days=1))
    organisation(office, "云州市民政局")
    with office.store.reading() as view:
        assert first_organisation(view, SubjectState.ACTIVE) == proven.registered_at == NOW + timedelta(days=1)


def test_accounts_are_found_by_username_and_state(office: Office) -> None:
    list_accounts(office)


def test_accounts_are_found_on_postgresql(postgres_office: Office) -> None:
    list_accounts(postgres_office)


def test_an_account_tells_where_its_person_is_logged_in(office: Office) -> None:
    register, person = register_of(office), office.person().id
    with pytest.raises(AccountUnknown):
        register.account(person)
    with pytest.raises(SubjectUnknown):
        register.account("P0")
    office.access.activate(office.access.open_account(SECOND, person).secret, username="somebody", password=PASSWORD)
    office.enter(username="somebody", password=PASSWORD)
    known, sessions = register.account(person)
    assert (known.account.username, known.state, len(sessions)) == ("somebody", AccountState.ACTIVE, 1)


def test_names_are_told_masked_and_of_persons_only_where_they_may_be(office: Office) -> None:
    register = register_of(office)
    person, market = office.person("王小明"), organisation(office, "云州市市场监督管理局")
    client = office.client(market).client
    asked = [person.id, "P0", market.id, "O0", client.id, "client_0", person.id, ""]
    told = [(one.id, one.kind, one.name) for one in register.names(asked, persons=True)]
    public = [
        (market.id, NamedKind.ORGANISATION, "云州市市场监督管理局"),
        (client.id, NamedKind.CLIENT, client.name),
    ]
    assert [(person.id, NamedKind.PERSON, "**明"), *public] == told
    assert public == [(one.id, one.kind, one.name) for one in register.names(asked, persons=False)]


def test_who_acts_for_an_organisation_is_told_from_both_sides(office: Office) -> None:
    register, head = register_of(office), office.person().id
    market = organisation(office, "云州市市场监督管理局", head=head)
    owner = office.officer(Grant(Duty.SEAL_OWNER, market.id), Grant(Duty.SEAL_APPLICANT, market.id)).id
    assert [
        (head, Standing.LEGAL_REPRESENTATIVE, ()),
        (owner, Standing.APPOINTED, (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER)),
    ] == [(one.agent, one.standing, one.duties) for one in register.acting(market.id)]
    (represented,) = register.acting(head)
    assert (head, market.id, Standing.LEGAL_REPRESENTATIVE) == (
        represented.agent,
        represented.organisation,
        represented.standing,
    )
    assert register.acting(office.person().id) == ()
    with pytest.raises(SubjectUnknown):
        register.acting("O0")


def test_a_duty_that_has_ended_makes_nobody_an_agent(office: Office) -> None:
    register, market = register_of(office), organisation(office, "云州市税务局")
    person = office.person().id
    with office.store.transaction() as tx:
        until = tx.now + timedelta(hours=1)
        office.appointing.add_grant(tx, person, Grant(Duty.SEAL_OWNER, market.id), by="test", until=until)
        tx.record(AuditEvent(tag="test:grant:done", actor="test", subject=person))
    assert [person] == [one.agent for one in register.acting(market.id)]
    office.clock.advance(timedelta(hours=2))
    assert register.acting(market.id) == ()
