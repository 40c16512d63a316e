"""Enveloped messages: what one recipient can open and nobody else, and what is refused."""

from collections.abc import Callable

import pytest

from keys.lifecycle import KeyUse
from tests.builders import PKI, Party, element_at, grafted, without_extension
from tests.fakes.custody import MemoryCustody
from trust.asn1 import der, oids
from trust.cms import CMSMalformed, Dialect
from trust.cms_enveloped import (
    MAX_RECIPIENTS,
    ContentCipher,
    NotARecipient,
    RecipientForm,
    encipher,
    read_enveloped_message,
)
from trust.crypto import sm4
from trust.crypto.algorithms import AlgorithmNotSupported
from trust.crypto.sm2_encryption import DecryptionFailed, SM2Ciphertext, encrypt
from trust.errors import Invalid
from trust.profiles import ENCRYPTION
from trust.signing import KeyReference, SigningUnavailable

CONTENT = "准予设立登记".encode()
GM, CMS = Dialect.GBT35275, Dialect.RFC5652
CBC, GCM = ContentCipher
FORMS = [(GM, CBC), (CMS, CBC), (CMS, GCM)]

RECIPIENTS = (1, 0, 1)
RECIPIENT = (*RECIPIENTS, 0)
ENCIPHERED_KEY = (*RECIPIENT, 3)
ENCRYPTED = (1, 0, 2)
CIPHER = (*ENCRYPTED, 1)
BODY = (*ENCRYPTED, 2)
TAG = (1, 0, 3)


class Envelopes:
    """Opens with the keys of a custody in memory; `opened` counts how often it was asked."""

    def __init__(self, custody: MemoryCustody) -> None:
        self.custody = custody
        self.opened = 0

    def decrypt(self, key: KeyReference, ciphertext: SM2Ciphertext) -> bytes:
        self.opened += 1
        return self.custody.allow(key, KeyUse.DECRYPT).decrypt(ciphertext)


@pytest.fixture(scope="module")
def holder(sm2_pki: PKI) -> Party:
    """Return somebody with an encryption certificate."""
    return sm2_pki.issue(ENCRYPTION, subject="加密证书持有者")


@pytest.fixture(scope="module")
def other(sm2_pki: PKI) -> Party:
    """Return somebody else with one."""
    return sm2_pki.issue(ENCRYPTION, subject="another holder")


def opened(encoded: bytes, party: Party, pki: PKI) -> bytes:
    """Open a message with the key of a party."""
    return read_enveloped_message(encoded).open(party.certificate, key=party.key, envelopes=Envelopes(pki.custody))


@pytest.mark.parametrize("spoken", FORMS)
@pytest.mark.parametrize("form", RecipientForm)
@pytest.mark.parametrize("content", [b"", CONTENT, bytes(16), bytes(100_000)], ids=len)
def test_what_is_enciphered_is_opened(
    sm2_pki: PKI, holder: Party, spoken: tuple[Dialect, ContentCipher], form: RecipientForm, content: bytes
) -> None:
    dialect, cipher = spoken
    encoded = encipher(content, [holder.certificate], dialect=dialect, cipher=cipher, form=form)
    message = read_enveloped_message(encoded)
    assert (message.dialect, message.cipher, len(message.recipients)) == (dialect, cipher, 1)
    assert opened(encoded, holder, sm2_pki) == content
    assert len(content) < 16 or content not in encoded


def test_each_of_several_recipients_opens_it(sm2_pki: PKI, holder: Party, other: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate, other.certificate])
    for party in (holder, other):
        assert opened(encoded, party, sm2_pki) == CONTENT


@pytest.mark.parametrize("form", RecipientForm)
def test_nobody_else_opens_it(sm2_pki: PKI, holder: Party, other: Party, form: RecipientForm) -> None:
    encoded = encipher(CONTENT, [holder.certificate], form=form)
    with pytest.raises(NotARecipient) as caught:
        opened(encoded, other, sm2_pki)
    assert isinstance(caught.value, Invalid)
    with pytest.raises(DecryptionFailed):  # the right certificate, and another key
        opened(encoded, Party(certificate=holder.certificate, signer=other.signer), sm2_pki)


