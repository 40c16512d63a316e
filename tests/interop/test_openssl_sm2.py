"""OpenSSL judges our SM2, SM3 and SM4, and we judge its own: enciphering both ways, leaves, lists, digests, ciphers.

OpenSSL 3.0 has no way to be told the user identity for a list: its TBSCertList is shown to it as a message. OpenSSL 4,
which pyOpenSSL brings along, takes the right identity by itself and judges whole chains with their lists.
"""

import secrets
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from OpenSSL import SSL, crypto

from tests.builders import PKI, Party, revocation_list
from tests.fakes.clock import NOW
from tests.judges import program
from tests.sm2_backends import SECRET_HALVES, VERIFIERS, half_named, verifier_named
from trust.asn1 import der
from trust.certificates import Certificate, pem
from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature, digest, subject_public_key_info
from trust.crypto.sm2_encryption import SM2Ciphertext, encrypt
from trust.crypto.sm3 import hmac_sm3, sm3
from trust.crypto.sm4 import decrypt_cbc, encrypt_cbc
from trust.profiles import (
    AUDIT,
    CLAIM_SIGNER,
    DOCUMENT_SIGNER,
    SEAL_MAKER,
    SEAL_OWNER,
    TIME_STAMPING,
    Profile,
)
from trust.revocation import RevocationList

pytestmark = pytest.mark.interop

IDENTITY: Final = "distid:1234567812345678"
PROFILES: Final = (AUDIT, CLAIM_SIGNER, DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER, TIME_STAMPING)
LENGTHS: Final = (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_000)
EVERY_HALF = pytest.mark.parametrize("half", SECRET_HALVES)

Run = Callable[..., bytes]


@pytest.fixture
def openssl(tmp_path: Path) -> Run:
    """Run openssl in a folder of its own, and return what it wrote once it has succeeded."""

    def run(*arguments: str, given: bytes = b"") -> bytes:
        command = [program("openssl"), *arguments]
        done = subprocess.run(command, cwd=tmp_path, input=given, capture_output=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        return done.stdout

    return run


# --- digests and ciphers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", LENGTHS)
def test_digests(openssl: Run, length: int) -> None:
    message = secrets.token_bytes(length)
    assert openssl("dgst", "-sm3", "-binary", given=message) == sm3(message)


@pytest.mark.parametrize("length", [1, 16, 32, 63, 64, 65, 200])
def test_keyed_digests(openssl: Run, length: int) -> None:
    key, message = secrets.token_bytes(length), secrets.token_bytes(100)
    told = ("-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary")
    assert openssl("dgst", "-sm3", *told, given=message) == hmac_sm3(key, message)


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 4096])
def test_sm4_in_cbc_mode(openssl: Run, length: int) -> None:
    key, vector, plain = secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(length)
    told = ("enc", "-sm4-cbc", "-K", key.hex(), "-iv", vector.hex())
    theirs = openssl(*told, given=plain)
    assert theirs == encrypt_cbc(key, vector, plain)
    assert decrypt_cbc(key, vector, theirs) == plain
    assert openssl(*told, "-d", given=encrypt_cbc(key, vector, plain)) == plain


# --- SM2 -------------------------------------------------------------------------------------------------------------


def put_public_key(folder: Path, key: SM2PublicKey) -> tuple[str, ...]:
    """Write a public key, and return the arguments that name it."""
    (folder / "public.pem").write_bytes(pem(subject_public_key_info(key), "PUBLIC KEY"))
    return "-pubin", "-inkey", "public.pem"


def put_private_key(folder: Path, secret: bytes) -> tuple[str, ...]:
    """Write a private key, and return the arguments that name it."""
    (folder / "private.pem").write_bytes(pem(secret, "EC PRIVATE KEY"))
    return "-inkey", "private.pem"


@EVERY_HALF
@pytest.mark.parametrize("length", [1, 16, 32, 33, 1000])
def test_it_deciphers_what_we_encipher_and_we_what_it_does(
    openssl: Run, tmp_path: Path, half: str, length: int
) -> None:
    key, plain = half_named(half).generate(), secrets.token_bytes(length)
    ours = encrypt(key.public_key, plain)
    assert openssl("pkeyutl", "-decrypt", *put_private_key(tmp_path, key.secret), given=ours.der) == plain
    theirs = openssl("pkeyutl", "-encrypt", *put_public_key(tmp_path, key.public_key), given=plain)
    assert key.decrypt(SM2Ciphertext.from_der(theirs)) == plain


@EVERY_HALF
def test_it_verifies_what_we_sign_and_we_what_it_does(openssl: Run, tmp_path: Path, half: str) -> None:
    key, message = half_named(half).generate(), secrets.token_bytes(1000)
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "ours").write_bytes(key.sign(digest(key.public_key, message)).der)
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", IDENTITY, "-in", "message")
    told = openssl("pkeyutl", "-verify", *put_public_key(tmp_path, key.public_key), *how, "-sigfile", "ours")
    assert told.strip() == b"Signature Verified Successfully"
    theirs = openssl("pkeyutl", "-sign", *put_private_key(tmp_path, key.secret), *how)
    signature = SM2Signature.from_der(theirs)
    assert held_by_all(key.public_key, digest(key.public_key, message), signature)


