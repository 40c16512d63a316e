"""Deviations from the standards that real vendors' seals and seal signatures show, and that reading tolerates.

A closed set: what is not named here is refused. Each was seen in files of others, or stands open in the standards' text
(docs/seal-checks.md). A deviation changes no verdict; it is told beside it.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Deviation", "Met"]


class Deviation(StrEnum):
    """What a vendor did otherwise. The value is a stable code; its words stand in api/pages/words.py."""

    STRING_TYPE = "string_type"
    """A string of another type than the standard says."""

    TIME_TYPE = "time_type"
    """UTCTime in V4 and V5, GeneralizedTime in V1."""

    TIME_FORM = "time_form"
    """A GeneralizedTime with a fraction of a second, or without its Z."""

    TIME_STAMP_TAG = "time_stamp_tag"
    """timeStamp is tagged [0] IMPLICIT, or not tagged at all."""

    EXTENSIONS_TAG = "extensions_tag"
    """extDatas of a seal stands under [0], or that of a signature does not."""

    CRITICAL_FALSE = "critical_false"
    """An extension says that it is not critical, where DER leaves the default out."""

    CERTIFICATE_TYPE = "certificate_type"
    """A certificate of certList is an IA5String."""

    DIGEST_NAME = "digest_name"
    """CertDigestObj names its hash otherwise than SM3."""

    PICTURE_TYPE = "picture_type"
    """The type of the picture is not one of GIF, BMP, JPG, PNG and SVG, in capitals."""

    IDENTIFIER_FORM = "identifier_form"
    """esID is not a seal code of 14 digits, as government practice has it."""

    VERSION_OF_SHAPE = "version_of_shape"
    """A seal of the shape of GM/T 0031-2014 with another version than 1."""

    VERSIONS_DIFFER = "versions_differ"
    """The version of the signature is not that of its seal."""

    VALUE_FORM = "value_form"
    """A signature value is written as r ‖ s, not in DER."""

    PROPERTY_MAP = "property_map"
    """propertyInfo is a map of properties, not a place."""

    TIME_TEXT = "time_text"
    """timeInfo of V1 holds a time in text."""

    TIME_TOKEN = "time_token"  # noqa: S105 - a time-stamp token
    """timeInfo of V1 holds a time-stamp token; it says nothing of the signature, so that its time is a claim."""

    TIME_NONE = "time_none"
    """timeInfo of V1 holds neither a time nor a token."""


@dataclass(frozen=True)
class Met:
    """A deviation that was met, and the field in which it was, by its name in the standard."""

    deviation: Deviation
    field: str
