"""Whether a mandate holds at this moment, asked at each use.

State is pulled: freezing or closing a party, suspending a business system, and ending a mandate stop the next use of
it and of everything that was given within it, with nothing sent around.
"""

from typing import Final

from identity.delegation import repository
from identity.delegation.errors import MandateNotInForce
from identity.delegation.mandates import Mandate
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.service import IdentityService
from trust.delegations import Matter, Party, PartyKind
from trust.events import AuditEvent, Fact
from trust.store import Reading, Transaction

__all__ = [
    "MANDATE",
    "chain_of",
    "give_back",
    "give_back_for",
    "held_for",
    "in_force",
    "may_act",
    "require_in_force",
    "spend",
    "spend_for",
    "spend_taken",
    "take_for",
    "taken_by",
]

MANDATE: Final = "mandate_"
"""With this the identifier of each mandate begins."""


def may_act(identity: IdentityService, view: Reading, party: Party) -> bool:
    """Tell whether a party may act now."""
    try:
        if party.kind is PartyKind.ORGANISATION:
            identity.require_acting(view, party.id)
        else:
            identity.require_actor(view, party.id)
    except (SubjectUnknown, SubjectNotActive):
        return False
    return True


def in_force(identity: IdentityService, view: Reading, mandate: Mandate) -> tuple[Mandate, ...] | None:
    """Return a mandate after those above it, the first one first, if all of them hold now; else None."""
    links = repository.chain(view, mandate)
    if not all(one.holds_at(view.now) for one in links):
        return None
    parties = dict.fromkeys(party for one in links for party in (one.delegator, one.delegate))
    return links if all(may_act(identity, view, one) for one in parties) else None


def require_in_force(identity: IdentityService, view: Reading, mandate: Mandate) -> tuple[Mandate, ...]:
    """Return a mandate after those above it, the first one first. Raise `MandateNotInForce`."""
    found = in_force(identity, view, mandate)
    if found is None:
        raise MandateNotInForce(mandate=mandate.id)
    return found


def held_for(
    identity: IdentityService, view: Reading, delegate: str, matter: Matter, *, owner: str | None = None, uses: int = 1
) -> tuple[tuple[Mandate, ...], ...]:
    """Return the chains in force that let somebody do a matter, the first mandate of each first.

    Those that begin with `owner`, where it is named, and have `uses` left.
    """
    found = []
    for one in repository.received(view, delegate, matter=matter):
        links = in_force(identity, view, one)
        if links is None or not all(link.left(uses) for link in links):
            continue
        if owner is None or links[0].delegator.id == owner:
            found.append(links)
    return tuple(found)


def chain_of(view: Reading, name: str) -> tuple[Mandate, ...]:
    """Return a mandate by its identifier after those above it, the first one first, however they stand."""
    found = repository.get(view, name)
    return () if found is None else repository.chain(view, found)


def spend(tx: Transaction, links: tuple[Mandate, ...], *, count: int = 1) -> Mandate | None:
    """Count uses on every mandate of a chain; return the one that has not so many left, or None.

    The database decides, so that two cannot take the last. Where one is returned, nothing may be committed.
    """
    return next((one for one in links if not repository.use(tx, one.id, count=count)), None)


def give_back(tx: Transaction, name: str, *, count: int = 1) -> None:
    """Take back the count of uses that came to nothing, on a mandate and on those above it."""
    for one in chain_of(tx, name):
        repository.give_back(tx, one.id, count=count)


def spend_for(tx: Transaction, links: tuple[Mandate, ...], thing: str, *, actor: str) -> Mandate | None:
    """Count a use by which a thing is done, on every mandate of a chain; return what `spend` returns."""
    spent = spend(tx, links)
    if spent is None:
        repository.add_use(tx, links[-1].id, thing=thing)
        facts: dict[str, Fact] = {"mandate": links[-1].id, "delegator": links[0].delegator.id}
        tx.record(AuditEvent(tag="mandate:use:done", actor=actor, subject=thing, facts=facts))
    return spent


def give_back_for(tx: Transaction, thing: str) -> None:
    """Take back the count of the uses by which a thing was to be done that came to nothing, if it was by any.

    One that was taken beforehand goes back to those, while they are held.
    """
    found = repository.take_use(tx, thing)
    if found is not None and not (found.within is not None and repository.put_one(tx, found.within, found.mandate)):
        give_back(tx, found.mandate, count=found.count)


def take_for(tx: Transaction, links: tuple[Mandate, ...], thing: str, *, count: int, actor: str) -> Mandate | None:
    """Count many uses at once, by which a thing of many parts is to be done; return what `spend` returns.

    `spend_taken` takes them one by one, and `give_back_for` gives back what is left of them.
    """
    spent = spend(tx, links, count=count)
    if spent is None:
        repository.add_use(tx, links[-1].id, thing=thing, count=count)
        facts: dict[str, Fact] = {"mandate": links[-1].id, "delegator": links[0].delegator.id, "count": count}
        tx.record(AuditEvent(tag="mandate:take:done", actor=actor, subject=thing, facts=facts))
    return spent


def taken_by(view: Reading, thing: str) -> str | None:
    """Return the mandate of which uses were taken for a thing; None where none were, or they were given back."""
    found = repository.use_of(view, thing)
    return None if found is None else found.mandate


def spend_taken(tx: Transaction, links: tuple[Mandate, ...], thing: str, *, within: str, actor: str) -> bool:
    """Use one of the uses that were taken for `within`; tell whether one was left."""
    if not repository.take_one(tx, within):
        return False
    repository.add_use(tx, links[-1].id, thing=thing, within=within)
    facts: dict[str, Fact] = {"mandate": links[-1].id, "delegator": links[0].delegator.id, "within": within}
    tx.record(AuditEvent(tag="mandate:use:done", actor=actor, subject=thing, facts=facts))
    return True
