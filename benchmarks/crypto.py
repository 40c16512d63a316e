"""Cryptography: our ports against the bare calls of the library below, and against the openssl program.

All of it runs on one core, the openssl program too. The baseline of SM2 names the backend in use, which both sides use.
One key verifies again and again, as those of a house do: with libcrypto we have a table of its multiples by then, which
the bare calls have not. `crypto.sm2_verify_new` is with keys that never came before, which both sides have to read.
"""

import hashlib
import hmac
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from benchmarks import bare
from benchmarks.measure import ROUNDS, Result, cpu_seconds, paired
from keys import secret_halves
from keys.private_keys import MAKERS, InternationalKey, SM2Key, generate
from trust.crypto import backends, sm2, sm4
from trust.crypto.algorithms import KEYS
from trust.crypto.sm3 import hmac_sm3, sm3

__all__ = ["results"]

MESSAGE = b"message"
KEY_TO_WRAP = b"a key of sixteen"
MEBIBYTE = 1 << 20
ENOUGH = 100
"""Calls a round of what takes a quarter of a millisecond."""

NEW = 50
"""Keys of a round that never came before."""


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process and its children on one core, where the system can."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def sm2_results() -> list[Result]:
    """Measure SM2 with the backends in use: through our shapes, and by bare calls of the same library."""
    computing = backends.in_use()
    private = SM2Key(secret_halves.in_use().generate())
    public = private.key.public_key
    e = sm2.digest(public, MESSAGE)
    signature = private.key.sign(e)
    ciphertext = backends.encrypt(public, KEY_TO_WRAP)
    signs, verifies = bare.secret(private.key), bare.public(computing.verifies, public)
    half = secret_halves.in_use()
    pairs: tuple[tuple[str, str, Callable[[], object], Callable[[], object]], ...] = (
        ("sign", computing.signs, lambda: signs.sign(e), lambda: private.sign_digest(e)),
        (
            "verify",
            computing.verifies.name,
            lambda: verifies.verify(e, signature),
            lambda: backends.verify(public, e, signature),
        ),
        (
            "encrypt",
            computing.verifies.name,
            lambda: verifies.encrypt(KEY_TO_WRAP),
            lambda: backends.encrypt(public, KEY_TO_WRAP),
        ),
        (
            "decrypt",
            computing.signs,
            lambda: signs.decrypt(ciphertext.der),
            lambda: private.decrypt(ciphertext),
        ),
        ("keygen", computing.signs, signs.generate, half.generate),
    )
    found = [
        paired(f"crypto.sm2_{name}", f"{library} by bare calls", theirs, ours, times=ENOUGH)
        for name, library, theirs, ours in pairs
    ]
    return [*found, new_keys()]


def new_keys() -> Result:
    """Measure verifying with keys that never came before."""
    half, library = secret_halves.in_use(), backends.in_use().verifies
    made = [half.generate() for _ in range(2 * NEW * (ROUNDS + 1))]
    signed = [(one.public_key, sm2.digest(one.public_key, MESSAGE)) for one in made]
    waiting = [(key, e, one.sign(e)) for one, (key, e) in zip(made, signed, strict=True)]

    def theirs() -> object:
        key, e, signature = waiting.pop()
        return bare.public(library, key).verify(e, signature)

    def ours() -> None:
        key, e, signature = waiting.pop()
        backends.verify(key, e, signature)

    return paired("crypto.sm2_verify_new", f"{library.name} by bare calls", theirs, ours, times=NEW)


def openssl_speed() -> tuple[float, float]:
    """Return the SM2 signatures and verifications a second of `openssl speed`."""
    printed = subprocess.run(["openssl", "speed", "-seconds", "2", "sm2"], capture_output=True, text=True, check=True)
    found = re.search(r"CurveSM2.*?\s([0-9.]+)\s+([0-9.]+)\s*$", printed.stdout, re.MULTILINE)
    assert found is not None
    return float(found[1]), float(found[2])


