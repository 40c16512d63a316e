"""What an entry of a revocation list tells beside serial number and moment (RFC 5280, 5.3): why, and since when."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final

from cryptography import x509

from trust.asn1 import der
from trust.profiles import extension
from trust.status import Revocation

__all__ = ["entry_extensions", "invalid_since", "reason_of"]

REASONS: Final[Mapping[x509.ReasonFlags, int]] = {
    x509.ReasonFlags.unspecified: 0,
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.remove_from_crl: 8,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}
"""CRLReason, RFC 5280, 5.3.1."""


def reason_of(entry: x509.RevokedCertificate) -> int | None:
    """Return the CRLReason of an entry, or None where it tells none that can be read."""
    try:
        return REASONS[entry.extensions.get_extension_for_class(x509.CRLReason).value.reason]
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None


def invalid_since(entry: x509.RevokedCertificate) -> datetime | None:
    """Return the invalidityDate of an entry, or None where it tells none that can be read."""
    try:
        return entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None


def reason_code(reason: int) -> bytes:
    """Return the extension that tells the reason of an entry (RFC 5280, 5.3.1)."""
    return extension("2.5.29.21", der.tlv(der.Tag.ENUMERATED, bytes((reason,))))


def entry_extensions(entry: Revocation) -> bytes:
    """Return the extensions of an entry, nothing where there are none."""
    if entry.invalid_since is None:
        return b"" if entry.reason is None else of_reason(entry.reason)
    since = extension("2.5.29.24", der.generalized_time(entry.invalid_since))
    return der.sequence(b"" if entry.reason is None else reason_code(entry.reason), since)


@cache
def of_reason(reason: int) -> bytes:
    """Return the extensions of an entry that has a reason and nothing else, as nearly all of a long list do."""
    return der.sequence(reason_code(reason))
