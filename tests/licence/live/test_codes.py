"""亮证: who may show a licence, that its code answers once and within its seconds, and who learns what."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, text

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from licence.errors import LicenceUnknown
from licence.lifecycle import LicenceState
from licence.live.codes import KEPT, LiveAnswer, LiveCodes, MadeLiveCode, MakeLiveCode
from licence.live.entries import LiveCodeState
from licence.live.errors import LiveCodeExpired, LiveCodeNotPossible, LiveCodeUnknown, LiveCodeUsed
from licence.live.repository import LiveCodeRepository
from licence.repository import Licence
from tests.fakes.clock import SettableClock
from tests.licence.builders import PERSON_TYPE, REASON, Desk, opened_on_postgres
from tests.seal.houses import House
from trust.errors import TrustError

ADDRESS = "https://trust.example/l/"
MINUTE = timedelta(seconds=60)
NAME = "王𠮷㛃"
"""Of the person in the template."""

NOTHING = frozenset[Grant]()


@dataclass
class Street:
    """A desk, the holders of two of its licences, and what makes and checks codes."""

    desk: Desk
    codes: LiveCodes = field(init=False)
    own: Licence = field(init=False)
    """Held by a person."""

    permit: Licence = field(init=False)
    """Held by an organisation."""

    def __post_init__(self) -> None:
        house = self.desk.house
        self.codes = LiveCodes(
            store=house.store,
            identity=house.identity,
            clients=house.clients,
            licences=house.registry,
            repository=LiveCodeRepository(house.registry.protection),
            verification=house.verification,
            address=ADDRESS,
            lifetime=MINUTE,
        )
        self.own = self.desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
        self.permit = self.desk.issue()

    @property
    def clock(self) -> SettableClock:
        return self.desk.house.clock

    @property
    def holder(self) -> Actor:
        """The person who holds a licence, with no duty at all."""
        return Actor(id=self.own.holder, grants=NOTHING)

    def make(self, actor: Actor | None = None, **changes: str | None) -> MadeLiveCode:
        """Make a code; of the person's licence, by the person, unless told otherwise."""
        command = replace(MakeLiveCode(licence=self.own.id), **changes)  # type: ignore[arg-type] # a command's fields
        return self.codes.make(actor or self.holder, command)

    def events(self, made: MadeLiveCode) -> list[tuple[str, str, object]]:
        """Return what the audit trail has of a code."""
        return [
            (event.tag.removeprefix("live_code:"), event.actor, event.facts.get("reason"))
            for event in self.desk.events()
            if event.subject == made.code.id
        ]


def secret_of(made: MadeLiveCode) -> str:
    """Return the secret in the address of a code."""
    return made.address.removeprefix(ADDRESS)


