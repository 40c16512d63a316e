"""Who may ask: every call in every situation; exactly what is granted, or agreed to, passes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from api.demo import cast
from identity.duties import Actor
from licence.errors import LicenceIdentifierMalformed, LicenceUnknown
from licence.lifecycle import LicenceState
from licence.number import LicenceIdentifier
from licence.records import Licence
from licence.sharing.entries import Call
from licence.sharing.errors import ConsentMissing, SharingNotGranted
from tests.fakes.clock import NOW, SettableClock
from tests.licence.builders import PERSON_TYPE, Desk
from tests.licence.sharing.square import MONTH, PURPOSE, WORDS, Square
from tests.seal.houses import House
from trust.errors import TrustError


@dataclass
class Case:
    """A square with a licence, its file, and a client that is to ask."""

    square: Square
    licence: Licence
    client: Actor
    pdf: bytes = b""
    purpose: str = PURPOSE


Ask = Callable[[Case], object]

CALLS: Final[dict[Call, Ask]] = {
    Call.QUERY: lambda c: c.square.sharing.asking.metadata(c.client, c.licence.identifier, purpose=c.purpose),
    Call.DATA: lambda c: c.square.sharing.asking.data(c.client, c.licence.identifier, purpose=c.purpose),
    Call.FILE: lambda c: c.square.sharing.handing.file(c.client, c.licence.identifier, purpose=c.purpose),
    Call.VERIFY_DATA: lambda c: c.square.sharing.asking.verify_data(
        c.client, c.licence.identifier, {"number": c.licence.number}, purpose=c.purpose
    ),
    Call.VERIFY_FILE: lambda c: c.square.sharing.asking.verify_file(c.client, c.pdf, purpose=c.purpose),
    Call.DECODE_QR: lambda c: c.square.sharing.asking.decode(c.client, c.licence.claim or "", purpose=c.purpose),
    Call.COPY: lambda c: c.square.sharing.handing.copy(
        c.client, replace(c.square.copy_command(c.licence), purpose=c.purpose)
    ),
}
"""Every way to ask about one licence."""

Arrange = Callable[[Case], None]


def by_law(case: Case) -> None:
    case.square.grant(case.client)


def by_consent(case: Case) -> None:
    case.square.consent(case.square.grant(case.client, law=""), case.licence)


def by_consent_to_the_type(case: Case) -> None:
    grant = case.square.grant(case.client, law="")
    case.square.consent(grant, case.licence, licence=None, type_code=cast.FOOD_TYPE)


def nothing(_: Case) -> None:
    return


def of_another_client(case: Case) -> None:
    case.square.grant(case.square.client())


def only_proposed(case: Case) -> None:
    case.square.sharing.granting.propose(case.square.desk.staff.officer, case.square.proposal(case.client))


def grant_expired(case: Case) -> None:
    grant = case.square.grant(case.client, valid_until=case.square.house.clock.now() + MONTH)
    case.square.house.clock.set(grant.valid_until)


def grant_withdrawn(case: Case) -> None:
    grant = case.square.grant(case.client)
    case.square.sharing.granting.withdraw(case.square.desk.staff.officer, grant.id, reason="不再需要")


def for_another_type(case: Case) -> None:
    case.square.grant(case.client, types={PERSON_TYPE: {}})


def for_another_purpose(case: Case) -> None:
    case.square.grant(case.client, purposes={"tax.audit": WORDS})


def without_consent(case: Case) -> None:
    case.square.grant(case.client, law="")


def consent_to_another_licence(case: Case) -> None:
    other = case.square.desk.issue()
    case.square.consent(case.square.grant(case.client, law=""), other)


def consent_to_another_client(case: Case) -> None:
    case.square.grant(case.client, law="")
    case.square.consent(case.square.grant(case.square.client(), law=""), case.licence)


def consent_for_another_purpose(case: Case) -> None:
    grant = case.square.grant(case.client, law="", purposes={PURPOSE: WORDS, "tax.audit": WORDS})
    case.square.consent(grant, case.licence, purpose="tax.audit")


def consent_under_another_grant(case: Case) -> None:
    first = case.square.grant(case.client, law="")
    case.square.consent(first, case.licence)
    case.square.grant(case.client, law="")
    case.square.sharing.granting.withdraw(case.square.desk.staff.officer, first.id, reason="换新的授权")


def consent_expired(case: Case) -> None:
    until = case.square.house.clock.now() + timedelta(hours=1)
    case.square.consent(case.square.grant(case.client, law=""), case.licence, valid_until=until)
    case.square.house.clock.set(until)


def consent_withdrawn(case: Case) -> None:
    consent = case.square.consent(case.square.grant(case.client, law=""), case.licence)
    case.square.sharing.consents.withdraw(case.square.speaker, consent.id)


def consent_used_up(case: Case) -> None:
    case.square.consent(case.square.grant(case.client, law=""), case.licence, times=1)
    CALLS[Call.DATA](case)


MADE_QUICKLY: Final = tuple(one for one in Call if one is not Call.COPY)
"""A copy takes as long as all others together."""

ALLOWED: Final[tuple[Arrange, ...]] = (by_law, by_consent, by_consent_to_the_type)
REFUSED: Final[dict[Arrange, type[TrustError]]] = {
    nothing: SharingNotGranted,
    of_another_client: SharingNotGranted,
    only_proposed: SharingNotGranted,
    grant_expired: SharingNotGranted,
    grant_withdrawn: SharingNotGranted,
    for_another_type: SharingNotGranted,
    for_another_purpose: SharingNotGranted,
    without_consent: ConsentMissing,
    consent_to_another_licence: ConsentMissing,
    consent_to_another_client: ConsentMissing,
    consent_for_another_purpose: ConsentMissing,
    consent_under_another_grant: ConsentMissing,
    consent_expired: ConsentMissing,
    consent_withdrawn: ConsentMissing,
    consent_used_up: ConsentMissing,
}


@pytest.fixture(scope="module")
def crowd(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Square:
    """Return one square for all of them: each case has a client of its own."""
    house = House.copied(template, tmp_path_factory.mktemp("crowd") / "instance", SettableClock())
    square = Square(Desk(house))
    square.let_copies_be_sealed()
    return square


@pytest.fixture(scope="module")
def shared_licence(crowd: Square) -> tuple[Licence, bytes]:
    """Return a licence in force, with its file."""
    licence = crowd.desk.issue()
    assert licence.file is not None
    return licence, crowd.house.blobs.get(licence.file)


@pytest.fixture
def case(crowd: Square, shared_licence: tuple[Licence, bytes]) -> Case:
    """Return a case with a client that nobody knows yet, at the moment at which the square began."""
    crowd.house.clock.set(NOW)
    licence, pdf = shared_licence
    return Case(square=crowd, licence=licence, client=crowd.client(), pdf=pdf)


def newest_use(case: Case) -> tuple[str, str | None, str]:
    """Return call, licence and code of the newest line that the client has left."""
    with case.square.house.store.reading() as view:
        uses = case.square.sharing.repository.uses_by(view, case.client.id)
    return uses[0].call, uses[0].licence, uses[0].code


def asked(case: Case, call: Call) -> None:
    """Make a call a moment later: lines are in the order of their moments."""
    case.square.house.clock.advance(timedelta(seconds=1))
    CALLS[call](case)


@pytest.mark.parametrize("arrange", ALLOWED, ids=lambda one: one.__name__)
def test_what_is_granted_passes(case: Case, arrange: Arrange) -> None:
    arrange(case)
    for call in MADE_QUICKLY:
        asked(case, call)
        assert newest_use(case) == (call.value, case.licence.id, "")


@pytest.mark.parametrize("call", Call)
def test_one_call_of_a_grant_or_of_a_count_passes(case: Case, call: Call) -> None:
    grant = case.square.grant(case.client, law="", calls=frozenset({call}))
    case.square.consent(grant, case.licence, times=1)
    asked(case, call)
    assert newest_use(case) == (call.value, case.licence.id, "")
    for other in frozenset(MADE_QUICKLY) - {call}:
        with pytest.raises(SharingNotGranted):
            asked(case, other)


@pytest.mark.parametrize("call", Call)
def test_the_one_call_that_is_not_granted_is_refused(case: Case, call: Call) -> None:
    case.square.grant(case.client, calls=frozenset(Call) - {call})
    with pytest.raises(SharingNotGranted):
        asked(case, call)


@pytest.mark.parametrize("arrange", REFUSED, ids=lambda one: one.__name__)
def test_what_is_not_granted_is_refused_and_on_record(case: Case, arrange: Arrange) -> None:
    arrange(case)
    error = REFUSED[arrange]
    for call in Call:
        with pytest.raises(error):
            asked(case, call)
        found_call, _, code = newest_use(case)
        assert (found_call, code) == (call.value, error.code)


# --- what a client is not told


def other_identifier(licence: Licence, **changes: object) -> str:
    """Return a well-formed identifier that nobody bears."""
    return str(replace(LicenceIdentifier.parse(licence.identifier), serial="209900000001", **changes))  # type: ignore[arg-type] # fields


def test_without_consent_nobody_learns_whether_there_is_a_licence(case: Case) -> None:
    without_consent(case)
    asking, unknown = case.square.sharing.asking, other_identifier(case.licence)
    for identifier in (case.licence.identifier, unknown):
        with pytest.raises(ConsentMissing):
            asking.data(case.client, identifier, purpose=PURPOSE)


def test_who_asks_by_a_law_is_told_that_there_is_none(case: Case) -> None:
    by_law(case)
    with pytest.raises(LicenceUnknown):
        case.square.sharing.asking.data(case.client, other_identifier(case.licence), purpose=PURPOSE)


def test_an_identifier_of_another_issuer_is_refused_before_it_is_looked_up(case: Case) -> None:
    by_law(case)
    issuer = cast.organisation_code("11", "MB0A00026")
    with pytest.raises(SharingNotGranted):
        case.square.sharing.asking.data(case.client, other_identifier(case.licence, issuer=issuer), purpose=PURPOSE)


def test_a_malformed_identifier_is_refused_and_on_record(case: Case) -> None:
    by_law(case)
    with pytest.raises(LicenceIdentifierMalformed):
        case.square.sharing.asking.data(case.client, case.licence.identifier[:-1] + "?", purpose=PURPOSE)
    assert newest_use(case) == ("data", None, LicenceIdentifierMalformed.code)


def test_what_never_became_a_licence_is_no_licence(square: Square) -> None:
    client = square.client()
    square.grant(client)
    for state in (LicenceState.PREPARED, LicenceState.VOID):
        with pytest.raises(LicenceUnknown):
            square.sharing.asking.metadata(client, square.desk.in_state(state).identifier, purpose=PURPOSE)


def test_the_audit_trail_points_at_the_line_and_names_nobody(case: Case) -> None:
    by_law(case)
    CALLS[Call.DATA](case)
    event = [one for one in case.square.desk.events() if one.tag.startswith("sharing:call")][-1]
    assert (event.tag, event.actor, event.subject[:4]) == ("sharing:call:done", case.client.id, "use_")
    assert set(event.facts) == {"call", "code", "handed_out"}
