"""A passkey in software, for the persons of the story: what a phone does in hardware, by the same protocol."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

__all__ = ["SoftPasskey"]

PRESENT, VERIFIED, MADE = 0x01, 0x04, 0x40
"""Flags of authenticator data (WebAuthn, 6.1): user present, user verified, credential data included."""

ES256: Final = -7
COORDINATE: Final = 32


def encoded(octets: bytes) -> str:
    """Return octets in base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """A passkey that stays where it was made."""

    flags: int = PRESENT | VERIFIED
    uses: int = 0
    name: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)

    def make(self, options: dict[str, Any], *, origin: str) -> dict[str, Any]:
        """Answer a question with a new credential, as navigator.credentials.create() does."""
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(COORDINATE), -3: point.y.to_bytes(COORDINATE)}
        credential = bytes(16) + len(self.name).to_bytes(2) + self.name + cbor2.dumps(cose)
        data = self.data(options["rp"]["id"], self.flags | MADE) + credential
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self.client(options, "webauthn.create", origin)
        return self.answer({"clientDataJSON": encoded(client), "attestationObject": encoded(attestation)})

    def show(self, options: dict[str, Any], *, origin: str) -> dict[str, Any]:
        """Answer a question with this credential, as navigator.credentials.get() does."""
        self.uses += 1
        data = self.data(options["rpId"], self.flags)
        client = self.client(options, "webauthn.get", origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        told = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self.answer({member: encoded(octets) for member, octets in told.items()})

    def data(self, host: str, flags: int) -> bytes:
        """Return authenticator data (WebAuthn, 6.1)."""
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def client(self, options: dict[str, Any], kind: str, origin: str) -> bytes:
        """Return what the browser says was asked."""
        told = {"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def answer(self, response: dict[str, str]) -> dict[str, Any]:
        """Return a credential as its toJSON() tells it."""
        name = encoded(self.name)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
