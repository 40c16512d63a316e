"""Links, tickets and synchronised accounts on both databases: races have one winner, and nothing is made twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from identity.documents import DocumentKind, ShownDocument
from identity.federation.arriving import Arriving
from identity.federation.errors import ArrivalRefused, LinkExists
from identity.federation.repository import FederationRepository
from identity.federation.vouching import Vouched, Vouching
from identity.levels import Level
from identity.provisioning.errors import AccountTaken
from identity.provisioning.repository import ProvisioningRepository
from identity.provisioning.service import Provisioning, Source
from identity.provisioning.users import Outcome, SyncedUser, SyncState
from tests.identity.builders import Office, person_number
from trust.errors import TrustError

SOURCE = Source(name="client_1", max_level=Level.SUBSTANTIAL)


@pytest.fixture(params=["office", "postgres_office"])
def anywhere(request: pytest.FixtureRequest) -> Office:
    """Return an office on each database in turn."""
    found: Office = request.getfixturevalue(request.param)
    return found


def arriving(office: Office) -> Arriving:
    repository = FederationRepository(office.repository.protection)
    return Arriving(store=office.store, repository=repository, access=office.access, vouching=Vouching(office.identity))


def provisioning(office: Office) -> Provisioning:
    repository = ProvisioningRepository(office.repository.protection)
    return Provisioning(store=office.store, repository=repository, vouching=Vouching(office.identity))


def vouched(sequence: int, *, subject: str = "") -> Vouched:
    document = ShownDocument(kind=DocumentKind.RESIDENT_IDENTITY_CARD, number=person_number(sequence))
    return Vouched(
        platform="upper",
        subject=subject or f"u-{sequence}",
        name="王小明",
        document=document,
        level=Level.SUBSTANTIAL,
        shown=Level.SUBSTANTIAL,
    )


def user(sequence: int, *, active: bool = True) -> SyncedUser:
    document = ShownDocument(kind=DocumentKind.RESIDENT_IDENTITY_CARD, number=person_number(sequence))
    return SyncedUser(
        username=f"user.{sequence}",
        external_id=f"u-{sequence}",
        name="王小明",
        document=document,
        level=Level.HIGH,
        active=active,
    )


@contextmanager
def together(act: Callable[[], object], count: int = 4) -> Iterator[list[object]]:
    """Do the same several times at once, and yield what came of each: a result, or an error of ours."""
    results: list[object] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            results.append(act())
        except TrustError as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    yield results


def test_an_answer_is_taken_once_by_whoever_is_first(anywhere: Office) -> None:
    service = arriving(anywhere)
    begun = service.begin("upper", path="waiting")
    with together(lambda: service.take("upper", begun.secret, state=begun.state)) as results:
        errors = [one for one in results if isinstance(one, TrustError)]
    assert len(errors) == len(results) - 1
    other = service.begin("upper")
    with pytest.raises(ArrivalRefused, match="state"):  # of another platform
        service.take("client_1", other.secret, state=other.state)


def test_who_comes_twice_at_once_is_one_person(anywhere: Office) -> None:
    service = arriving(anywhere)
    with together(lambda: service.arrive(vouched(1)).holder) as results:
        holders = {one for one in results if isinstance(one, str)}
    assert len(holders) == 1
    assert service.arrive(vouched(1)).holder in holders
    with anywhere.store.reading() as view:
        (person,) = holders
        assert len(service.repository.links(view, str(person))) == 1
    with pytest.raises(LinkExists):  # another account of the same person there
        service.arrive(vouched(1, subject="u-another"))


def test_an_account_that_is_told_of_twice_at_once_is_made_once(anywhere: Office) -> None:
    service = provisioning(anywhere)
    with together(lambda: service.create(SOURCE, user(2)).id) as results:
        made = [one for one in results if isinstance(one, str)]
    assert len(made) == 1
    total, (account,) = service.page(SOURCE, start=0, count=10)
    assert (total, account.id, account.user) == (1, made[0], user(2))
    with pytest.raises(AccountTaken):
        service.create(SOURCE, user(2))


def test_an_account_goes_through_its_life(anywhere: Office) -> None:
    service = provisioning(anywhere)
    outcomes = []
    for told in (user(3), user(3), user(3, active=False), user(3, active=False), user(3)):
        with anywhere.store.transaction() as tx:
            outcomes.append(service.take(tx, SOURCE, told))
    assert outcomes == [
        Outcome.CREATED,
        Outcome.UNCHANGED,
        Outcome.CHANGED,
        Outcome.UNCHANGED,
        Outcome.CHANGED,
    ]
    _, (account,) = service.page(SOURCE, start=0, count=10)
    assert (account.state, account.version) == (SyncState.ACTIVE, 3)
    service.remove(SOURCE, account.id, version=3)
    assert service.page(SOURCE, start=0, count=10) == (0, ())
    with anywhere.store.transaction() as tx:
        assert service.take(tx, SOURCE, user(3)) is Outcome.CREATED
    assert [tag for tag in anywhere.tags(account.person) if tag.startswith("account:sync")] == [
        "account:sync_create:done",
        "account:sync_inactive:done",
        "account:sync_change:done",
        "account:sync_deleted:done",
        "account:sync_change:done",
    ]
    assert person_number(3) not in repr(user(3))
    assert person_number(3) not in repr(account)
