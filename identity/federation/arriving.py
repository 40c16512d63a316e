"""Arriving 登录转入: a person comes from another platform, and gets a session here.

    linked already                      a session
    known here, without an account      linked where the platform vouches at L2 for the same document and name
    known here, with an account         `LinkNeedsLogin`: the person logs in here first, and links from there
    unknown                             registered, as far as the platform vouches

An account here is never taken over by a number: whoever has one must have shown what it takes to log in to it. A
session has the lower level of two, that of the platform's word now and that of the proofing here.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from identity import token_repository
from identity.access import AccessService
from identity.binding import UNBOUND, Binding
from identity.duties import Actor
from identity.federation.errors import ArrivalRefused, LinkExists, LinkNeedsLogin, LinkUnknown, VouchedTooLow
from identity.federation.repository import Arrival, FederationRepository, How, Link
from identity.federation.vouching import Vouched, Vouching
from identity.levels import Factor, Level
from identity.lifecycle import SubjectUse
from identity.subject import Person, PersonName
from identity.tokens import SECRET_BYTES, SESSION_PREFIX, IssuedToken, digest_of
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import LostRace, Store, Transaction

__all__ = ["Arriving", "Begun"]

ARRIVAL_LIFETIME: Final = timedelta(minutes=10)
ARRIVAL_PREFIX: Final = "xu_"
LINKING_LEVEL: Final = Level.SUBSTANTIAL
"""What a platform has to vouch for before a person who is known here is linked by the same document alone."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A login at another platform that has begun. It shows itself without its secrets."""

    secret: str = field(repr=False)
    """What the browser holds meanwhile: nobody else can bring the answer back."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Arriving:
    """The use cases of arriving, and of links."""

    store: Store
    repository: FederationRepository
    access: AccessService
    vouching: Vouching

    def begin(self, platform: str, *, path: str = "", person: str | None = None) -> Begun:
        """Begin a login at a platform, for who wants to link the account there to `person`, or to log in."""
        begun = Begun(
            secret=ARRIVAL_PREFIX + secrets.token_urlsafe(SECRET_BYTES),
            state=secrets.token_urlsafe(SECRET_BYTES),
            nonce=secrets.token_urlsafe(SECRET_BYTES),
            verifier=secrets.token_urlsafe(SECRET_BYTES),
        )
        kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "path": path}
        with self.store.transaction() as tx:
            arrival = Arrival(
                digest=digest_of(begun.secret),
                platform=platform,
                secrets=kept,
                person=person,
                expires_at=tx.now + ARRIVAL_LIFETIME,
            )
            self.repository.add_arrival(tx, arrival)
            tx.record(AuditEvent(tag="arrival:begin:done", actor=person or "nobody", subject=person or "nobody"))
        return begun

    def take(self, platform: str, secret: str, *, state: str) -> Arrival:
        """Return the login that the browser has come back from, which is over by that. Raise `ArrivalRefused`."""
        try:
            with self.store.transaction() as tx:
                found = self.repository.take_arrival(tx, digest_of(secret))
                if found is not None:
                    name = found.person or "nobody"
                    tx.record(AuditEvent(tag="arrival:return:done", actor=name, subject=name))
        except LostRace:
            found = None
        is_over = found is None or found.expires_at <= self.store.clock.now()
        is_same = found is not None and secrets.compare_digest(found.secrets["state"].encode(), state.encode())
        if found is None or is_over or found.platform != platform or not is_same:
            raise ArrivalRefused(fault="state")
        return found

    def arrive(
        self,
        vouched: Vouched,
        *,
        agent: str = "",
        person: str | None = None,
        here: str | None = None,
        bound: Binding = UNBOUND,
    ) -> IssuedToken:
        """Let in whom a platform vouches for; `person` is who is logged in here and wants to link the two.

        `here` is who is logged in where somebody arrives without having asked for it: nobody else gets in over that
        person, so that no address can put one's own session in the place of another's. Raise `LinkNeedsLogin`,
        `LinkExists`, `VouchedTooLow`, `PlatformContradicts`, `SubjectNotActive`, `ArrivalRefused`, or what is wrong
        with the document or the name.
        """
        try:
            return self.let_in(vouched, agent=agent, person=person, here=here, bound=bound)
        except TrustError as error:
            with self.store.transaction() as tx:
                name = person or here or "nobody"
                facts: dict[str, Fact] = {"platform": vouched.platform, "code": error.code}
                tx.record(AuditEvent(tag="arrival:arrive:refused", actor=name, subject=name, facts=facts))
            raise

    def let_in(
        self, vouched: Vouched, *, agent: str, person: str | None, here: str | None, bound: Binding
    ) -> IssuedToken:
        """Let somebody in, in one transaction."""
        with self.store.transaction() as tx:
            link = self.repository.link(tx, platform=vouched.platform, subject=vouched.subject)
            if link is None:
                found, how = self.linked_by(tx, vouched, person)
                link = self.add_link(tx, found, vouched, how)
            elif person is not None and link.person != person:
                raise LinkExists
            found = self.vouching.identity.require_person(tx, link.person)
            if here is not None and found.id != here:
                raise ArrivalRefused(fault="person")
            found = self.confirmed(tx, found, vouched)
            found.require(SubjectUse.ACT)
            self.repository.use_link(tx, link, level=vouched.level)
            held = Level.NONE if found.assurance is None else Level(found.assurance.level)
            facts: dict[str, Fact] = {"platform": vouched.platform, "link": link.id}
            facts |= {"level": vouched.level.value, "shown": vouched.shown.value}
            tx.record(AuditEvent(tag="arrival:arrive:done", actor=found.id, subject=found.id, facts=facts))
            self.access.require_open(tx, found.id)
            return self.access.add_token(
                tx,
                found.id,
                SESSION_PREFIX,
                self.access.limits.lifetime,
                level=min(held, vouched.shown),
                factors=(Factor.PLATFORM,),
                agent=agent,
                bound=bound,
            )

    def linked_by(self, tx: Transaction, vouched: Vouched, person: str | None) -> tuple[Person, How]:
        """Return whose an account is that is not linked yet, and by what that is known."""
        found = self.vouching.known(tx, vouched)
        if person is not None:
            if found is None or found.id != person:
                raise LinkExists  # the document there is another one than that of who is logged in here
            return found, How.LOGGED_IN
        if found is None:
            return self.vouching.register(tx, vouched), How.REGISTERED
        account = self.access.repository.account(tx, person=found.id)
        if account is not None:  # one that nobody has activated yet included: it waits for whoever has the code
            raise LinkNeedsLogin
        sure = min(vouched.level, vouched.shown)
        if sure < LINKING_LEVEL:
            raise VouchedTooLow(held=sure.value, needed=LINKING_LEVEL.value)
        return found, How.SAME_DOCUMENT

    def confirmed(self, tx: Transaction, person: Person, vouched: Vouched) -> Person:
        """Take over how sure the platform is of this very person. Raise `ArrivalRefused` for another document.

        A name that has changed there does not shut anybody out, but proves nothing here until a registrar has seen it.
        """
        if person.id not in self.vouching.persons(tx, vouched):
            raise ArrivalRefused(fault="document")
        if PersonName(vouched.name.strip()) != person.name:
            return person
        return self.vouching.prove(tx, person, vouched)

    def add_link(self, tx: Transaction, person: Person, vouched: Vouched, how: How) -> Link:
        """Link an account. Raise `LinkExists` where the person has another one at the platform."""
        if any(one.platform == vouched.platform for one in self.repository.links(tx, person.id)):
            raise LinkExists
        link = Link(
            id=new_id("link", at=tx.now),
            platform=vouched.platform,
            subject=vouched.subject,
            person=person.id,
            how=how,
            level=vouched.level,
            linked_at=tx.now,
            used_at=tx.now,
        )
        self.repository.add_link(tx, link)
        tx.flush()
        facts: dict[str, Fact] = {"link": link.id, "platform": link.platform, "how": how.value}
        tx.record(AuditEvent(tag="link:add:done", actor=person.id, subject=person.id, facts=facts))
        return link

    def links(self, actor: Actor) -> tuple[Link, ...]:
        """Return the accounts elsewhere that belong to the actor."""
        with self.store.reading() as view:
            return self.repository.links(view, actor.id)

    def unlink(self, actor: Actor, name: str) -> None:
        """Forget a link of the actor's. Raise `LinkUnknown`."""
        with self.store.transaction() as tx:
            if not self.repository.remove_link(tx, name, person=actor.id):
                raise LinkUnknown
            facts: dict[str, Fact] = {"link": name}
            tx.record(AuditEvent(tag="link:remove:done", actor=actor.id, subject=actor.id, facts=facts))

    def end_sessions(self, platform: str, subject: str) -> int:
        """End the sessions that a person began with an account at a platform, which has ended its own.

        Return how many there were: none for an account that nobody here has.
        """
        with self.store.transaction() as tx:
            link = self.repository.link(tx, platform=platform, subject=subject)
            if link is None:
                return 0
            open_ones = token_repository.sessions(tx, link.person)
            begun_there = [one.id for one in open_ones if Factor.PLATFORM in one.factors]
            ended = sum(token_repository.end_sessions(tx, link.person, only=one) for one in begun_there)
            facts: dict[str, Fact] = {"platform": platform, "count": ended}
            tx.record(
                AuditEvent(tag="session:end_from_above:done", actor=link.person, subject=link.person, facts=facts)
            )
            return ended
