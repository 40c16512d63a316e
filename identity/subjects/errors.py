"""Errors of the life of subjects.

Invalid
├── EvidenceMissing      a change rests on evidence, which is to be named
├── ChangeOutOfOrder     a change begins before the one that stands, or in the time to come
└── CauseNotOfSubject    this is no way in which such a subject ends
Denied
├── OwnAffair            nobody decides on their own records
└── PurposeNotPermitted  not for this purpose, or not with this duty
NotFound
└── DocumentUnknown      no such document of this person
Conflict
├── NothingChanges       it is so already
├── DocumentInUse        the document is that of somebody, or the one by which the person is known
├── MergeNotPossible     these two are not to be made one
└── ErasureNotPossible   there is something for which the data is still needed
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound

__all__ = [
    "CauseNotOfSubject",
    "ChangeOutOfOrder",
    "DocumentInUse",
    "DocumentUnknown",
    "ErasureNotPossible",
    "EvidenceMissing",
    "MergeNotPossible",
    "NothingChanges",
    "OwnAffair",
    "PurposeNotPermitted",
]


class EvidenceMissing(Invalid):
    """A change rests on evidence; name it in 1 to 200 characters."""

    code = "identity.evidence_missing"


class ChangeOutOfOrder(Invalid):
    """A change takes effect after the one before it, and not in the time to come."""

    code = "identity.change_out_of_order"
    detail_names: ClassVar[tuple[str, ...]] = ("earliest", "latest")


class CauseNotOfSubject(Invalid):
    """Persons end by death, organisations by dissolution; not the other way round."""

    code = "identity.cause_not_of_subject"
    detail_names: ClassVar[tuple[str, ...]] = ("cause",)


class OwnAffair(Denied):
    """Nobody proposes or decides on a change of their own records as an officer."""

    code = "identity.own_affair"


class PurposeNotPermitted(Denied):
    """These data are not shown for this purpose, or not with this duty."""

    code = "identity.purpose_not_permitted"
    detail_names: ClassVar[tuple[str, ...]] = ("purpose",)


class DocumentUnknown(NotFound):
    """There is no such document of this person."""

    code = "identity.document_unknown"


class NothingChanges(Conflict):
    """It is so already."""

    code = "identity.nothing_changes"


class DocumentInUse(Conflict):
    """The document is that of somebody already, or the one by which the person is known; `fault` says which."""

    code = "identity.document_in_use"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class MergeNotPossible(Conflict):
    """These two identifiers are not made one; `fault` says why: same, kind, state or frozen."""

    code = "identity.merge_not_possible"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class ErasureNotPossible(Conflict):
    """The data is still needed; `fault` says for what: licence_in_force, duty or legal_representative."""

    code = "identity.erasure_not_possible"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)