def test_each_message_has_a_key_of_its_own(holder: Party) -> None:
    first, second = (encipher(CONTENT, [holder.certificate]) for _ in range(2))
    for place in (ENCIPHERED_KEY, CIPHER, BODY):
        assert element_at(first, *place).raw != element_at(second, *place).raw


def test_the_national_message_octet_by_octet(holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate], dialect=GM)
    assert element_at(encoded, 0).oid() == "1.2.156.10197.6.1.4.2.3"
    assert element_at(encoded, 1, 0, 0).integer() == 1
    version, identifier, algorithm, key = element_at(encoded, *RECIPIENT).children()
    assert version.integer() == 1
    certificate = holder.certificate
    assert identifier.raw == der.sequence(certificate.issuer, der.integer(certificate.serial))
    assert algorithm.raw == der.sequence(der.oid("1.2.156.10197.1.301.3"), der.null())
    assert SM2Ciphertext.from_der(key.octets()).der == key.octets()
    assert element_at(encoded, *ENCRYPTED, 0).oid() == "1.2.156.10197.6.1.4.2.1"
    assert element_at(encoded, *CIPHER, 0).oid() == "1.2.156.10197.1.104.2"
    assert len(element_at(encoded, *CIPHER, 1).octets()) == 16
    assert element_at(encoded, *BODY).tag == 0x80


@pytest.mark.parametrize(
    ("cipher", "form", "kind", "versions"),
    [
        (CBC, RecipientForm.ISSUER_AND_SERIAL, oids.ENVELOPED_DATA, (0, 0)),
        (CBC, RecipientForm.KEY_IDENTIFIER, oids.ENVELOPED_DATA, (2, 2)),
        (GCM, RecipientForm.ISSUER_AND_SERIAL, oids.AUTH_ENVELOPED_DATA, (0, 0)),
        (GCM, RecipientForm.KEY_IDENTIFIER, oids.AUTH_ENVELOPED_DATA, (0, 2)),
    ],
)
def test_versions(
    holder: Party, cipher: ContentCipher, form: RecipientForm, kind: str, versions: tuple[int, int]
) -> None:
    encoded = encipher(CONTENT, [holder.certificate], cipher=cipher, form=form)  # RFC 5652, 6.1; RFC 5083, 2.1
    assert element_at(encoded, 0).oid() == kind
    assert (element_at(encoded, 1, 0, 0).integer(), element_at(encoded, *RECIPIENT, 0).integer()) == versions


def test_what_cannot_be_enciphered(sm2_pki: PKI, p256_pki: PKI, holder: Party) -> None:
    with pytest.raises(ValueError, match="somebody"):
        encipher(CONTENT, [])
    with pytest.raises(ValueError, match="no GCM"):
        encipher(CONTENT, [holder.certificate], dialect=GM, cipher=GCM)
    with pytest.raises(AlgorithmNotSupported):
        encipher(CONTENT, [p256_pki.signer.certificate])
    nameless = sm2_pki.issue(ENCRYPTION, change=lambda tbs: without_extension(tbs, "2.5.29.14")).certificate
    with pytest.raises(ValueError, match="key identifier"):
        encipher(CONTENT, [nameless], form=RecipientForm.KEY_IDENTIFIER)


# --- the ways of others


def with_key(encoded: bytes, holder: Party, form: Callable[[SM2Ciphertext], bytes], *, key: bytes = bytes(16)) -> bytes:
    """Return the message with another content key, in another form; its content does not open with it."""
    public_key = holder.certificate.public_key.sm2
    assert public_key is not None
    return grafted(encoded, *ENCIPHERED_KEY, put=der.octet_string(form(encrypt(public_key, key))))


def old_raw(ciphertext: SM2Ciphertext) -> bytes:
    """Return C1 ‖ C2 ‖ C3."""
    return ciphertext.point.point + ciphertext.data + ciphertext.hash


