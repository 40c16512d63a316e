"""What can be wrong with a seal.

    Invalid
    └── SealImageInvalid                the design of a seal's image breaks a rule of drawing
        ├── ImageNameLength             the name on the rim is too short or too long
        ├── ImageRowLength              the row below the star is too long
        ├── ImageCodeMalformed          the code on the lower rim is not a short run of digits
        ├── ImageDiameterOutOfRange     no official seal has this size
        └── ImageResolutionOutOfRange   the raster would be no seal any more, or exhaust the machine

    Denied
    ├── NotAuthorised                   no authorisation of the owner covers this stamping
    ├── AuthorisationBeyond             an organisation gave one of its own more than it has itself
    └── ApprovalUnfit                   the approval was given to somebody else, or for something else
    NotFound
    ├── SealUnknown                     no seal by that identifier
    ├── EvidenceUnknown                 no document by that identifier, or none that may be seen
    ├── AuthorisationUnknown            no authorisation of this seal by that identifier
    └── StampingUnknown                 no stamping by that identifier
    Invalid
    ├── BearerMissing                   a personal-name seal is somebody's, and nobody is named
    ├── BearerNotOfOwner                that person neither represents the organisation nor acts for it
    ├── DesignNotOfOwner                the image would show another name than the owner's
    ├── EvidenceMissing                 a document that this step needs was not put forward
    ├── EvidenceTooLarge                a document is larger than the registry keeps
    ├── EvidenceTypeRefused             a document is not what it is said to be, or of no kind that is kept
    ├── GroundNotAllowed                this step cannot have this ground
    ├── KindNotEntitled                 such an organisation has no seals of this kind
    └── AuthorisationInvalid            the authorisation would permit nothing
    Conflict
    ├── SealNotActive                   the seal may not stamp now
    ├── SealExpired                     the seal's validity has ended
    ├── CertificateAwaited              the authority outside has not answered the request for its certificate
    ├── StatutorySealExists             the owner has a statutory-name seal already
    ├── EvidenceSpent                   a document belongs to another step already
    ├── NotReplaceable                  a seal in this state is not replaced
    ├── ReplacementUnderWay             another seal is to replace this one already
    ├── StampingUnderWay                an earlier attempt of the same request is still being worked on
    ├── AuthorisationExhausted          the authorisation's stampings are used up
    ├── ApprovalRequired                the owner decides on this stamping before it happens
    ├── ApprovalNotOpen                 the approval is not given, or spent, or too old
    └── StampSpent                      the prepared stamp was redeemed before
    Untrusted
    └── OwnWorkRefused                  what we made does not pass our own verification

Characters that no typeface draws raise `trust.typefaces.CharacterNotCovered`.
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Untrusted

__all__ = [
    "ApprovalNotOpen",
    "ApprovalRequired",
    "ApprovalUnfit",
    "ApprovalUnknown",
    "AuthorisationBeyond",
    "AuthorisationExhausted",
    "AuthorisationInvalid",
    "AuthorisationUnknown",
    "BearerMissing",
    "BearerNotOfOwner",
    "CertificateAwaited",
    "DesignNotOfOwner",
    "EvidenceMissing",
    "EvidenceSpent",
    "EvidenceTooLarge",
    "EvidenceTypeRefused",
    "EvidenceUnknown",
    "GroundNotAllowed",
    "ImageCodeMalformed",
    "ImageDiameterOutOfRange",
    "ImageNameLength",
    "ImageResolutionOutOfRange",
    "ImageRowLength",
    "KindNotEntitled",
    "NotAuthorised",
    "NotReplaceable",
    "OwnWorkRefused",
    "ReplacementUnderWay",
    "SealExpired",
    "SealImageInvalid",
    "SealNotActive",
    "SealUnknown",
    "StampSpent",
    "StampingRequestInvalid",
    "StampingUnderWay",
    "StampingUnknown",
    "StatutorySealExists",
]


class SealImageInvalid(Invalid):
    """The design of a seal's image breaks a rule of drawing."""


class ImageNameLength(SealImageInvalid):
    """The name on the rim has too few or too many characters."""

    code = "seal.image_name_length"
    detail_names: ClassVar[tuple[str, ...]] = ("length", "shortest", "longest")


class ImageRowLength(SealImageInvalid):
    """The row below the star has too many characters."""

    code = "seal.image_row_length"
    detail_names: ClassVar[tuple[str, ...]] = ("length", "longest")


class ImageCodeMalformed(SealImageInvalid):
    """The code on the lower rim is not made of the digits 0 to 9 alone, or has too many of them."""

    code = "seal.image_code_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("length", "longest")


class ImageDiameterOutOfRange(SealImageInvalid):
    """No official seal is this small or this large."""

    code = "seal.image_diameter_out_of_range"
    detail_names: ClassVar[tuple[str, ...]] = ("diameter_mm", "smallest", "largest")


class ImageResolutionOutOfRange(SealImageInvalid):
    """The raster asked for is too coarse to be a seal, or so fine that it exhausts the machine."""

    code = "seal.image_resolution_out_of_range"
    detail_names: ClassVar[tuple[str, ...]] = ("dpi", "coarsest", "finest")


class NotAuthorised(Denied):
    """No authorisation of the seal's owner covers this: another purpose, another kind of document, or too late."""

    code = "seal.not_authorised"
    detail_names: ClassVar[tuple[str, ...]] = ("seal", "purpose", "document_kind")


