"""Enveloped messages: content enciphered to the holders of SM2 keys (GB/T 35275-2017; RFC 5652, 6; RFC 5083).

A content key of its own is drawn for each message and enciphered to each recipient as SM2Cipher; the content is
enciphered with SM4. Making one needs no secret; opening one needs a key in custody (`trust.signing.KeyEnvelopes`).

EnvelopedData in CBC mode protects no integrity: whoever opens it knows what it says, and not who says it. Sign first
what must be trusted, or use GCM (RFC 5084), which the national message syntax does not have.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from trust.asn1 import ber, der, oids
from trust.asn1.der import Element, Malformed
from trust.certificates import Certificate
from trust.cms import CMSMalformed, Dialect
from trust.crypto import sm4
from trust.crypto.algorithms import AlgorithmNotSupported
from trust.crypto.sm2_encryption import CiphertextMalformed, DecryptionFailed, SM2Ciphertext, encrypt
from trust.errors import Invalid, Untrusted
from trust.signing import KeyReference

__all__ = [
    "ContentCipher",
    "EnvelopedMessage",
    "NotARecipient",
    "Recipient",
    "RecipientForm",
    "encipher",
    "read_enveloped_message",
]

SM2_ENCRYPTION: Final = "1.2.156.10197.1.301.3"
SM4_BARE: Final = "1.2.156.10197.1.104"
SM4_CBC: Final = "1.2.156.10197.1.104.2"
SM4_GCM: Final = "1.2.156.10197.1.104.8"

GCM_TAG: Final = sm4.TAG_LENGTH
MAX_RECIPIENTS: Final = 1000
"""Of one message; each costs whoever reads it a look."""

IMPLICIT_0: Final = 0x80
CONSTRUCTED_0: Final = 0xA0
CONSTRUCTED_1: Final = 0xA1
CONSTRUCTED_2: Final = 0xA2

RAW_POINT: Final = 0x04
"""First octet of a ciphertext that is not SM2Cipher: C1 as an uncompressed point."""


class NotARecipient(Invalid):
    """The message was not enciphered to this certificate."""

    code = "cms.not_a_recipient"


class Decrypter(Protocol):
    """What of `trust.signing.KeyEnvelopes` opens messages."""

    def decrypt(self, key: KeyReference, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for `key`, or raise `DecryptionFailed`, or a leaf of `Unavailable`."""
        ...


class ContentCipher(StrEnum):
    """How content is enciphered."""

    SM4_CBC = "sm4-cbc"
    SM4_GCM = "sm4-gcm"


class RecipientForm(StrEnum):
    """How recipients are named."""

    ISSUER_AND_SERIAL = "issuer and serial number"
    KEY_IDENTIFIER = "subject key identifier"


# --- making ----------------------------------------------------------------------------------------------------------


def encipher(
    content: bytes,
    recipients: Sequence[Certificate],
    *,
    dialect: Dialect = Dialect.RFC5652,
    cipher: ContentCipher = ContentCipher.SM4_CBC,
    form: RecipientForm = RecipientForm.ISSUER_AND_SERIAL,
) -> bytes:
    """Return a ContentInfo around `content`, which each of `recipients` can open.

    Raise `AlgorithmNotSupported` for a certificate whose key is not SM2, and `ValueError` where there is no recipient,
    where GCM is asked for in the national dialect, or a recipient without a key identifier is to be named by it.
    """
    national = dialect is Dialect.GBT35275
    if not recipients or (national and cipher is ContentCipher.SM4_GCM):
        raise ValueError("somebody must be able to open it, and the national dialect has no GCM")
    key = secrets.token_bytes(sm4.KEY_LENGTH)
    infos = der.set_of(recipient_info(one, key, national=national, form=form) for one in recipients)
    by_identifier = form is RecipientForm.KEY_IDENTIFIER
    if cipher is ContentCipher.SM4_CBC:
        vector = secrets.token_bytes(sm4.BLOCK_LENGTH)
        algorithm = der.sequence(der.oid(SM4_CBC), der.octet_string(vector))
        enciphered = encrypted_content(dialect, algorithm, sm4.encrypt_cbc(key, vector, content))
        version = 1 if national else 2 if by_identifier else 0  # RFC 5652, 6.1; GB/T 35275: always 1
        outer = oids.GM_ENVELOPED_DATA if national else oids.ENVELOPED_DATA
        return content_info(outer, der.integer(version), infos, enciphered)
    nonce = secrets.token_bytes(sm4.NONCE_LENGTH)
    parameters = der.sequence(der.octet_string(nonce), der.integer(GCM_TAG))
    body, tag = sm4.seal_gcm(key, nonce, content, b"")
    enciphered = encrypted_content(dialect, der.sequence(der.oid(SM4_GCM), parameters), body)
    return content_info(oids.AUTH_ENVELOPED_DATA, der.integer(0), infos, enciphered, der.octet_string(tag))


