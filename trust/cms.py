"""Signed messages: what stands in one, and reading those of others. trust/cms_signing.py makes them.

Two dialects are in use: CMS (RFC 5652, CAdES and PAdES) and the national one (GB/T 35275-2017, GM/T 0010), which is
PKCS #7 with national identifiers. Both are read, with and without signed attributes, with either content type, and
with the deviations that real files show. The text of GB/T 35275 was not at hand: see docs/divergences.md.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, core, parser

from trust.asn1 import der, oids
from trust.certificates import certificate_of
from trust.cms_message import BytesContent, CMSMalformed, Content, Dialect, SignedMessage, SignerInfo
from trust.cms_strict import read_strictly
from trust.crypto.algorithms import Digest, digest_by_oid, signature_algorithm
from trust.errors import Invalid
from trust.ocsp import OCSPResponse
from trust.revocation import revocation_list_of
from trust.revocation_archival import ARCHIVED, archived_in

__all__ = [
    "BytesContent",
    "CMSMalformed",
    "Content",
    "Dialect",
    "SignedMessage",
    "SignerInfo",
    "read_signed_message",
]

ASN1CRYPTO_ERRORS: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError)
"""What asn1crypto raises on bytes that are not what they say they are."""


def read_signed_message(encoded: bytes) -> SignedMessage:
    """Read a ContentInfo around SignedData. Zero octets after it are padding, as in a PDF; anything else is refused.

    Raise `CMSMalformed`, or `AlgorithmNotSupported` for an algorithm that this house does not know.
    """
    return read_strictly(encoded) or read_tolerantly(encoded)


def read_tolerantly(encoded: bytes) -> SignedMessage:
    """Read whatever of the kind is in use. Raise as `read_signed_message` does."""
    try:
        length = parser.peek(encoded)
        if encoded[length:].strip(b"\0"):
            raise CMSMalformed
        info: Any = cms.ContentInfo.load(encoded[:length], strict=True)
        outer = info["content_type"].dotted
        if outer not in (oids.SIGNED_DATA, oids.GM_SIGNED_DATA):
            raise CMSMalformed
        data = info["content"]
        inner = data["encap_content_info"]
        content = inner["content"]
        signers = tuple(read_signer(one) for one in data["signer_infos"])
        archived = [archived_in(one.signed_values.get(ARCHIVED, ())) for one in signers]
        return SignedMessage(
            dialect=Dialect.GBT35275 if outer == oids.GM_SIGNED_DATA else Dialect.RFC5652,
            content_type=inner["content_type"].dotted,
            content=octets_of(content),
            certificates=tuple(
                certificate_of(one.chosen.dump()) for one in data["certificates"] or () if one.name == "certificate"
            ),
            revocation_lists=(
                *(revocation_list_of(one.chosen.dump()) for one in data["crls"] or () if one.name == "crl"),
                *(one for lists, _ in archived for one in lists),
            ),
            status_responses=(
                *read_responses(data["crls"]),
                *(one for _, responses in archived for one in responses),
            ),
            signers=signers,
        )
    except ASN1CRYPTO_ERRORS:
        raise CMSMalformed from None


def read_responses(listed: Any) -> Iterator[OCSPResponse]:  # noqa: ANN401 - asn1crypto has no types
    """Yield the OCSP responses among revocation information (RFC 5940, 2); what is none, or unreadable, is passed over.

    Nobody signed them together with the message, so that anybody may have put them there.
    """
    for one in listed or ():
        if one.name == "other" and one.chosen["other_rev_info_format"].dotted == oids.OCSP_RESPONSE:
            with suppress(Invalid):
                yield OCSPResponse.from_der(one.chosen["other_rev_info"].dump())


def octets_of(content: Any) -> bytes | None:  # noqa: ANN401 - asn1crypto has no types
    """Return the octets of the content, or None where it is not inside."""
    if isinstance(content, core.Any):  # PKCS #7 and GB/T 35275 have ANY here, which in practice is an OCTET STRING
        content = content.parse(spec=core.OctetString)
    if isinstance(content, core.OctetString | core.ParsableOctetString):
        return bytes(content)
    if isinstance(content, core.Void) or content is None:
        return None
    raise CMSMalformed


def read_signer(info: Any) -> SignerInfo:  # noqa: ANN401 - asn1crypto has no types
    """Read one SignerInfo."""
    identifier = info["sid"].chosen
    by_issuer = info["sid"].name == "issuer_and_serial_number"
    signed = info["signed_attrs"]
    as_signed = b"\x31" + signed.dump()[1:]
    values, unsigned = values_of(signed), values_of(info["unsigned_attrs"])
    # Before anything of them is looked at: afterwards asn1crypto would encode each anew.
    signed_values, unsigned_values = encoded(values), encoded(unsigned)
    return SignerInfo(
        issuer=identifier["issuer"].dump() if by_issuer else None,
        serial=int(identifier["serial_number"].native) if by_issuer else None,
        key_identifier=None if by_issuer else bytes(identifier.native),
        digest=digest_by_oid(info["digest_algorithm"]["algorithm"].dotted),
        algorithm=signature_algorithm(info["signature_algorithm"]["algorithm"].dotted),
        signed_attributes=as_signed if values else None,
        content_type=single(values, oids.ID_CONTENT_TYPE, lambda one: str(one.dotted)),
        message_digest=single(values, oids.ID_MESSAGE_DIGEST, lambda one: bytes(one.native)),
        signing_time=single(values, oids.ID_SIGNING_TIME, read_time),
        signing_certificate_hashes=(
            *(single(values, oids.ID_SIGNING_CERTIFICATE_V2, certificate_hashes) or ())[:1],
            *(single(values, oids.ID_SIGNING_CERTIFICATE, old_certificate_hashes) or ())[:1],
        ),
        signature=bytes(info["signature"].native),
        time_stamps=unsigned_values.get(oids.ID_SIGNATURE_TIME_STAMP, ()),
        signed_values=signed_values,
        unsigned_values=unsigned_values,
    )


def encoded(values: dict[str, list[Any]]) -> dict[str, tuple[bytes, ...]]:
    """Return the values of attributes in DER."""
    return {oid: tuple(one.dump() for one in several) for oid, several in values.items()}


def values_of(attributes: Any) -> dict[str, list[Any]]:  # noqa: ANN401 - asn1crypto has no types
    """Return the values of all attributes by type; those of two attributes of one type stand together."""
    values: dict[str, list[Any]] = {}
    for one in attributes or ():
        values.setdefault(one["type"].dotted, []).extend(one["values"])
    return values


def single(values: dict[str, list[Any]], oid: str, read: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - what `read` returns
    """Return the one value of an attribute, or None where it is absent.

    More than one value is malformed, in one attribute as in two (RFC 5652, 5.3 and 11): each reader would choose his.
    """
    if oid not in values:
        return None
    (value,) = values[oid]
    return read(value)


def read_time(value: Any) -> datetime:  # noqa: ANN401 - asn1crypto has no types
    """Return a Time attribute, which is in UTC and to the second (RFC 5652, 11.3)."""
    try:
        return der.parse(value.dump()).time()
    except der.Malformed:
        raise CMSMalformed from None


def certificate_hashes(value: Any) -> tuple[tuple[Digest, bytes], ...]:  # noqa: ANN401 - asn1crypto has no types
    """Return the hashes of signingCertificateV2."""
    return tuple(
        (digest_by_oid(one["hash_algorithm"]["algorithm"].dotted), bytes(one["cert_hash"].native))
        for one in value["certs"]
    )


def old_certificate_hashes(value: Any) -> tuple[tuple[Digest, bytes], ...]:  # noqa: ANN401 - asn1crypto has no types
    """Return the hashes of signingCertificate, which are SHA-1 (RFC 2634, 5.4), as older programs write them."""
    return tuple((Digest.SHA1, bytes(one["cert_hash"].native)) for one in value["certs"])