@pytest.mark.parametrize("form", [lambda one: one.der, lambda one: one.raw, old_raw], ids=["DER", "C1C3C2", "C1C2C3"])
def test_every_form_of_an_enciphered_key(sm2_pki: PKI, holder: Party, form: Callable[[SM2Ciphertext], bytes]) -> None:
    key, vector = bytes(range(16)), bytes(16)
    encoded = with_key(encipher(b"", [holder.certificate]), holder, form, key=key)
    body = der.context(0, sm4.encrypt_cbc(key, vector, CONTENT), constructed=False)
    encoded = grafted(encoded, *BODY, put=body)
    encoded = grafted(encoded, *CIPHER, 1, put=der.octet_string(vector))
    assert opened(encoded, holder, sm2_pki) == CONTENT
    bare = grafted(encoded, *CIPHER, 0, put=der.oid("1.2.156.10197.1.104"))  # as CFCA writes CBC
    assert opened(bare, holder, sm2_pki) == CONTENT


def test_open_lengths_and_content_in_pieces(sm2_pki: PKI, holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate])
    body = element_at(encoded, *BODY).body
    pieces = b"\xa0\x80" + der.octet_string(body[:7]) + der.octet_string(body[7:]) + b"\0\0"
    members = [one.raw for one in element_at(encoded, *ENCRYPTED).children()]
    encrypted = b"\x30\x80" + members[0] + members[1] + pieces + b"\0\0"
    data = [one.raw for one in element_at(encoded, 1, 0).children()]
    inner = b"\x30\x80" + data[0] + data[1] + encrypted + b"\0\0"
    whole = b"\x30\x80" + element_at(encoded, 0).raw + b"\xa0\x80" + inner + b"\0\0" + b"\0\0"
    assert opened(whole, holder, sm2_pki) == CONTENT


def test_recipients_of_other_kinds_are_passed_over(sm2_pki: PKI, holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate])
    agreement = der.context(1, der.integer(3))
    info = element_at(encoded, *RECIPIENT).raw
    rsa = grafted(info, 2, put=der.sequence(der.oid("1.2.840.113549.1.1.1"), der.null()))
    encoded = grafted(encoded, *RECIPIENTS, put=der.set_of([agreement, rsa, info]))
    assert len(read_enveloped_message(encoded).recipients) == 1
    assert opened(encoded, holder, sm2_pki) == CONTENT


def test_what_may_stand_beside(sm2_pki: PKI, holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate])
    originator = der.context(0, der.context(0, b""))
    assert opened(grafted(encoded, 1, 0, 0, put=der.integer(2) + originator), holder, sm2_pki) == CONTENT
    attributes = der.context(1, der.sequence(der.oid("2.25.1"), der.set_of([der.null()])))
    unprotected = grafted(encoded, *ENCRYPTED, put=element_at(encoded, *ENCRYPTED).raw + attributes)
    assert opened(unprotected, holder, sm2_pki) == CONTENT
    shared = grafted(encoded, *BODY, put=element_at(encoded, *BODY).raw + der.context(1, b"x", constructed=False))
    assert opened(shared, holder, sm2_pki) == CONTENT  # sharedInfo1 of GB/T 35275


def test_authenticated_attributes_are_covered_by_the_tag(sm2_pki: PKI, holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate], cipher=GCM)
    attributes = der.set_of([der.sequence(der.oid("2.25.1"), der.set_of([der.null()]))])
    key, nonce = bytes(range(16)), bytes(12)
    body, tag = sm4.seal_gcm(key, nonce, CONTENT, attributes)
    encoded = with_key(encoded, holder, lambda one: one.der, key=key)
    encoded = grafted(encoded, *BODY, put=der.context(0, body, constructed=False))
    encoded = grafted(encoded, *CIPHER, 1, 0, put=der.octet_string(nonce))
    encoded = grafted(encoded, *TAG, put=b"\xa1" + attributes[1:] + der.octet_string(tag))
    assert opened(encoded, holder, sm2_pki) == CONTENT
    with pytest.raises(DecryptionFailed):
        opened(grafted(encoded, *TAG, put=b""), holder, sm2_pki)