def content_info(kind: str, *members: bytes) -> bytes:
    """Return a ContentInfo around a SEQUENCE of `members`."""
    return der.sequence(der.oid(kind), der.context(0, der.sequence(*members)))


def encrypted_content(dialect: Dialect, algorithm: bytes, enciphered: bytes) -> bytes:
    """Return EncryptedContentInfo around plain data."""
    inner = oids.GM_DATA if dialect is Dialect.GBT35275 else oids.DATA
    return der.sequence(der.oid(inner), algorithm, der.context(0, enciphered, constructed=False))


def recipient_info(recipient: Certificate, key: bytes, *, national: bool, form: RecipientForm) -> bytes:
    """Return KeyTransRecipientInfo: `key` enciphered to the key of `recipient`."""
    public_key = recipient.public_key.sm2
    if public_key is None:
        raise AlgorithmNotSupported(oid=recipient.public_key.algorithm_oids[0])
    if form is RecipientForm.KEY_IDENTIFIER:
        if recipient.subject_key_identifier is None:
            raise ValueError("the certificate tells no key identifier")
        version, identifier = 2, der.context(0, recipient.subject_key_identifier, constructed=False)
    else:
        version = 1 if national else 0
        identifier = der.sequence(recipient.issuer, der.integer(recipient.serial))
    algorithm = der.sequence(der.oid(SM2_ENCRYPTION), *((der.null(),) if national else ()))
    enciphered = encrypt(public_key, key).der
    return der.sequence(der.integer(version), identifier, algorithm, der.octet_string(enciphered))


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who can open a message, and the content key enciphered to him."""

    issuer: bytes | None
    serial: int | None
    key_identifier: bytes | None
    enciphered_key: bytes

    def matches(self, certificate: Certificate) -> bool:
        """Tell whether this is the holder of `certificate`."""
        if self.key_identifier is not None:
            return certificate.subject_key_identifier == self.key_identifier
        return certificate.issuer == self.issuer and certificate.serial == self.serial

    def ciphertexts(self) -> Iterator[SM2Ciphertext]:
        """Yield what the enciphered key may be: SM2Cipher, else C1C3C2 or, of older programs, C1C2C3."""
        if self.enciphered_key[:1] != bytes((RAW_POINT,)):
            yield SM2Ciphertext.from_der(self.enciphered_key)
            return
        yield SM2Ciphertext.from_raw(self.enciphered_key)
        yield SM2Ciphertext.from_old_raw(self.enciphered_key)


@dataclass(frozen=True, kw_only=True)
class EnvelopedMessage:
    """A parsed EnvelopedData or AuthEnvelopedData, whatever its dialect."""

    dialect: Dialect
    cipher: ContentCipher
    recipients: tuple[Recipient, ...]
    nonce: bytes
    """The initial vector of CBC, or the nonce of GCM."""

    enciphered: bytes
    authenticated: bytes = b""
    """The authenticated attributes as the SET OF that the tag covers."""

    tag: bytes = b""

    def open(self, certificate: Certificate, *, key: KeyReference, envelopes: Decrypter) -> bytes:
        """Return the content with the key of `certificate`, which is kept as `key`.

        Raise `NotARecipient`; `Unavailable` where the custody does not answer; and `DecryptionFailed` for whatever goes
        wrong with the ciphertext: telling apart how would let a sender of many messages read somebody else's.
        """
        for recipient in self.recipients:
            if recipient.matches(certificate):
                try:
                    return self.decipher(content_key(recipient, key, envelopes))
                except (Invalid, Untrusted):
                    raise DecryptionFailed from None
        raise NotARecipient

    def decipher(self, key: bytes) -> bytes:
        """Return the content with the content key."""
        if self.cipher is ContentCipher.SM4_CBC:
            return sm4.decrypt_cbc(key, self.nonce, self.enciphered)
        return sm4.open_gcm(key, self.nonce, self.enciphered, self.authenticated, tag=self.tag)


def content_key(recipient: Recipient, key: KeyReference, envelopes: Decrypter) -> bytes:
    """Return the content key that was enciphered to a recipient, or raise `DecryptionFailed`."""
    for ciphertext in recipient.ciphertexts():
        try:
            return envelopes.decrypt(key, ciphertext)
        except (CiphertextMalformed, DecryptionFailed):
            continue
    raise DecryptionFailed


KINDS: Final = {
    oids.ENVELOPED_DATA: Dialect.RFC5652,
    oids.GM_ENVELOPED_DATA: Dialect.GBT35275,
    oids.AUTH_ENVELOPED_DATA: Dialect.RFC5652,
}


def read_enveloped_message(encoded: bytes) -> EnvelopedMessage:
    """Read a ContentInfo around EnvelopedData or AuthEnvelopedData, in DER or BER.

    Raise `CMSMalformed`, or `AlgorithmNotSupported` for a cipher that this house does not know.
    """
    try:
        kind, content = der.parse(ber.definite(encoded)).sequence()
        dialect = KINDS[kind.oid()]
        (data,) = content.expect(CONSTRUCTED_0, "the content").children()
        return read_members(dialect, list(data.sequence()), authenticated=kind.oid() == oids.AUTH_ENVELOPED_DATA)
    except (Malformed, KeyError, ValueError, IndexError):
        raise CMSMalformed from None


def read_members(dialect: Dialect, members: list[Element], *, authenticated: bool) -> EnvelopedMessage:
    """Read the members of EnvelopedData (RFC 5652, 6.1) or AuthEnvelopedData (RFC 5083, 2.1)."""
    members.pop(0).integer()  # which version it must be follows from what stands in it, and nothing hangs on it
    if (
        members[0].tag == CONSTRUCTED_0
    ):  # originatorInfo: certificates of whoever agrees on keys, which nobody does here
        members.pop(0)
    recipients = tuple(filter(None, map(read_recipient, members.pop(0).expect(der.Tag.SET, "recipients").children())))
    if len(recipients) > MAX_RECIPIENTS:
        raise CMSMalformed
    cipher, nonce, enciphered = read_content(members.pop(0).sequence())
    if authenticated is not (cipher is ContentCipher.SM4_GCM):
        raise CMSMalformed
    attributes = members.pop(0).raw if members and authenticated and members[0].tag == CONSTRUCTED_1 else b""
    tag = members.pop(0).octets() if authenticated else b""
    unprotected = CONSTRUCTED_2 if authenticated else CONSTRUCTED_1
    if any(one.tag != unprotected for one in members) or len(members) > 1:
        raise CMSMalformed
    return EnvelopedMessage(
        dialect=dialect,
        cipher=cipher,
        recipients=recipients,
        nonce=nonce,
        enciphered=enciphered,
        authenticated=b"\x31" + attributes[1:] if attributes else b"",
        tag=tag,
    )


def read_recipient(info: Element) -> Recipient | None:
    """Read one RecipientInfo; None for one that takes no SM2 key, which is somebody else's."""
    if info.tag != der.Tag.SEQUENCE:  # key agreement and others (RFC 5652, 6.2)
        return None
    version, identifier, algorithm, enciphered = info.sequence()
    version.integer()
    if algorithm.sequence()[0].oid() != SM2_ENCRYPTION:
        return None
    if identifier.tag == IMPLICIT_0:  # subjectKeyIdentifier
        return Recipient(issuer=None, serial=None, key_identifier=identifier.body, enciphered_key=enciphered.octets())
    issuer, serial = identifier.sequence()
    return Recipient(
        issuer=issuer.raw, serial=serial.integer(), key_identifier=None, enciphered_key=enciphered.octets()
    )


def read_content(members: tuple[Element, ...]) -> tuple[ContentCipher, bytes, bytes]:
    """Read EncryptedContentInfo: the cipher, its nonce, the enciphered content. Shared information is passed over."""
    kind, algorithm, content = members[:3]
    kind.oid()
    identifier, parameters = algorithm.sequence()
    if content.tag == CONSTRUCTED_0:  # in pieces, since it was in BER
        enciphered = b"".join(piece.octets() for piece in content.children())
    else:
        enciphered = content.expect(IMPLICIT_0, "the enciphered content").body
    match identifier.oid():
        case oid if oid in (SM4_CBC, SM4_BARE):  # the bare one is CBC, as CFCA writes it
            return ContentCipher.SM4_CBC, parameters.octets(), enciphered
        case oid if oid == SM4_GCM:
            nonce, *length = parameters.sequence()
            if [one.integer() for one in length] != [GCM_TAG]:  # RFC 5084, 3.2: 12 octets by default, too short for us
                raise CMSMalformed
            return ContentCipher.SM4_GCM, nonce.octets(), enciphered
        case unknown:
            raise AlgorithmNotSupported(oid=unknown)
