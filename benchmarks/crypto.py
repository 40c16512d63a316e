"""Cryptography: our ports against the raw library, and against the openssl program."""

import ctypes
import re
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import Result, cpu_seconds, paired
from keys.sm2 import SM2PrivateKey
from trust.crypto import sm2
from trust.crypto.backends import verify
from trust.crypto.libcrypto import library
from trust.crypto.sm3 import sm3

__all__ = ["results"]


def raw_sign(key: SM2PrivateKey, e: bytes) -> bytes:
    """Sign by the bare calls of the library."""
    call = library().call
    context = call("EVP_PKEY_CTX_new", key.pkey, None)
    call("EVP_PKEY_sign_init", context)
    length, buffer = ctypes.c_size_t(80), ctypes.create_string_buffer(80)
    call("EVP_PKEY_sign", context, buffer, ctypes.byref(length), e, 32)
    call("EVP_PKEY_CTX_free", context)
    return buffer.raw[: length.value]


def raw_verify(pkey: int, e: bytes, signature: bytes) -> bool:
    """Verify by the bare calls of the library, with a key that it has parsed before."""
    call = library().call
    context = call("EVP_PKEY_CTX_new", pkey, None)
    call("EVP_PKEY_verify_init", context)
    good: bool = call("EVP_PKEY_verify", context, signature, len(signature), e, 32) == 1
    call("EVP_PKEY_CTX_free", context)
    return good


def openssl_speed() -> float:
    """Return the SM2 signatures a second of `openssl speed`."""
    printed = subprocess.run(["openssl", "speed", "-seconds", "2", "sm2"], capture_output=True, text=True, check=True)
    found = re.search(r"CurveSM2.*?\s([0-9.]+)\s+[0-9.]+\s*$", printed.stdout, re.MULTILINE)
    assert found is not None
    return float(found[1])


def results() -> list[Result]:
    """Measure everything of this module."""
    key = SM2PrivateKey.generate()
    public = key.public_key
    e = sm2.digest(public, b"message")
    signature = key.sign(e)
    assert key.pkey is not None
    found = [
        paired("crypto.sm2_sign", "libcrypto by bare calls", lambda: raw_sign(key, e), lambda: key.sign(e), times=100),
        paired(
            "crypto.sm2_verify",
            "libcrypto by bare calls",
            lambda: raw_verify(key.pkey or 0, e, signature.der),
            lambda: verify(public, e, signature),
            times=100,
        ),
    ]
    if shutil.which("openssl"):
        ours, theirs = 1 / cpu_seconds(lambda: key.sign(e), 500), openssl_speed()
        found.append(
            Result(
                name="crypto.sm2_sign_vs_openssl",
                unit="per second",
                baseline="openssl speed sm2",
                baseline_value=theirs,
                ours=round(ours, 1),
                ratio=round(ours / theirs, 3),
            )
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "100mb"
            path.write_bytes(secrets.token_bytes(1 << 20) * 100)
            content = path.read_bytes()
            found.append(
                paired(
                    "crypto.sm3_100mb",
                    "openssl dgst -sm3",
                    lambda: subprocess.run(["openssl", "dgst", "-sm3", str(path)], capture_output=True, check=True),
                    lambda: sm3(content),
                    times=1,
                )
            )
    return found
