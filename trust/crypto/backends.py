"""Which backend verifies SM2 in this process, and the verification itself.

The choice falls once, when the first signature is checked: the system's libcrypto where it has SM2, else the
reference. `trust doctor` and the health routes show it.
"""

from collections.abc import Callable
from functools import cache

from trust.crypto.libcrypto import LibcryptoBackend, LibcryptoMissing
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import SignatureMismatch, SM2Backend, SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["choose", "preferred", "verify"]


@cache
def preferred() -> SM2Backend:
    """Return the best backend that this machine offers."""
    return choose(LibcryptoBackend)


def choose(fast: Callable[[], SM2Backend]) -> SM2Backend:
    """Return what `fast` opens, or the reference where this machine lacks it."""
    try:
        return fast()
    except LibcryptoMissing:
        return ReferenceBackend()


def verify(key: SM2PublicKey, e: SM2Digest, signature: SM2Signature, *, backend: SM2Backend | None = None) -> None:
    """Return if `signature` over `e` was made with the private half of `key`, else raise `SignatureMismatch`."""
    if not (backend or preferred()).verify(key, e, signature):
        raise SignatureMismatch