class AuthorisationBeyond(Denied):
    """An organisation lets its own act within what it was permitted itself, and no further."""

    code = "seal.authorisation_beyond"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class ApprovalUnfit(Denied):
    """The approval was given to somebody else, for something else, or for the same with other parameters."""

    code = "seal.approval_unfit"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class SealUnknown(NotFound):
    """There is no seal by that identifier."""

    code = "seal.unknown"


class AuthorisationUnknown(NotFound):
    """The seal has no authorisation by that identifier."""

    code = "seal.authorisation_unknown"


class StampingUnknown(NotFound):
    """There is no stamping by that identifier."""

    code = "seal.stamping_unknown"


class ApprovalUnknown(NotFound):
    """The seal has no request for approval by that identifier."""

    code = "seal.approval_unknown"


class StampingRequestInvalid(Invalid):
    """What is to be signed is none, or too much at once. `number` says which of a batch, from 1 on."""

    code = "seal.stamping_request_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "number")


class AuthorisationInvalid(Invalid):
    """The authorisation would permit nothing: it ends in the past, or allows no stamping at all."""

    code = "seal.authorisation_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class SealNotActive(Conflict):
    """The seal exists but may not stamp now."""

    code = "seal.not_active"
    detail_names: ClassVar[tuple[str, ...]] = ("seal", "state")


class SealExpired(Conflict):
    """The seal's validity has ended; it must be made anew."""

    code = "seal.expired"
    detail_names: ClassVar[tuple[str, ...]] = ("seal", "valid_until")


class CertificateAwaited(Conflict):
    """A licensed authority certifies the owners of seals, and has not answered this request yet."""

    code = "seal.certificate_awaited"
    detail_names: ClassVar[tuple[str, ...]] = ("request",)


class StatutorySealExists(Conflict):
    """An organisation has one statutory-name seal, and this one has it already."""

    code = "seal.statutory_seal_exists"
    detail_names: ClassVar[tuple[str, ...]] = ("seal",)


class AuthorisationExhausted(Conflict):
    """The authorisation allowed a number of stampings, and they are used up."""

    code = "seal.authorisation_exhausted"
    detail_names: ClassVar[tuple[str, ...]] = ("authorisation", "times")


class ApprovalRequired(Conflict):
    """The owner decides on each stamping under this authorisation before it happens. Ask for its approval first."""

    code = "seal.approval_required"
    detail_names: ClassVar[tuple[str, ...]] = ("authorisation",)


class ApprovalNotOpen(Conflict):
    """The approval is not given yet, was refused or withdrawn, is spent, or its time is over."""

    code = "seal.approval_not_open"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class StampingUnderWay(Conflict):
    """An earlier attempt of the same request is still being worked on. Ask again in a moment."""

    code = "seal.stamping_under_way"


class StampSpent(Conflict):
    """A prepared stamp is redeemed once. Prepare another one."""

    code = "seal.stamp_spent"


class OwnWorkRefused(Untrusted):
    """What we made does not pass our own verification, and is not released."""

    code = "seal.own_work_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("check",)


class BearerMissing(Invalid):
    """A personal-name seal shows the name of a natural person, who must be named; no other seal has one."""

    code = "seal.bearer_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("kind",)


class BearerNotOfOwner(Invalid):
    """The person neither represents the organisation nor has a duty for it."""

    code = "seal.bearer_not_of_owner"
    detail_names: ClassVar[tuple[str, ...]] = ("bearer",)


class DesignNotOfOwner(Invalid):
    """The image would show another name than the registered one of the seal's owner or bearer."""

    code = "seal.design_not_of_owner"


class EvidenceMissing(Invalid):
    """This step needs a document of a kind that was not put forward."""

    code = "seal.evidence_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("kind",)


class EvidenceTooLarge(Invalid):
    """The document is empty, or larger than the registry keeps."""

    code = "seal.evidence_too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


class EvidenceTypeRefused(Invalid):
    """The document's own octets do not show the type it is said to have, or one that is not kept."""

    code = "seal.evidence_type_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("claimed", "found")


class EvidenceUnknown(NotFound):
    """There is no document by that identifier for this organisation."""

    code = "seal.evidence_unknown"


class EvidenceSpent(Conflict):
    """A document belongs to one step of one seal. Upload it again for another one."""

    code = "seal.evidence_spent"
    detail_names: ClassVar[tuple[str, ...]] = ("evidence",)


class GroundNotAllowed(Invalid):
    """This step cannot have this ground."""

    code = "seal.ground_not_allowed"
    detail_names: ClassVar[tuple[str, ...]] = ("event", "ground")


class KindNotEntitled(Invalid):
    """An organisation of this class has no seals of this kind."""

    code = "seal.kind_not_entitled"
    detail_names: ClassVar[tuple[str, ...]] = ("kind", "organisation_class")


class NotReplaceable(Conflict):
    """Only a seal that was accepted, or had to be given up at once, is replaced by another."""

    code = "seal.not_replaceable"
    detail_names: ClassVar[tuple[str, ...]] = ("seal", "state")


class ReplacementUnderWay(Conflict):
    """Another seal is to replace this one already."""

    code = "seal.replacement_under_way"
    detail_names: ClassVar[tuple[str, ...]] = ("seal",)
