"""Who signs claims in the tests, and surgery on claims."""

import base64
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.demo import cast
from identity.credit_code import ALPHABET, CreditCode
from licence.claim import Claim, licence_digest, sign_claim
from tests.builders import PKI
from tests.fakes.custody import MemoryCustody
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.crypto.sm3 import sm3
from trust.profiles import CLAIM_SIGNER, Name, Profile
from trust.signing import KeyPurpose, Signer

__all__ = ["CLAIM", "Stamp", "in_base_31", "namesakes", "octets_of", "text_of"]

CLAIM: Final = Claim(
    licence=licence_digest("1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"),
    issuer=CreditCode(cast.AUTHORITY.code),
    last_day=date(2031, 11, 21),
    status_index=42,
    status_list=7,
)


@dataclass
class Stamp:
    """A key that signs claims, with its certificate."""

    signer: Signer
    certificate: Certificate

    @classmethod
    def made(cls, pki: PKI, family: str = "sm2", profile: Profile = CLAIM_SIGNER) -> "Stamp":
        """Make a key and have it certified."""
        custody = MemoryCustody()
        key = custody.make(KeyPurpose.LICENCE_CLAIM, KEYS[family])
        issued = pki.issue(profile, subject=Name(common_name="二维码"), key=key)
        return cls(Signer(custody, key), issued.certificate)

    def sign(self, claim: Claim = CLAIM) -> str:
        """Sign a claim."""
        return sign_claim(claim, self.signer, self.certificate)


def octets_of(text: str) -> bytearray:
    """Return the octets of a claim."""
    return bytearray(base64.urlsafe_b64decode(text + "=="))


def text_of(octets: bytes | bytearray) -> str:
    """Return octets as the text of a claim."""
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def in_base_31(code: str) -> int:
    """Return a credit code as a number, as docs/qr.md says it."""
    return sum(ALPHABET.index(character) * 31 ** (17 - place) for place, character in enumerate(code))


def namesakes(first: Certificate, second: Certificate) -> tuple[Certificate, Certificate]:
    """Return two certificates with the keys of these that bear one name: their signatures are other octets."""
    count = 1 << 17

    def variant(certificate: Certificate, number: int) -> bytes:
        return certificate.der[:-4] + number.to_bytes(4, "big")

    named = {sm3(variant(first, number))[:4]: number for number in range(count)}
    found = next(number for number in range(1 << 24) if sm3(variant(second, number))[:4] in named)
    other = variant(second, found)
    return Certificate(variant(first, named[sm3(other)[:4]])), Certificate(other)