@pytest.fixture(scope="module")
def street(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """Return an instance on SQLite, for tests that do not disturb each other."""
    house = House.copied(template, tmp_path_factory.mktemp("street") / "instance", SettableClock())
    yield Street(Desk(house))
    house.store.close()


@pytest.fixture
def postgres_street(
    template: Path, tmp_path: Path, clock: SettableClock, postgres_schema: str, tables: MetaData
) -> Iterator[Street]:
    """Return an instance on PostgreSQL."""
    house = opened_on_postgres(template, tmp_path / "instance", postgres_schema, tables, clock)
    yield Street(Desk(house))
    house.store.close()


# --- making


def test_a_holder_makes_a_code_that_lives_for_its_seconds(street: Street) -> None:
    made = street.make(purpose="酒店入住")
    assert re.fullmatch(r"https://trust\.example/l/[A-Za-z0-9_-]{22}", made.address)
    code = made.code
    assert (code.licence, code.holder, code.maker, code.purpose) == (
        street.own.id,
        street.own.holder,
        street.holder.id,
        "酒店入住",
    )
    assert code.expires_at - code.made_at == MINUTE
    assert code.state(code.expires_at - timedelta(microseconds=1)) is LiveCodeState.WAITING
    assert code.state(code.expires_at) is LiveCodeState.EXPIRED
    assert street.events(made) == [("make:done", street.holder.id, None)]


def test_the_database_knows_neither_secret_nor_purpose(street: Street) -> None:
    made = street.make(purpose="酒店入住")
    with street.desk.house.store.reading() as view:
        kept = repr([tuple(row) for row in view.rows(text("SELECT * FROM live_code"))])
    assert made.code.id in kept
    for hidden in (secret_of(made), "酒店入住", "酒店入住".encode().hex()):
        assert hidden not in kept
        assert hidden not in repr(made)


def test_codes_are_different(street: Street) -> None:
    assert len({street.make().address for _ in range(5)}) == 5


def test_the_licence_identifier_names_the_licence_as_well(street: Street) -> None:
    assert street.make(licence=street.own.identifier).code.licence == street.own.id


def test_who_acts_for_an_organisation_shows_its_licence(street: Street) -> None:
    permit = street.permit
    agent = Actor(id=street.own.holder, grants=frozenset({Grant(Duty.LICENCE_HOLDER, permit.holder)}))
    assert street.make(agent, licence=permit.id).code.holder == permit.holder


def test_a_business_system_of_the_issuer_names_the_holder_that_asked(street: Street) -> None:
    client = street.desk.staff.client
    made = street.make(client, holder=street.own.holder)
    assert (made.code.maker, made.code.holder) == (client.id, street.own.holder)
    for named in (None, street.permit.holder):
        with pytest.raises(LicenceUnknown):
            street.make(client, holder=named)


def test_for_a_holder_who_is_frozen_nobody_shows_anything(desk: Desk) -> None:
    street, registrar = Street(desk), Actor(id="registrar", grants=frozenset({Grant(Duty.REGISTRAR)}))
    desk.house.identity.freeze(registrar, street.own.holder, reason="涉嫌冒用他人身份")
    with pytest.raises(LicenceUnknown):
        street.make()
    with pytest.raises(LicenceUnknown):
        street.make(desk.staff.client, holder=street.own.holder)


def test_nobody_else_learns_even_that_there_is_a_licence(street: Street) -> None:
    desk, permit = street.desk, street.permit
    nobody = Actor(id=street.own.holder, grants=NOTHING)
    foreign = Actor(id="client_x", grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, permit.holder)}), is_client=True)
    for actor, licence in ((nobody, permit.id), (desk.officer, permit.id), (foreign, permit.id), (nobody, "lic_x")):
        with pytest.raises(LicenceUnknown):
            street.make(actor, licence=licence, holder=permit.holder)
    with pytest.raises(LicenceUnknown):
        street.make(holder=permit.holder)  # the person is the holder of another one


def test_what_proves_nothing_is_not_shown(street: Street) -> None:
    client = street.desk.staff.client
    suspended = street.desk.in_state(LicenceState.SUSPENDED)
    with pytest.raises(LiveCodeNotPossible) as refused:
        street.make(client, licence=suspended.id, holder=suspended.holder)
    assert refused.value.code == "live_code.not_possible"
    assert refused.value.details == {"state": "suspended"}


# --- checking


def test_a_code_answers_once_and_says_more_than_the_printed_one(street: Street) -> None:
    made = street.make(purpose="酒店入住")
    answer = street.codes.check(None, secret_of(made))
    assert (answer.standing.licence.id, answer.standing.holder) == (street.own.id, NAME)
    assert (answer.standing.is_in_force, answer.code.purpose, answer.photo) == (True, "酒店入住", None)
    for _ in range(2):
        with pytest.raises(LiveCodeUsed) as refused:
            street.codes.check(None, secret_of(made))
        assert refused.value.code == "live_code.used"
    assert street.events(made)[1:] == [
        ("check:done", "anybody", None),
        ("check:refused", "anybody", "live_code.used"),
        ("check:refused", "anybody", "live_code.used"),
    ]


def test_a_code_that_has_lived_its_seconds_answers_nobody(street: Street) -> None:
    made = street.make()
    street.clock.advance(MINUTE)
    with pytest.raises(LiveCodeExpired) as refused:
        street.codes.check(None, secret_of(made))
    assert refused.value.code == "live_code.expired"
    assert street.events(made)[1:] == [("check:refused", "anybody", "live_code.expired")]
    seen = street.codes.look(street.holder, made.code.id)
    code, checker = seen.code, seen.checker
    assert (code.state(street.clock.now()), checker) == (LiveCodeState.EXPIRED, "")


@pytest.mark.parametrize(
    "secret", ["", "x", "A" * 21, "A" * 22, "A" * 23, "A" * 21 + "B", "A" * 21 + "字", "A" * 21 + "\n"]
)
def test_what_is_no_code_is_unknown(street: Street, secret: str) -> None:
    with pytest.raises(LiveCodeUnknown) as refused:
        street.codes.check(None, secret)
    assert refused.value.code == "live_code.unknown"


def test_nobody_who_writes_waits_for_who_guesses(street: Street) -> None:
    told: list[object] = []

    def guess() -> None:
        with pytest.raises(LiveCodeUnknown):
            street.codes.check(None, "A" * 22)
        told.append("unknown")

    def begin() -> None:
        thread = threading.Thread(target=guess)
        thread.start()
        thread.join(timeout=5)  # no longer than that where it waits for the commit
        told.append("commit")

    street.desk.house.faults.meanwhile("commit:live_code:make:done", begin)
    street.make()
    assert told == ["unknown", "commit"]


