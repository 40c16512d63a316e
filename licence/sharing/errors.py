"""What can be wrong with sharing.

Invalid
└── SharingInvalid          a grant, a consent or a call contradicts a rule: which field, which rule
Denied
├── SharingNotGranted       no grant in force lets this client ask this, for this purpose
├── FieldNotGranted         the grant does not name this field
├── ConsentMissing          there is no such licence, or its holder has not agreed
├── TriesExhausted          too many wrong values were asked about this licence
└── NotTheHolder            the actor does not speak for this holder
NotFound
├── GrantUnknown            there is no grant by that identifier
├── ConsentUnknown          there is no consent by that identifier
├── CopyUnknown             there is no annotated copy by that identifier
└── DownloadUnknown         the address leads nowhere, or not any more
Conflict
├── TermsChanged            the words that were agreed to are not those that hold now
├── LicenceNotInForce       nothing is made of a licence that proves nothing now
Unavailable
└── CopiesNotSetUp          the operator has named no seal for annotated copies
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Unavailable

__all__ = [
    "ConsentMissing",
    "ConsentUnknown",
    "CopiesNotSetUp",
    "CopyUnknown",
    "DownloadUnknown",
    "FieldNotGranted",
    "GrantUnknown",
    "LicenceNotInForce",
    "NotTheHolder",
    "SharingInvalid",
    "SharingNotGranted",
    "TermsChanged",
    "TriesExhausted",
]


class SharingInvalid(Invalid):
    """A grant, a consent or a call breaks a rule: `field` is where, `rule` is which."""

    code = "sharing.invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "rule")


class SharingNotGranted(Denied):
    """No grant in force lets this client make this call for this type and this purpose."""

    code = "sharing.not_granted"


class FieldNotGranted(Denied):
    """The grant does not name this field."""

    code = "sharing.field_not_granted"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class ConsentMissing(Denied):
    """There is no such licence, or its holder has not agreed: who may not know is told no more."""

    code = "sharing.consent_missing"


class TriesExhausted(Denied):
    """This client asked about too many wrong values of this licence. Others are not kept from asking."""

    code = "sharing.tries_exhausted"
    detail_names: ClassVar[tuple[str, ...]] = ("hours",)


class NotTheHolder(Denied):
    """The actor is not the holder, and does not speak for the organisation that is."""

    code = "sharing.not_the_holder"


class GrantUnknown(NotFound):
    """There is no grant by that identifier."""

    code = "sharing.grant_unknown"


class ConsentUnknown(NotFound):
    """There is no consent by that identifier."""

    code = "sharing.consent_unknown"


class CopyUnknown(NotFound):
    """There is no annotated copy by that identifier, or it is another client's."""

    code = "sharing.copy_unknown"


class DownloadUnknown(NotFound):
    """The address was never given, has expired, was used up, or what it stood on has ended."""

    code = "sharing.download_unknown"


class TermsChanged(Conflict):
    """What the holder has read is not what would be agreed to now: read it again."""

    code = "sharing.terms_changed"


class LicenceNotInForce(Conflict):
    """The licence proves nothing now; no file of it is handed out."""

    code = "sharing.licence_not_in_force"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class CopiesNotSetUp(Unavailable):
    """The operator has not named the seal and the system that annotated copies are sealed with."""

    code = "sharing.copies_not_set_up"
