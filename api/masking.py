"""What the public sees of a licence's details, in one place: enough to compare with the paper, too little to copy."""

from typing import Final

from identity.subject import PersonName, SubjectKind, mask_organisation

__all__ = ["mask_code", "mask_holder"]

SHOWN_START: Final = 4
SHOWN_END: Final = 4


def mask_holder(name: str, kind: SubjectKind) -> str:
    """Return a holder's name as the public sees it."""
    return PersonName(name).masked if kind is SubjectKind.PERSON else mask_organisation(name)


def mask_code(code: str) -> str:
    """Return a number as the public sees it: its beginning and its end."""
    if len(code) <= SHOWN_START + SHOWN_END:
        return code[:1] + "*" * (len(code) - 1)
    return code[:SHOWN_START] + "*" * (len(code) - SHOWN_START - SHOWN_END) + code[-SHOWN_END:]