def test_the_answer_is_that_of_the_moment_of_the_check(street: Street) -> None:
    licence, client = street.desk.issue(), street.desk.staff.client
    made = street.make(client, licence=licence.id, holder=licence.holder)
    street.desk.house.licences.suspend(street.desk.second, licence.id, reason=REASON)
    standing = street.codes.check(None, secret_of(made)).standing
    assert (standing.is_in_force, standing.licence.state) == (False, LicenceState.SUSPENDED)


@pytest.mark.parametrize("kind", ["street", "postgres_street"])
def test_of_two_at_the_same_time_one_gets_the_answer(request: pytest.FixtureRequest, kind: str) -> None:
    street: Street = request.getfixturevalue(kind)
    made = street.make()
    start, outcomes = threading.Barrier(4), list[object]()

    def check() -> None:
        start.wait()
        try:
            outcomes.append(street.codes.check(None, secret_of(made)))
        except TrustError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, LiveAnswer) for one in outcomes) == 1
    assert sum(isinstance(one, LiveCodeUsed) for one in outcomes) == 3


# --- who learns what


def test_the_holder_sees_who_checked(street: Street) -> None:
    made = street.make()
    assert street.codes.look(street.holder, made.code.id).state is LiveCodeState.WAITING
    client = street.desk.staff.client
    street.codes.check(client, secret_of(made))
    seen = street.codes.look(street.holder, made.code.id)
    code, checker = seen.code, seen.checker
    assert (code.state(street.clock.now()), code.checked_at, code.checker) == (
        LiveCodeState.CHECKED,
        street.clock.now(),
        client.id,
    )
    assert checker.startswith(f"{cast.AUTHORITY.name} · ")


def test_the_holder_sees_a_person_by_name_and_a_scan_without_one(street: Street) -> None:
    named, unnamed = street.make(), street.make()
    street.codes.check(street.holder, secret_of(named))
    street.codes.check(None, secret_of(unnamed))
    assert street.codes.look(street.holder, named.code.id).checker == NAME
    seen = street.codes.look(street.holder, unnamed.code.id)
    code, checker = seen.code, seen.checker
    assert (code.state(street.clock.now()), checker) == (LiveCodeState.CHECKED, "")


def test_an_organisation_that_checks_is_shown_by_its_name(street: Street) -> None:
    made = street.make()
    organisation = Actor(id=street.permit.holder, grants=NOTHING)
    street.codes.check(organisation, secret_of(made))
    assert street.codes.look(street.holder, made.code.id).checker == cast.ENTERPRISE.name


def test_only_its_maker_and_its_holder_look_at_a_code(street: Street) -> None:
    client = street.desk.staff.client
    made = street.make(client, holder=street.own.holder)
    for actor in (client, street.holder):
        assert street.codes.look(actor, made.code.id).id == made.code.id
    for actor, name in ((street.desk.officer, made.code.id), (street.holder, "live_x")):
        with pytest.raises(LiveCodeUnknown):
            street.codes.look(actor, name)


# --- housekeeping


def test_what_ended_long_ago_is_forgotten(desk: Desk) -> None:
    street = Street(desk)
    made = street.make()
    street.clock.advance(MINUTE + KEPT)
    assert street.codes.tidy() == 0
    street.clock.advance(timedelta(seconds=1))
    assert street.codes.tidy() == 1
    with pytest.raises(LiveCodeUnknown):
        street.codes.look(street.holder, made.code.id)
    assert [event.facts for event in desk.events() if event.tag == "live_code:forget:done"] == [{"count": 1}]


# --- who watches


def test_who_watches_is_told_of_the_one_change(street: Street) -> None:
    made, late = street.make(), street.make()
    first = street.codes.look(street.holder, made.code.id)
    assert (first.id, first.state, first.changes, first.has_ended) == (made.code.id, LiveCodeState.WAITING, 0, False)
    street.codes.check(street.desk.staff.client, secret_of(made))
    then = street.codes.named(frozenset({made.code.id, late.code.id, "live_none"}))
    assert {name: one.changes for name, one in then.items()} == {made.code.id: 1, late.code.id: 0}
    assert then[made.code.id].checker.startswith(f"{cast.AUTHORITY.name} · ")
    street.clock.advance(MINUTE)
    expired = street.codes.named(frozenset({late.code.id}))[late.code.id]
    assert (expired.state, expired.changes, expired.has_ended) == (LiveCodeState.EXPIRED, 1, True)
