"""The gmssl package, as an independent second opinion only. It never sees a private key that matters.

What was found wrong in gmssl 3.2.2, and the guard that stands against each:
* a public key given as 04‖X‖Y loses every leading 0 and 4 of X: `public_key` is set after construction;
* `verify` may return 0 instead of False, and checks neither range of r, s nor the curve: `SM2Signature` and
  `SM2PublicKey` have checked both before it is asked, and the answer is compared with True;
* it raises TypeError where s·G + t·P is the point at infinity: that is a no;
* it does not double equal points: where s·G = t·P, which only the owner of the key can bring about, it says no to a
  signature that holds. It errs to the safe side, and decides nothing;
* its nonces and keys come from `random.choice`: `sign` here takes the nonce from the caller, and is used with the
  published private key of the standard's example alone.
"""

from typing import Final

from gmssl import sm2 as gmssl_sm2

from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["GmsslBackend", "sign_with_published_key"]

HEX_LENGTH: Final = 64


def crypt_sm2(*, private_key: str = "", public_key: str = "") -> gmssl_sm2.CryptSM2:
    """Return gmssl's object with its public key exactly as given."""
    crypt = gmssl_sm2.CryptSM2(private_key=private_key, public_key="")
    crypt.public_key = public_key
    return crypt


class GmsslBackend:
    """SM2 verification by gmssl. About 30 ms each: for self-tests and the tests' oracle."""

    name = "gmssl"

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        crypt = crypt_sm2(public_key=key.point[1:].hex())
        try:
            return crypt.verify(signature.raw.hex(), e) is True
        except TypeError:
            return False


def sign_with_published_key(private_key: int, e: SM2Digest, nonce: int) -> SM2Signature:
    """Return gmssl's signature with a private key and a nonce that the standard has printed."""
    crypt = crypt_sm2(private_key=f"{private_key:0{HEX_LENGTH}x}")
    return SM2Signature.from_raw(bytes.fromhex(crypt.sign(e, f"{nonce:0{HEX_LENGTH}x}")))
