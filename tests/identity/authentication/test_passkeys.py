"""Answers of browsers that are none: refused, whatever the library stumbles over."""

import base64
import hashlib
import json
from typing import Any

import cbor2
import pytest

from identity.authentication.passkeys import RelyingParty
from identity.errors import CredentialsWrong

PARTY = RelyingParty(host="trust.example", origin="https://trust.example")
CHALLENGE, NAME = b"a challenge", b"name of a passkey"


def text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def made(form: str, statement: Any, key: Any) -> dict[str, Any]:  # noqa: ANN401 - as CBOR has it
    """Return what a browser says that has made a passkey with verification of its user."""
    host, flags = hashlib.sha256(PARTY.host.encode()).digest(), b"\x45"
    data = host + flags + bytes(4) + bytes(16) + len(NAME).to_bytes(2, "big") + NAME + cbor2.dumps(key)
    asked = {"type": "webauthn.create", "challenge": text(CHALLENGE), "origin": PARTY.origin}
    told = cbor2.dumps({"fmt": form, "attStmt": statement, "authData": data})
    response = {"attestationObject": text(told), "clientDataJSON": text(json.dumps(asked).encode())}
    return {"id": text(NAME), "rawId": text(NAME), "type": "public-key", "response": response}


@pytest.mark.parametrize(
    ("form", "statement", "key"),
    [
        ("none", {}, [1]),
        ("none", {}, {}),
        ("none", [], {1: 2}),
        ("android-safetynet", {"ver": "1", "response": 7}, {1: 2}),
        ("packed", {"alg": -7, "sig": "none", "x5c": [7]}, {1: 2}),
        ("tpm", {"ver": "2.0", "alg": [], "certInfo": b"", "pubArea": b"", "sig": b"", "x5c": []}, {1: 2}),
    ],
)
def test_what_is_no_passkey_is_refused(form: str, statement: Any, key: Any) -> None:  # noqa: ANN401 - as CBOR has it
    with pytest.raises(CredentialsWrong):
        PARTY.made(made(form, statement, key), challenge=CHALLENGE)