# --- one error, whatever is wrong


def flipped(encoded: bytes, *path: int) -> bytes:
    """Return the message with the last bit of an element changed."""
    end = element_at(encoded, *path).end - 1
    return encoded[:end] + bytes((encoded[end] ^ 1,)) + encoded[end + 1 :]


WRONG: dict[str, Callable[[bytes, Party], bytes]] = {
    "the padding": lambda encoded, _: flipped(encoded, *BODY),
    "part of a block": lambda encoded, _: grafted(encoded, *BODY, put=der.context(0, bytes(15), constructed=False)),
    "no block": lambda encoded, _: grafted(encoded, *BODY, put=der.context(0, constructed=False)),
    "a vector too short": lambda encoded, _: grafted(encoded, *CIPHER, 1, put=der.octet_string(bytes(15))),
    "the enciphered key": lambda encoded, _: flipped(encoded, *ENCIPHERED_KEY),
    "a key that is no ciphertext": lambda encoded, _: grafted(encoded, *ENCIPHERED_KEY, put=der.octet_string(b"")),
    "a key cut short": lambda encoded, _: grafted(encoded, *ENCIPHERED_KEY, put=der.octet_string(b"\4" + bytes(96))),
    "a point off the curve": lambda encoded, _: grafted(
        encoded, *ENCIPHERED_KEY, put=der.octet_string(b"\4" + bytes(112))
    ),
    "another key": lambda encoded, holder: with_key(encoded, holder, lambda one: one.der),
    "a key too short": lambda encoded, holder: with_key(encoded, holder, lambda one: one.der, key=bytes(15)),
    "a key too long": lambda encoded, holder: with_key(encoded, holder, lambda one: one.raw, key=bytes(17)),
}


@pytest.mark.parametrize("name", WRONG)
def test_nothing_is_told_about_what_is_wrong(sm2_pki: PKI, holder: Party, name: str) -> None:
    encoded = WRONG[name](encipher(CONTENT, [holder.certificate]), holder)
    with pytest.raises(DecryptionFailed) as caught:
        opened(encoded, holder, sm2_pki)
    assert (type(caught.value), caught.value.args) == (DecryptionFailed, ("crypto.decryption_failed", {}))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("place", [BODY, TAG, (*CIPHER, 1, 0)])
def test_gcm_lets_no_octet_change(sm2_pki: PKI, holder: Party, place: tuple[int, ...]) -> None:
    encoded = flipped(encipher(CONTENT, [holder.certificate], cipher=GCM), *place)
    with pytest.raises(DecryptionFailed):
        opened(encoded, holder, sm2_pki)


def test_a_custody_that_does_not_answer(holder: Party) -> None:
    message = read_enveloped_message(encipher(CONTENT, [holder.certificate]))
    with pytest.raises(SigningUnavailable):
        message.open(holder.certificate, key=holder.key, envelopes=Envelopes(MemoryCustody()))


def test_only_the_key_of_the_recipient_is_asked(sm2_pki: PKI, holder: Party, other: Party) -> None:
    envelopes = Envelopes(sm2_pki.custody)
    message = read_enveloped_message(encipher(CONTENT, [other.certificate]))
    with pytest.raises(NotARecipient):
        message.open(holder.certificate, key=holder.key, envelopes=envelopes)
    assert envelopes.opened == 0


# --- malformed


def member(*path: int, put: bytes) -> Callable[[bytes], bytes]:
    """Return a change that replaces one element."""
    return lambda encoded: grafted(encoded, *path, put=put)


