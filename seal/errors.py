"""What can be wrong with a seal.

    Invalid
    └── SealImageInvalid                the design of a seal's image breaks a rule of drawing
        ├── ImageNameLength             the name on the rim is too short or too long
        ├── ImageRowLength              the row below the star is too long
        ├── ImageCodeMalformed          the code on the lower rim is not a short run of digits
        ├── ImageDiameterOutOfRange     no official seal has this size
        └── ImageResolutionOutOfRange   the raster would be no seal any more, or exhaust the machine

    Denied
    └── NotAuthorised                   no authorisation of the owner covers this stamping
    NotFound
    ├── SealUnknown                     no seal by that identifier
    ├── AuthorisationUnknown            no authorisation of this seal by that identifier
    └── StampingUnknown                 no stamping by that identifier
    Invalid
    └── AuthorisationInvalid            the authorisation would permit nothing
    Conflict
    ├── SealNotActive                   the seal may not stamp now
    ├── SealExpired                     the seal's validity has ended
    ├── CertificateAwaited              the authority outside has not answered the request for its certificate
    ├── StatutorySealExists             the owner has a statutory-name seal already
    ├── StampingUnderWay                an earlier attempt of the same request is still being worked on
    ├── AuthorisationExhausted          the authorisation's stampings are used up
    └── StampSpent                      the prepared stamp was redeemed before
    Untrusted
    └── OwnWorkRefused                  what we made does not pass our own verification

Characters that no typeface draws raise `trust.typefaces.CharacterNotCovered`.
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Untrusted

__all__ = [
    "AuthorisationExhausted",
    "AuthorisationInvalid",
    "AuthorisationUnknown",
    "CertificateAwaited",
    "ImageCodeMalformed",
    "ImageDiameterOutOfRange",
    "ImageNameLength",
    "ImageResolutionOutOfRange",
    "ImageRowLength",
    "NotAuthorised",
    "OwnWorkRefused",
    "SealExpired",
    "SealImageInvalid",
    "SealNotActive",
    "SealUnknown",
    "StampSpent",
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


class SealUnknown(NotFound):
    """There is no seal by that identifier."""

    code = "seal.unknown"


class AuthorisationUnknown(NotFound):
    """The seal has no authorisation by that identifier."""

    code = "seal.authorisation_unknown"


class StampingUnknown(NotFound):
    """There is no stamping by that identifier."""

    code = "seal.stamping_unknown"


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
