"""Keys and signatures that come out the same in every run: derived from names, with nonces derived from what is signed.

Nobody is to use any of these keys for anything: whoever reads this file has them. The nonces are derived in the manner
of RFC 6979, 3, which for SM2 no library offers.
"""

from collections.abc import Callable
from hashlib import shake_256
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.lifecycle import KeyState
from keys.private_keys import PrivateKey
from tests.fakes.custody import MemoryCustody, MemoryKey
from trust.crypto.algorithms import KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.reference import multiply
from trust.crypto.sm2 import N, SM2PublicKey
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.signing import KeyHandle, KeyPurpose, KeyReference

__all__ = ["DerivedCustody", "derived", "ed25519_key", "rsa_key"]

P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P384_ORDER: Final = int(
    "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
)
"""Orders of the curves (SEC 2, 2.4.2 and 2.5.1)."""

SMALL_PRIMES: Final = tuple(one for one in range(3, 2000) if all(one % by for by in range(2, int(one**0.5) + 1)))
PUBLIC_EXPONENT: Final = 65537


def derived(*seed: bytes, below: int) -> int:
    """Return a number from 1 to `below` - 1 that follows from `seed`."""
    told = b"xinyin vectors" + b"".join(len(one).to_bytes(4, "big") + one for one in seed)
    return 1 + int.from_bytes(shake_256(told).digest((below.bit_length() + 7) // 8 + 16), "big") % (below - 1)


class DerivedSM2Key:
    """An SM2 private key whose number follows from a name."""

    def __init__(self, name: bytes) -> None:
        self.number = derived(name, b"sm2", below=N - 1)
        point = multiply(self.number)
        assert point is not None
        self.key = PublicKey.of_sm2(SM2PublicKey(*point))

    @property
    def secret(self) -> bytes:
        return self.number.to_bytes(32, "big")

    def public(self) -> PublicKey:
        return self.key

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r ‖ s (GB/T 32918.2-2016, 6.1)."""
        nonce = derived(self.secret, digest, below=N)
        point = multiply(nonce)
        assert point is not None
        r = (int.from_bytes(digest, "big") + point[0]) % N
        s = pow(1 + self.number, -1, N) * (nonce - r * self.number) % N
        assert 0 not in (r, s, (r + nonce) % N)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        raise NotImplementedError(ciphertext)


class DerivedP256Key:
    """A P-256 private key whose number follows from a name."""

    def __init__(self, name: bytes) -> None:
        self.number = derived(name, b"p256", below=P256_ORDER)
        self.key = ec.derive_private_key(self.number, ec.SECP256R1())

    @property
    def secret(self) -> bytes:
        return self.number.to_bytes(32, "big")

    def public(self) -> PublicKey:
        return PublicKey(self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign_digest(self, digest: bytes) -> bytes:
        algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True)
        r, s = utils.decode_dss_signature(self.key.sign(digest, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        raise NotImplementedError(ciphertext)


MAKERS: Final[dict[str, Callable[[bytes], PrivateKey]]] = {"sm2": DerivedSM2Key, "p256": DerivedP256Key}


class DerivedCustody(MemoryCustody):
    """A custody whose keys follow from its own name and from theirs, so that none depends on what was made before."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.seed = name.encode()

    def named(self, name: str, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> KeyReference:
        """Return the key of this name, which is made when it is first asked for."""
        handle = KeyHandle(f"memory:{name}")
        if handle not in self.keys:
            private = MAKERS[algorithm.name](self.seed + b" " + name.encode())
            self.keys[handle] = MemoryKey(private, purpose, KeyState.ACTIVE)
        return KeyReference(handle=handle, public_key=self.keys[handle].private.public(), purpose=purpose)


def p384_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return a P-384 key."""
    return ec.derive_private_key(derived(name.encode(), b"p384", below=P384_ORDER), ec.SECP384R1())


def ed25519_key(name: str) -> ed25519.Ed25519PrivateKey:
    """Return an Ed25519 key."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(shake_256(b"xinyin vectors ed25519" + name.encode()).digest(32))


def rsa_key(name: str, bits: int) -> rsa.RSAPrivateKey:
    """Return an RSA key of this size."""
    p, q = (prime(name.encode() + b"%d" % place, bits // 2) for place in range(2))
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
    parts = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *parts, public).private_key()


def prime(seed: bytes, bits: int) -> int:
    """Return the first prime of so many bits, with the upper two set, after a number that follows from `seed`."""
    found = derived(seed, b"prime", below=1 << bits) | 3 << (bits - 2) | 1
    while any(found % one == 0 for one in SMALL_PRIMES) or not passes(found) or (found - 1) % PUBLIC_EXPONENT == 0:
        found += 2
    return found


def passes(candidate: int) -> bool:
    """Tell whether a number passes the test of Miller and Rabin for the first bases."""
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19):
        found = pow(base, odd, candidate)
        if found in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            found = found * found % candidate
            if found == candidate - 1:
                break
        else:
            return False
    return True