SOMETHING = der.octet_string(b"x")
MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "octets after it": lambda encoded: encoded + b"\0",
    "cut short": lambda encoded: encoded[:-1],
    "another content type": member(0, put=der.oid(oids.SIGNED_DATA)),
    "no content": member(1, put=b""),
    "content of another kind": member(1, put=der.context(1, der.sequence())),
    "two contents": member(1, 0, put=der.sequence() * 2),
    "no members": member(1, 0, put=der.sequence()),
    "no version": member(1, 0, 0, put=b""),
    "recipients that are no set": member(*RECIPIENTS, put=der.sequence()),
    "a recipient of three members": member(*RECIPIENT, 3, put=b""),
    "a recipient of five members": member(*RECIPIENT, 3, put=SOMETHING * 2),
    "a version that is no number": member(*RECIPIENT, 0, put=SOMETHING),
    "an issuer alone": member(*RECIPIENT, 1, 1, put=b""),
    "a serial number that is none": member(*RECIPIENT, 1, 1, put=SOMETHING),
    "no algorithm of the key": member(*RECIPIENT, 2, put=der.sequence()),
    "a key that is no octet string": member(*ENCIPHERED_KEY, put=der.integer(1)),
    "no encrypted content": member(*ENCRYPTED, put=b""),
    "encrypted content of two members": member(*BODY, put=b""),
    "a content type that is none": member(*ENCRYPTED, 0, put=SOMETHING),
    "a cipher without parameters": member(*CIPHER, 1, put=b""),
    "a vector that is no octet string": member(*CIPHER, 1, put=der.null()),
    "content under another tag": member(*BODY, put=der.context(3, b"x", constructed=False)),
    "content in pieces that are none": member(*BODY, put=der.context(0, der.integer(1))),
    "GCM in EnvelopedData": member(
        *CIPHER,
        put=der.sequence(der.oid("1.2.156.10197.1.104.8"), der.sequence(der.octet_string(bytes(12)), der.integer(16))),
    ),
    "a member more": lambda encoded: grafted(encoded, *ENCRYPTED, put=element_at(encoded, *ENCRYPTED).raw + der.null()),
    "attributes twice": lambda encoded: grafted(
        encoded, *ENCRYPTED, put=element_at(encoded, *ENCRYPTED).raw + der.context(1, b"") * 2
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed(holder: Party, name: str) -> None:
    encoded = encipher(CONTENT, [holder.certificate])
    with pytest.raises(CMSMalformed):
        read_enveloped_message(MALFORMED[name](encoded))


@pytest.mark.parametrize(
    ("path", "put"),
    [
        (TAG, b""),
        (TAG, der.null()),
        ((*CIPHER, 1, 1), b""),  # RFC 5084, 3.2: the default is a tag of 12 octets
        ((*CIPHER, 1, 1), der.integer(12)),
        ((*CIPHER, 1), der.octet_string(bytes(12))),
        (CIPHER, der.sequence(der.oid("1.2.156.10197.1.104.2"), der.octet_string(bytes(16)))),
    ],
)
def test_what_is_malformed_with_gcm(holder: Party, path: tuple[int, ...], put: bytes) -> None:
    encoded = encipher(CONTENT, [holder.certificate], cipher=GCM)
    with pytest.raises(CMSMalformed):
        read_enveloped_message(grafted(encoded, *path, put=put))


def test_another_cipher(holder: Party) -> None:
    aes = der.sequence(der.oid("2.16.840.1.101.3.4.1.2"), der.octet_string(bytes(16)))
    encoded = grafted(encipher(CONTENT, [holder.certificate]), *CIPHER, put=aes)
    with pytest.raises(AlgorithmNotSupported):
        read_enveloped_message(encoded)


def test_far_too_many_recipients(holder: Party) -> None:
    encoded = encipher(CONTENT, [holder.certificate])
    info = element_at(encoded, *RECIPIENT).raw
    crowd = der.set_of([info] * (MAX_RECIPIENTS + 1))
    with pytest.raises(CMSMalformed):
        read_enveloped_message(grafted(encoded, *RECIPIENTS, put=crowd))
    assert len(read_enveloped_message(grafted(encoded, *RECIPIENTS, put=der.set_of([info] * 3))).recipients) == 3
