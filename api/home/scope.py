"""How far somebody sees: what home tells is never more than the pages behind it open to the same duties and level."""

from api.permissions import ABOUT_ONESELF, PERMITTED, Permission
from api.wiring import Instance
from identity.duties import Actor

__all__ = ["opens"]


def opens(instance: Instance, actor: Actor, *permissions: Permission) -> bool:
    """Tell whether any of these permissions is the actor's in this session."""
    return any(
        actor.level >= instance.floors.of(one)
        and (one in ABOUT_ONESELF or any(actor.holds(duty) for duty in PERMITTED[one]))
        for one in permissions
    )