def held_by_all(key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
    """Tell whether every verifier of ours accepts a signature."""
    return all(verifier_named(name).verify(key, e, signature) for name in VERIFIERS)


# --- leaves and lists by OpenSSL 3 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.name)
def test_it_verifies_a_leaf_of_every_profile(openssl: Run, tmp_path: Path, sm2_pki: PKI, profile: Profile) -> None:
    leaf = sm2_pki.issue(profile).certificate
    (tmp_path / "issuing.pem").write_bytes(pem(sm2_pki.issuing.certificate.der))
    (tmp_path / "leaf.pem").write_bytes(pem(leaf.der))
    told = ("-x509_strict", "-vfyopt", IDENTITY, "-attime", str(int(NOW.timestamp())), "-partial_chain")
    assert openssl("verify", *told, "-trusted", "issuing.pem", "leaf.pem") == b"leaf.pem: OK\n"


def test_it_verifies_what_a_list_is_signed_over(openssl: Run, tmp_path: Path, sm2_pki: PKI) -> None:
    encoded = revocation_list(sm2_pki.issuing, {sm2_pki.signer.certificate: NOW}).der
    tbs, _, signature = der.parse(encoded).sequence()
    (tmp_path / "tbs").write_bytes(tbs.raw)
    (tmp_path / "signature").write_bytes(signature.bits())
    key = sm2_pki.issuing.certificate.public_key.sm2
    assert key is not None
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", IDENTITY, "-in", "tbs", "-sigfile", "signature")
    told = openssl("pkeyutl", "-verify", *put_public_key(tmp_path, key), *how)
    assert told.strip() == b"Signature Verified Successfully"


# --- chains and lists by OpenSSL 4 -----------------------------------------------------------------------------------


def theirs(certificate: Certificate) -> crypto.X509:
    """Return a certificate as pyOpenSSL has it."""
    return crypto.X509.from_cryptography(x509.load_der_x509_certificate(certificate.der))


def judged(leaf: Certificate, pki: PKI, *lists: RevocationList) -> str:
    """Return what OpenSSL 4 says of a chain with its lists: nothing where all is well."""
    if SSL.OPENSSL_VERSION_NUMBER < 0x40000000:
        pytest.skip("pyOpenSSL brings an OpenSSL before 4, which takes an empty user identity")
    store = crypto.X509Store()
    store.add_cert(theirs(pki.root.certificate))
    for one in lists:
        store.add_crl(x509.load_der_x509_crl(one.der))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        store.set_flags(
            crypto.X509StoreFlags.CRL_CHECK | crypto.X509StoreFlags.CRL_CHECK_ALL | crypto.X509StoreFlags.X509_STRICT
        )
        store.set_time(NOW.replace(tzinfo=None))
    context = crypto.X509StoreContext(store, theirs(leaf), chain=[theirs(pki.issuing.certificate)])
    try:
        context.verify_certificate()
    except crypto.X509StoreContextError as error:
        return str(error)
    return ""


def lists_of(pki: PKI, *revoked: Party) -> tuple[RevocationList, RevocationList]:
    """Return the lists of both authorities."""
    ended = {one.certificate: NOW for one in revoked}
    return revocation_list(pki.root), revocation_list(pki.issuing, ended)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.name)
def test_openssl_4_verifies_every_chain_with_its_lists(sm2_pki: PKI, profile: Profile) -> None:
    assert judged(sm2_pki.issue(profile).certificate, sm2_pki, *lists_of(sm2_pki)) == ""


def test_openssl_4_sees_a_revocation_in_our_list(sm2_pki: PKI) -> None:
    leaf = sm2_pki.issue(SEAL_OWNER)
    assert judged(leaf.certificate, sm2_pki, *lists_of(sm2_pki, leaf)) == "certificate revoked"


def test_openssl_4_refuses_a_list_that_another_signed(sm2_pki: PKI) -> None:
    root, _ = lists_of(sm2_pki)
    forged = revocation_list(sm2_pki.issuing, signer=sm2_pki.issue(DOCUMENT_SIGNER).signer)
    assert "CRL signature failure" in judged(sm2_pki.signer.certificate, sm2_pki, root, forged)


def test_openssl_4_refuses_a_leaf_that_another_signed(sm2_pki: PKI) -> None:
    encoded = bytearray(sm2_pki.issue(SEAL_OWNER).certificate.der)
    encoded[-1] ^= 1
    told = judged(Certificate(bytes(encoded)), sm2_pki, *lists_of(sm2_pki))
    assert "certificate signature failure" in told


def test_openssl_4_misses_the_list_that_is_missing(sm2_pki: PKI) -> None:
    root, _ = lists_of(sm2_pki)
    assert "unable to get certificate CRL" in judged(sm2_pki.signer.certificate, sm2_pki, root)