def against_openssl() -> list[Result]:
    """Measure what the openssl program can do as well, in the same moment on the same core."""
    private = SM2Key(secret_halves.in_use().generate())
    public = private.key.public_key
    e = sm2.digest(public, MESSAGE)
    signature = private.key.sign(e)
    computing = backends.in_use()
    sign, verify = openssl_speed()
    found = [
        Result(
            name=f"crypto.sm2_{name}_vs_openssl",
            unit="per second",
            baseline=f"openssl speed sm2 (ours: {library})",
            baseline_value=theirs,
            ours=round(ours, 1),
            ratio=round(ours / theirs, 3),
        )
        for name, library, theirs, ours in (
            ("sign", computing.signs, sign, 1 / cpu_seconds(lambda: private.sign_digest(e), 1000)),
            (
                "verify",
                computing.verifies.name,
                verify,
                1 / cpu_seconds(lambda: backends.verify(public, e, signature), 1000),
            ),
        )
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "100mb"
        path.write_bytes(secrets.token_bytes(MEBIBYTE) * 100)
        content = path.read_bytes()
        dgst = ["openssl", "dgst", "-sm3", str(path)]
        found.append(
            paired(
                "crypto.sm3_100mb",
                "openssl dgst -sm3",
                lambda: subprocess.run(dgst, capture_output=True, check=True),
                lambda: sm3(content),
                times=1,
            )
        )
    return found


def symmetric_results() -> list[Result]:
    """Measure the keyed hash and the cipher."""
    key, nonce, kibibyte, plain = bytes(16), bytes(12), bytes(1024), bytes(MEBIBYTE)

    def bare_gcm() -> object:
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        return encryptor.update(plain) + encryptor.finalize(), encryptor.tag

    found = [
        paired("crypto.sm4_gcm_1mb", "cryptography", bare_gcm, lambda: sm4.seal_gcm(key, nonce, plain, b""), times=5)
    ]
    if "sm3" in hashlib.algorithms_available:
        found.append(
            paired(
                "crypto.hmac_sm3_1kb",
                "hmac.digest",
                lambda: hmac.digest(key, kibibyte, "sm3"),
                lambda: hmac_sm3(key, kibibyte),
                times=1000,
            )
        )
    return found


Calls = tuple[Callable[[], object], Callable[[], object]]
"""Signing, and verifying."""


def calls_of(private: InternationalKey, digest: bytes, signature: bytes) -> Calls:
    """Return how `cryptography` itself signs and verifies."""
    prehashed, fill = utils.Prehashed(hashes.SHA256()), padding.PKCS1v15()
    match private.key:
        case ec.EllipticCurvePrivateKey() as elliptic:
            point, scheme = elliptic.public_key(), ec.ECDSA(hashes.SHA256())
            return (
                lambda: elliptic.sign(digest, ec.ECDSA(prehashed)),
                lambda: point.verify(signature, MESSAGE, scheme),
            )
        case rsa.RSAPrivateKey() as modulus:
            public = modulus.public_key()
            return (
                lambda: modulus.sign(digest, fill, prehashed),
                lambda: public.verify(signature, MESSAGE, fill, hashes.SHA256()),
            )
        case lattice:
            vector = lattice.public_key()
            return lambda: lattice.sign_mu(digest), lambda: vector.verify(signature, MESSAGE)


def international_results(name: str) -> list[Result]:
    """Measure a family that `cryptography` knows, through our shapes and by its own calls."""
    private = generate(KEYS[name])
    assert isinstance(private, InternationalKey)
    public = private.public()
    digest = public.digest(MESSAGE)
    signature, algorithm = public.signature_value(private.sign_digest(digest)), public.own_algorithm
    sign, verify = calls_of(private, digest, signature)
    label = f"crypto.{name.replace('-', '_')}"

    def signed() -> object:
        return private.sign_digest(digest)

    def verified() -> None:
        public.verify(signature, MESSAGE, algorithm)

    return [
        paired(f"{label}_sign", "cryptography", sign, signed, times=ENOUGH),
        paired(f"{label}_verify", "cryptography", verify, verified, times=ENOUGH),
    ]


def results() -> list[Result]:
    """Measure everything of this module."""
    with one_core():
        found = [*sm2_results(), *symmetric_results()]
        for name in MAKERS:
            found += international_results(name)
        if shutil.which("openssl"):
            found += against_openssl()
    return found
