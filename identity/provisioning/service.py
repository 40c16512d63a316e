"""Being told of accounts 账号同步: what a platform creates, changes and takes back is done here as far as it may.

    created     the person with the same document and name, or a new one, proven as far as the platform vouches
    changed     how sure the platform is, its names for the account; never the document, nor the name of a person
    inactive    the platform's word counts no longer; whom it has registered here is frozen, unless another platform
                still has the account in use
    deleted     the same; the record stays, so that nobody is registered twice

Nobody is ever lost because somebody elsewhere deletes an account: a registrar closes, and a registrar unfreezes.
Telling the same again changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from identity.federation.vouching import Vouched, Vouching
from identity.levels import Level
from identity.lifecycle import SubjectEvent, SubjectState
from identity.provisioning.errors import AccountChanged, AccountTaken, DocumentFixed, SyncedAccountUnknown
from identity.provisioning.repository import ProvisioningRepository
from identity.provisioning.users import Outcome, SyncedAccount, SyncedUser, SyncState
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["Provisioning", "Source"]

GONE: str = "源平台账号已停用"
"""Why somebody is frozen: it stands in the history of the person."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A platform that tells of accounts, and how far its word counts."""

    name: str
    max_level: Level


@dataclass(frozen=True)
class Provisioning:
    """The use cases of synchronised accounts."""

    store: Store
    repository: ProvisioningRepository
    vouching: Vouching

    # --- use cases

    def create(self, source: Source, user: SyncedUser) -> SyncedAccount:
        """Take a new account. Raise `AccountTaken`, `VouchedTooLow`, `PlatformContradicts`, or what is wrong with it.

        One that was taken back before is taken anew.
        """
        with self.store.transaction() as tx:
            known = self.known(tx, source, user)
            if known is not None and known.state is not SyncState.DELETED:
                raise AccountTaken
            return self.put(tx, source, user, known)

    def replace(self, source: Source, name: str, user: SyncedUser, *, version: int | None) -> SyncedAccount:
        """Take what is new of an account: as it is in `version`, where that is named. Raise `AccountChanged`."""
        return self.change(source, name, lambda _: user, version=version)

    def change(
        self, source: Source, name: str, changed: Callable[[SyncedUser], SyncedUser], *, version: int | None
    ) -> SyncedAccount:
        """Take what is changed of an account, in one transaction with reading it."""
        with self.store.transaction() as tx:
            account = self.require(tx, source, name)
            if version is not None and version != account.version:
                raise AccountChanged
            user = changed(account.user)
            known = self.known(tx, source, user)
            if known is not None and known.id != account.id:
                raise AccountTaken
            return self.put(tx, source, user, account)

    def remove(self, source: Source, name: str, *, version: int | None) -> None:
        """Take an account back. Raise `SyncedAccountUnknown` or `AccountChanged`."""
        with self.store.transaction() as tx:
            account = self.require(tx, source, name)
            if version is not None and version != account.version:
                raise AccountChanged
            self.stop(tx, source, account, SyncState.DELETED)

    def take(self, tx: Transaction, source: Source, user: SyncedUser) -> Outcome:
        """Take an account whether it is known or not, within a use case of somebody else: for imports."""
        known = self.known(tx, source, user)
        before = None if known is None or known.state is SyncState.DELETED else known.version
        after = self.put(tx, source, user, known)
        if before is None:
            return Outcome.CREATED
        return Outcome.UNCHANGED if after.version == before else Outcome.CHANGED

    def find(self, source: Source, name: str) -> SyncedAccount:
        """Return an account of this platform, or raise `SyncedAccountUnknown`."""
        with self.store.reading() as view:
            return self.require(view, source, name)

    def search(
        self, source: Source, find: Callable[[ProvisioningRepository, Reading], SyncedAccount | None]
    ) -> tuple[SyncedAccount, ...]:
        """Return the account of this platform that is found so, unless it was taken back."""
        with self.store.reading() as view:
            found = find(self.repository, view)
        is_there = found is not None and found.source == source.name and found.state is not SyncState.DELETED
        return (found,) if found is not None and is_there else ()

    def page(self, source: Source, *, start: int, count: int) -> tuple[int, tuple[SyncedAccount, ...]]:
        """Return how many accounts this platform has told of, and some of them."""
        with self.store.reading() as view:
            return self.repository.page(view, source.name, start=start, count=count)

    # --- building blocks

    def require(self, view: Reading, source: Source, name: str) -> SyncedAccount:
        """Return an account that was not taken back, or raise `SyncedAccountUnknown`."""
        found = self.repository.get(view, source.name, name)
        if found is None or found.state is SyncState.DELETED:
            raise SyncedAccountUnknown
        return found

    def known(self, view: Reading, source: Source, user: SyncedUser) -> SyncedAccount | None:
        """Return the account with one of these names, if there is one. Raise `AccountTaken` where there are two."""
        found: dict[str, SyncedAccount] = {}
        if user.external_id:
            one = self.repository.by_external_id(view, source.name, user.external_id)
            found |= {} if one is None else {one.id: one}
        one = self.repository.by_username(view, source.name, user.username)
        found |= {} if one is None else {one.id: one}
        if len(found) > 1:
            raise AccountTaken
        return next(iter(found.values()), None)

    def put(self, tx: Transaction, source: Source, user: SyncedUser, known: SyncedAccount | None) -> SyncedAccount:
        """Write an account, new or known, and do here what follows from it."""
        vouched = Vouched(
            platform=source.name,
            subject=user.external_id or user.username,
            name=user.name,
            document=user.document,
            level=min(user.level, source.max_level),
            shown=Level.NONE,  # nobody has logged in
        )
        if known is None:
            return self.add(tx, source, user, vouched)
        if user.document != known.user.document:
            raise DocumentFixed
        person = self.vouching.known(tx, vouched)
        if person is None or person.id != self.vouching.identity.require_person(tx, known.person).id:
            raise DocumentFixed
        if not user.active:
            return self.stop(tx, source, replace(known, user=user), SyncState.INACTIVE)
        self.vouching.prove(tx, person, vouched)
        if user == known.user and known.state is SyncState.ACTIVE:
            return known
        return self.write(tx, replace(known, user=user, state=SyncState.ACTIVE, changed_at=tx.now), "change")

    def add(self, tx: Transaction, source: Source, user: SyncedUser, vouched: Vouched) -> SyncedAccount:
        """Keep a new account, of a person who is known here or is registered by it."""
        person = self.vouching.known(tx, vouched)
        is_origin = person is None
        if person is None:
            person = self.vouching.register(tx, vouched)
        elif self.repository.by_person(tx, source.name, person.id) is not None:
            raise AccountTaken
        elif user.active:
            person = self.vouching.prove(tx, person, vouched)
        account = SyncedAccount(
            id=new_id("sync", at=tx.now),
            source=source.name,
            person=person.id,
            user=user,
            state=SyncState.ACTIVE,
            is_origin=is_origin,
            created_at=tx.now,
            changed_at=tx.now,
        )
        self.repository.add(tx, account)
        tx.flush()
        self.record(tx, account, "create")
        return account if user.active else self.stop(tx, source, account, SyncState.INACTIVE)

    def stop(self, tx: Transaction, source: Source, account: SyncedAccount, state: SyncState) -> SyncedAccount:
        """Note that an account is not in use any more, and stop here what rested on it alone."""
        if account.state is state and account == self.repository.get(tx, source.name, account.id):
            return account
        person = self.vouching.identity.require_person(tx, account.person)
        self.vouching.prove(tx, person, self.silence(account))
        person = self.vouching.identity.require_person(tx, account.person)
        must_freeze = account.is_origin and not self.repository.is_in_use_elsewhere(tx, account)
        if must_freeze and person.state is SubjectState.ACTIVE:
            self.vouching.identity.move_in(tx, person, SubjectEvent.FREEZE, by=source.name, reason=GONE)
        user = replace(account.user, active=False)
        return self.write(tx, replace(account, user=user, state=state, changed_at=tx.now), state.value)

    def silence(self, account: SyncedAccount) -> Vouched:
        """Return what a platform says of a person of whom it says nothing any more."""
        user = account.user
        return Vouched(
            platform=account.source,
            subject=user.username,
            name=user.name,
            document=user.document,
            level=Level.NONE,
            shown=Level.NONE,
        )

    def write(self, tx: Transaction, account: SyncedAccount, event: str) -> SyncedAccount:
        """Write what is new of an account, and return it as it is kept."""
        self.repository.put(tx, account)
        tx.flush()
        self.record(tx, account, event)
        return self.repository.get(tx, account.source, account.id) or account

    def record(self, tx: Transaction, account: SyncedAccount, event: str) -> None:
        """Put a change on record."""
        facts: dict[str, Fact] = {"account": account.id, "state": account.state.value, "origin": account.is_origin}
        tx.record(
            AuditEvent(tag=f"account:sync_{event}:done", actor=account.source, subject=account.person, facts=facts)
        )
