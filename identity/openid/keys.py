"""The keys that sign ID tokens 令牌签名密钥: published before they are used, and for long enough afterwards.

Of each algorithm there is a next key, which everybody can know already, and a current one, which signs. A rotation lets
the next one take over; the one before stays published until nothing that it signed is looked at any more. So no
business system ever meets a signature of a key that it could not have fetched, however it caches.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from identity.jose import JWSAlgorithm, compact, jwk_of
from identity.openid import key_repository as repository
from identity.openid.errors import KeyNotPublished, KeyTooYoung
from identity.openid.provider_key import PURPOSE, ProviderKey, ProviderKeyState
from trust.crypto.public_keys import PublicKey
from trust.events import AuditEvent, Fact
from trust.signing import KeyCustody
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["CACHED", "ProviderKeys", "require_known"]

CACHED: Final = timedelta(minutes=5)
"""How long a copy of the published keys may be kept."""

KNOWN_AFTER: Final = 2 * CACHED
"""From then on everybody who keeps copies as they are told to has the key."""

KEPT: Final = timedelta(days=1)
"""How long a key stays published after its last signature, and how long it may still sign for a process that has not
noticed yet."""

SYSTEM: Final = "system"


class ProviderKeys:
    """Signs, publishes and rotates."""

    def __init__(self, store: Store, custody: KeyCustody) -> None:
        self.store = store
        self.custody = custody

    def published(self) -> tuple[ProviderKey, ...]:
        """Return every key by which a token may be checked, making what is not there yet."""
        kept = self.kept()
        if len({one.slot for one in kept} - {None}) < 2 * len(JWSAlgorithm):
            self.establish()
            kept = self.kept()
        return self.good(kept)

    def good(self, kept: tuple[ProviderKey, ...]) -> tuple[ProviderKey, ...]:
        """Return those of the keys by which a token may be checked still."""
        oldest = self.store.clock.now() - KEPT
        return tuple(one for one in kept if one.retired_at is None or one.retired_at > oldest)

    def kept(self) -> tuple[ProviderKey, ...]:
        """Return every key that there is."""
        with self.store.reading() as view:
            return repository.keys(view)

    def establish(self) -> None:
        """Make the keys that are not there yet. Of several processes at once one makes them."""
        try:
            with self.store.transaction() as tx:
                slots = {one.slot for one in repository.keys(tx)}
                for algorithm in JWSAlgorithm:
                    for state in (ProviderKeyState.CURRENT, ProviderKeyState.NEXT):
                        if f"{algorithm.value} {state.value}" not in slots:
                            self.make(tx, algorithm, state, by=SYSTEM)
        except LostRace:
            return

    def make(self, tx: Transaction, algorithm: JWSAlgorithm, state: ProviderKeyState, *, by: str) -> ProviderKey:
        """Make a key in custody."""
        key = self.custody.generate(tx, PURPOSE, algorithm.key_algorithm)
        if state is ProviderKeyState.CURRENT:
            self.custody.activate(tx, key)
        kid = jwk_of(key.public_key, algorithm)["kid"]
        made = ProviderKey(kid=kid, algorithm=algorithm, state=state, key=key, made_at=tx.now)
        repository.add_key(tx, made)
        facts: dict[str, Fact] = {"algorithm": algorithm.value, "state": state.value}
        tx.record(AuditEvent(tag="openid_key:make:done", actor=by, subject=kid, facts=facts))
        return made

    def current(self, algorithm: JWSAlgorithm) -> ProviderKey:
        """Return the key that signs now."""
        return next(
            one for one in self.published() if one.algorithm is algorithm and one.state is ProviderKeyState.CURRENT
        )

    def signed(self, algorithm: JWSAlgorithm, claims: Mapping[str, Any], *, kind: str) -> str:
        """Return claims signed with the current key. Raise `SigningUnavailable`."""
        key = self.current(algorithm)
        header = {"alg": algorithm.value, "kid": key.kid, "typ": kind}
        return compact(header, claims, custody=self.custody, key=key.key)

    def verifying(self) -> dict[str, tuple[JWSAlgorithm, PublicKey]]:
        """Return the keys by which our own tokens are checked, by their names.

        It makes none, and may be asked in a transaction: by a key that is not there yet nothing was signed.
        """
        return {one.kid: (one.algorithm, one.key.public_key) for one in self.good(self.kept())}

    def rotate(self, algorithm: JWSAlgorithm, *, by: str) -> ProviderKey:
        """Let the next key take over, and make one to come after it; return the one that signs now.

        Raise `KeyTooYoung` where not everybody can know it yet, and `LostRace`.
        """
        self.published()
        with self.store.transaction() as tx:
            return self.take_over(tx, algorithm, by=by)

    def take_over(self, tx: Transaction, algorithm: JWSAlgorithm, *, by: str) -> ProviderKey:
        """Do the same within a use case, where the keys are there. Raise `KeyTooYoung`."""
        coming, leaving = self.coming(tx, algorithm), self.signing(tx, algorithm)
        require_known(coming, tx.now)
        self.custody.activate(tx, coming.key)
        self.custody.retire(tx, leaving.key, until=tx.now + KEPT)
        return self.succeed(tx, coming, leaving, by=by, tag="openid_key:rotate:done")

    def coming(self, view: Reading, algorithm: JWSAlgorithm) -> ProviderKey:
        """Return the key that comes next."""
        return at(view, algorithm, ProviderKeyState.NEXT)

    def signing(self, view: Reading, algorithm: JWSAlgorithm) -> ProviderKey:
        """Return the key that signs now."""
        return at(view, algorithm, ProviderKeyState.CURRENT)

    def rotate_due(self, age: timedelta) -> tuple[str, ...]:
        """Rotate the keys of each algorithm that were rotated so long ago, and return those that sign from now on.

        The next key was made at the rotation before, and has been published ever since. With no age nothing is due.
        """
        due = [
            one
            for one in self.published()
            if age and one.state is ProviderKeyState.NEXT and self.store.clock.now() - one.made_at >= age
        ]
        rotated = []
        for one in due:
            with suppress(KeyTooYoung, LostRace):  # another process was first
                rotated.append(self.rotate(one.algorithm, by=SYSTEM).kid)
        return tuple(rotated)

    def replace(self, kid: str, *, by: str, reason: str) -> ProviderKey:
        """Let go of a key that somebody else may have, at once: it signs nothing, and is published no more.

        Its place is taken by another: that of the key which signs by the next one, that of the next one by one that is
        made. Return the key of its algorithm that signs from now on. Raise `KeyNotPublished`, also where that was done
        already, and `LostRace`.

        Whoever keeps a copy of the published keys may refuse logins until it fetches them anew.
        """
        self.published()
        facts: dict[str, Fact] = {"reason": reason}
        with self.store.transaction() as tx:
            lost = next((one for one in self.good(repository.keys(tx)) if one.kid == kid), None)
            if lost is None:
                raise KeyNotPublished
            repository.remove_key(tx, lost.kid)
            self.custody.retire(tx, lost.key)
            for tag in (
                "openid_key:withdraw:done",
                "key:stop_alone:done",
            ):  # among the latter is every key of the house
                tx.record(AuditEvent(tag=tag, actor=by, subject=lost.kid, facts=facts))
            if lost.state is ProviderKeyState.NEXT:
                tx.flush()  # the place is free before another takes it
                self.make(tx, lost.algorithm, ProviderKeyState.NEXT, by=by)
            if lost.state is not ProviderKeyState.CURRENT:
                return self.signing(tx, lost.algorithm)
            coming = self.coming(tx, lost.algorithm)
            self.custody.activate(tx, coming.key)
            return self.succeed(tx, coming, None, by=by, tag="openid_key:replace:done")

    def succeed(
        self, tx: Transaction, coming: ProviderKey, leaving: ProviderKey | None, *, by: str, tag: str
    ) -> ProviderKey:
        """Write who signs now, and make who comes next."""
        if leaving is not None:
            repository.move_key(tx, leaving.kid, ProviderKeyState.RETIRED)
        tx.flush()  # the place is free before another takes it
        repository.move_key(tx, coming.kid, ProviderKeyState.CURRENT)
        tx.flush()
        self.make(tx, coming.algorithm, ProviderKeyState.NEXT, by=by)
        facts: dict[str, Fact] = {"algorithm": coming.algorithm.value}
        tx.record(AuditEvent(tag=tag, actor=by, subject=coming.kid, facts=facts))
        return next(one for one in repository.keys(tx) if one.kid == coming.kid)


def require_known(key: ProviderKey, now: datetime) -> None:
    """Return if everybody can know a key that was published when it was made, else raise `KeyTooYoung`."""
    wait = key.made_at + KNOWN_AFTER - now
    if wait > timedelta(0):
        raise KeyTooYoung(seconds=int(wait.total_seconds()) + 1)


def at(view: Reading, algorithm: JWSAlgorithm, state: ProviderKeyState) -> ProviderKey:
    """Return the one key of an algorithm in a place that only one key can have."""
    return next(one for one in repository.keys(view) if (one.algorithm, one.state) == (algorithm, state))
