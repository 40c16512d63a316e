"""The document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4.2): what a verifier needs, in the file."""

from typing import Final

from trust.certificates import Certificate
from trust.ocsp import OCSPResponse
from trust.pdf.file import array_of, dictionary_of, entry_of, follow
from trust.pdf.filters import decoded
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Name, Stream, Value
from trust.pdf.update import Update
from trust.revocation import RevocationList

__all__ = ["supply_security_store"]

MAX_MEMBER: Final = 8 << 20
"""Octets of a certificate, list or response in the store."""


def supply_security_store(
    update: Update,
    *,
    certificates: tuple[Certificate, ...],
    revocation_lists: tuple[RevocationList, ...],
    ocsp_responses: tuple[OCSPResponse, ...],
) -> None:
    """Add to the store what is not there yet; without anything new, change nothing."""
    catalog = dictionary_of(update.load(update.root))
    for key, members in (("Certs", certificates), ("CRLs", revocation_lists), ("OCSPs", ocsp_responses)):
        if not members:
            continue
        present = members_of(update, key)
        new = tuple(dict.fromkeys(one.der for one in members if one.der not in present))
        if not new:
            continue
        if "DSS" not in catalog:
            store = update.add({"Type": Name("DSS")})
            catalog = {**catalog, "DSS": store}
            update.replace(update.root, catalog)
        streams = tuple(update.add(Stream({}, der)) for der in new)

        def extended(old: Value, streams: tuple[Value, ...] = streams) -> Value:
            return (*array_of(() if old is None else old), *streams)

        update.change(update.root, ("DSS", key), extended)
        catalog = dictionary_of(update.load(update.root))


def members_of(update: Update, key: str) -> frozenset[bytes]:
    """Return what the store holds of one kind; what nobody can read is passed over."""
    catalog = dictionary_of(update.load(update.root))
    store = dictionary_of(entry_of(update, catalog, "DSS") or {})
    found = set()
    for one in array_of(entry_of(update, store, key) or ()):
        stream = follow(update, one)
        if isinstance(stream, Stream):
            try:
                found.add(decoded(stream, most=MAX_MEMBER))
            except (PDFMalformed, PDFLimitExceeded):
                continue
    return frozenset(found)
