"""What the public sees of a licence's details, in one place: enough to compare with the paper, too little to copy."""

from typing import Final

from identity.subject import PersonName, SubjectKind, mask_organisation

__all__ = ["mask_code", "mask_holder"]

SHOWN: Final = 4
"""Characters that are shown at each end of a number."""

FEW: Final = 8
"""Characters up to which a number is so short that only its first one is shown."""


def mask_holder(name: str, kind: SubjectKind) -> str:
    """Return a holder's name as the public sees it; nothing where it is not told."""
    if not name:
        return ""
    return PersonName(name).masked if kind is SubjectKind.PERSON else mask_organisation(name)


def mask_code(code: str) -> str:
    """Return a number as the public sees it: its beginning and its end, and at least a quarter of it hidden."""
    if len(code) <= FEW:
        return "*" if len(code) == 1 else code[:1] + "*" * (len(code) - 1)
    shown = min(SHOWN, len(code) * 3 // 8)
    return code[:shown] + "*" * (len(code) - 2 * shown) + code[-shown:]
