"""Who speaks for a holder 持证主体: a person for themselves, an organisation through those who may, or by a mandate.

State is asked for at the moment of use: who is frozen speaks for nobody, and a frozen organisation is spoken for by
nobody.
"""

from enum import StrEnum

from identity.delegation.standing import held_for
from identity.duties import Actor, Duty, Grant
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from identity.subject import Organisation
from trust.delegations import Matter
from trust.store import Reading

__all__ = ["Standing", "may_act", "may_look", "speaks_for"]


class Standing(StrEnum):
    """As what somebody speaks for a holder."""

    PERSON = "person"  # 本人
    LEGAL_REPRESENTATIVE = "legal_representative"  # 法定代表人
    APPOINTED = "appointed"  # 持证经办人
    DELEGATED = "delegated"  # 受托代办人


def speaks_for(identity: IdentityService, view: Reading, actor: Actor, holder: str) -> Standing | None:
    """Return as what `actor` speaks for `holder` now, or None. A business system speaks for no holder."""
    if actor.is_client:
        return None
    try:
        subject = identity.require_subject(view, holder)
        subject.require(SubjectUse.ACT)
        identity.require_actor(view, actor.id)
    except (SubjectUnknown, SubjectNotActive):
        return None
    if subject.id == actor.id:
        return Standing.PERSON
    if isinstance(subject, Organisation):
        if subject.legal_representative == actor.id:
            return Standing.LEGAL_REPRESENTATIVE
        if Grant(Duty.LICENCE_HOLDER, subject.id) in actor.grants:
            return Standing.APPOINTED
    # Who holds a mandate 受托人: of the holder, or given on within one.
    return Standing.DELEGATED if held_for(identity, view, actor.id, Matter.LICENCE_HOLD, owner=subject.id) else None


def may_act(identity: IdentityService, view: Reading, holder: str) -> bool:
    """Tell whether a holder, of whom there is one, may act now. Raise `SubjectUnknown`."""
    try:
        identity.require_subject(view, holder).require(SubjectUse.ACT)
    except SubjectNotActive:
        return False
    return True


def may_look(identity: IdentityService, view: Reading, actor: Actor, holder: str) -> bool:
    """Tell whether `actor` may see what there is of `holder`: of oneself everybody may.

    A business system holds nothing, and finds nothing.
    """
    return actor.id == holder or speaks_for(identity, view, actor, holder) is not None
