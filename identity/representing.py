"""For whom a person may act at this moment 代表: as legal representative 法定代表人, by duties held, by mandates 授权.

State is pulled: who may not act represents nobody, and an organisation that may not act is represented by nobody.
"""

from dataclasses import dataclass

from identity.delegation.standing import held_for
from identity.duties import Duty
from identity.holding import Standing
from identity.lifecycle import PERMITS, SubjectUse
from identity.service import IdentityService
from identity.subject import Organisation
from trust.delegations import Matter
from trust.store import Reading

__all__ = ["Representation", "organisations_of"]


@dataclass(frozen=True, kw_only=True)
class Representation:
    """That a person may act for an organisation, as what, and with which duties."""

    organisation: Organisation
    standing: Standing
    duties: tuple[Duty, ...] = ()
    """The duties that the person holds for it, by their names."""

    delegation: str | None = None
    """The delegation by which the person may, where it is by one."""


def organisations_of(identity: IdentityService, view: Reading, person: str) -> tuple[Representation, ...]:
    """Return for whom a person may act now, by the organisations' identifiers; nothing for who may not act."""
    found = identity.repository.person(view, person)
    if found is None or SubjectUse.ACT not in PERMITS[found.state]:
        return ()
    represented: dict[str, Organisation] = {one.id: one for one in identity.repository.represented_by(view, found.id)}
    duties: dict[str, list[Duty]] = {}
    for grant in identity.repository.grants(view, found.id):
        if grant.organisation is not None:
            duties.setdefault(grant.organisation, []).append(grant.duty)
    mandates = {links[0].delegator.id: links[-1].id for links in held_for(identity, view, found.id, Matter.ACT)}
    told = []
    for name in sorted({*represented, *duties, *mandates}):
        organisation = represented.get(name) or identity.repository.organisation(view, name)
        if organisation is None or SubjectUse.ACT not in PERMITS[organisation.state]:
            continue
        standing = Standing.LEGAL_REPRESENTATIVE if name in represented else Standing.APPOINTED
        if name not in represented and name not in duties:
            standing = Standing.DELEGATED
        told.append(
            Representation(
                organisation=organisation,
                standing=standing,
                duties=tuple(sorted(duties.get(name, ()))),
                delegation=mandates.get(name),
            )
        )
    return tuple(told)
