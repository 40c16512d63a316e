"""The revocation lists of our authorities: complete ones, shards, when each is due, and their publication.

A certificate names a shard of ten thousand certificates, so that no list that a verifier has to fetch grows beyond half
a megabyte (docs/decisions/0013). The complete list stands beside the shards: for certificates issued before there were
any, for authorities, and for whoever carries lists by hand into a network of his own.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from trust import pki_repository as repository
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.pki_repository import Authority, KeptList, ListId
from trust.profiles import uniform_resource
from trust.repository import next_number
from trust.revocation import RevocationList, tbs_revocation_list
from trust.signing import KeyCustody, Signer
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["CRL_LIFETIME", "SHARD_SIZE", "Lists"]

CRL_LIFETIME: Final = timedelta(days=7)
"""How long a CRL promises to be the newest. It is renewed long before, and at once after a revocation."""

CRL_RENEWAL: Final = timedelta(days=2)
"""A CRL that has less than this left is renewed when the service looks after its lists."""

SHARD_SIZE: Final = 10_000
"""Certificates of one shard."""

AT_ONCE: Final = 5_000
"""Entries up to which the complete list is made at once after a revocation, as shards always are."""

ATTEMPTS: Final = 3
"""How often a CRL is put into its place while others are put there."""


class Lists:
    """Every revocation list of the instance."""

    def __init__(self, store: Store, custody: KeyCustody, *, address: str) -> None:
        self.store = store
        self.custody = custody
        self.address = address
        self.at_once = AT_ONCE
        self.read: dict[ListId, tuple[int, RevocationList]] = {}
        """Lists that were read before, by their number: parsing a long one anew for each verification would be slow."""

    def address_of(self, place: ListId) -> str:
        """Return where a list is published."""
        return f"{self.address}/{place.path}"

    def take_shard(self, tx: Transaction, issuer: str) -> int:
        """Return the shard of the next certificate that an authority issues."""
        return (next_number(tx, counter(issuer)) - 1) // SHARD_SIZE

    def places(self, view: Reading) -> Iterator[tuple[Authority, ListId]]:
        """Yield every list that has to be there, shards first: of each authority that is valid and may be asked.

        The next shard is there before the first certificate names it.
        """
        for authority in repository.authorities(view):
            if authority.certificate.not_after <= view.now:
                continue
            issued = repository.count(view, counter(authority.name))
            if issued or authority.issuer is not None:
                for shard in range((issued + SHARD_SIZE // 2) // SHARD_SIZE + 1):
                    yield authority, ListId(authority.name, shard)
            yield authority, ListId(authority.name)

    def newest(self, view: Reading) -> tuple[RevocationList, ...]:
        """Return the newest complete list of every authority, and shards that are newer than it."""
        kept = repository.kept_lists(view)
        wanted = [
            place
            for place, known in kept.items()
            if place.is_complete or is_newer(known, kept.get(ListId(place.issuer)))
        ]
        return tuple(self.known(view, place, kept[place].number) for place in sorted(wanted))

    def named_by(self, view: Reading, certificates: Iterable[Certificate]) -> tuple[RevocationList, ...]:
        """Return the shards that `certificates` name, as far as they are ours and published."""
        named = frozenset().union(*(one.distribution_points for one in certificates))
        kept = repository.kept_lists(view)
        wanted = [
            place for place in kept if not place.is_complete and uniform_resource(self.address_of(place)) in named
        ]
        return tuple(self.known(view, place, kept[place].number) for place in sorted(wanted))

    def known(self, view: Reading, place: ListId, number: int) -> RevocationList:
        """Return a list that was published, from memory where it was read before."""
        before = self.read.get(place)
        if before is not None and before[0] == number:
            return before[1]
        found = repository.revocation_list(view, place.issuer, place.shard)
        if found is None:  # pragma: no cover - it was there a moment ago, in the same view
            raise LookupError(place)
        self.read[place] = (number, found)
        return found

    # --- making

    def publish(self, authority: Authority, place: ListId) -> RevocationList:
        """Make and keep a new list. Raise `SigningUnavailable` or `LostRace`."""
        with self.store.transaction() as tx:
            number = next_number(tx, f"crl:{place.issuer}" if place.is_complete else f"crl:{place.path}")
            entries = repository.revocations(tx, place)
            known = KeptList(
                number=number,
                entries=len(entries),
                this_update=tx.now,
                next_update=min(tx.now + CRL_LIFETIME, authority.certificate.not_after),
            )
            tbs = tbs_revocation_list(
                authority.certificate,
                authority.key.algorithm,
                entries,
                number=number,
                this_update=known.this_update,
                next_update=known.next_update,
                point=None if place.is_complete else self.address_of(place),
            )
            facts: dict[str, Fact] = {"number": number, "tbs": sm3(tbs).hex()}
            told = AuditEvent(tag="revocation_list:publish:prepared", actor="system", subject=name(place), facts=facts)
            tx.record(told)
        signature = Signer(self.custody, authority.key).sign(tbs)
        algorithm = authority.key.algorithm.signature_identifier
        made = RevocationList(der.sequence(tbs, algorithm, der.bit_string(signature)))
        for _ in range(ATTEMPTS - 1):
            with suppress(LostRace):  # to a list that was made at the same time; the higher number stays
                self.keep(place, made, known)
                return made
        self.keep(place, made, known)
        return made

    def keep(self, place: ListId, made: RevocationList, known: KeptList) -> None:
        """Keep a list as the newest in its place, unless a newer one is there. Raise `LostRace`."""
        with self.store.transaction() as tx:
            repository.put_revocation_list(tx, place, made, known)
            facts: dict[str, Fact] = {"number": known.number, "digest": sm3(made.der).hex(), "entries": known.entries}
            tx.record(AuditEvent(tag="revocation_list:publish:done", actor="system", subject=name(place), facts=facts))

    def keep_fresh(self) -> tuple[str, ...]:
        """Renew every list that is missing, near its end, or without what was revoked since.

        Return the names of the authorities concerned.
        """
        with self.store.reading() as view:
            kept, revoked = repository.kept_lists(view), repository.revoked(view)
            due = [
                (authority, place)
                for authority, place in self.places(view)
                if lacks(kept, revoked, place) or is_near_its_end(kept[place], authority, view.now)
            ]
        self.publish_each(due)
        return tuple(sorted({place.issuer for _, place in due}))

    def publish_revoked(self) -> None:
        """Publish every list that lacks what was revoked.

        A complete list that is long is left to `keep_fresh`, which comes by every minute: shards say it meanwhile.
        """
        with self.store.reading() as view:
            kept, revoked = repository.kept_lists(view), repository.revoked(view)
            due = [
                (authority, place)
                for authority, place in self.places(view)
                if lacks(kept, revoked, place) and (not place.is_complete or revoked.get(place, 0) <= self.at_once)
            ]
        self.publish_each(due)

    def publish_each(self, due: Iterable[tuple[Authority, ListId]]) -> None:
        """Publish every list that can be made now, and then raise the first error of those that cannot."""
        first: TrustError | None = None
        for authority, place in due:
            try:
                self.publish(authority, place)
            except TrustError as error:
                first = first or error
        if first is not None:
            raise first


def counter(issuer: str) -> str:
    """Return the name of the counter of what an authority issued."""
    return f"certificate:{issuer}"


def name(place: ListId) -> str:
    """Return what the audit trail calls a list."""
    return place.path.removesuffix(".crl")


def lacks(kept: Mapping[ListId, KeptList], revoked: Mapping[ListId, int], place: ListId) -> bool:
    """Tell whether a list is missing, or names fewer than were revoked. Nothing is ever taken off a list."""
    return place not in kept or kept[place].entries < revoked.get(place, 0)


def is_newer(shard: KeptList, complete: KeptList | None) -> bool:
    """Tell whether a shard says something that the complete list beside it may not say."""
    return complete is None or shard.this_update > complete.this_update


def is_near_its_end(known: KeptList, authority: Authority, now: datetime) -> bool:
    """Tell whether a list has to be renewed; the last one of an authority ends with it."""
    return known.next_update - now < CRL_RENEWAL and known.next_update < authority.certificate.not_after
