"""Every implementation of SM2, by name, for the tests that set them against each other."""

from collections.abc import Callable, Mapping
from typing import Final

from keys.secret_halves import HALVES, SM2Secret
from tests.judges import required
from trust.crypto.backends import SM2Library
from trust.crypto.botan import BotanBackend, BotanMissing
from trust.crypto.gmssl import GmsslBackend
from trust.crypto.libcrypto import LibcryptoBackend, library
from trust.crypto.libcrypto_tables import Curve, KeyTables
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import SM2Backend, SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["LIBRARIES", "SECRET_HALVES", "VERIFIERS", "half_named", "library_named", "verifier_named"]


class AllInTables:
    """libcrypto as it verifies with keys that come often, for each key from the first time on."""

    name = "libcrypto with tables"

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        return KeyTables(Curve(library()), key).verify(e, signature)


def botan() -> BotanBackend:
    """Return Botan, or skip or fail the test where this machine lacks it."""
    try:
        found = BotanBackend()
    except BotanMissing:
        found = None
    return required("Botan", found)


OPEN_LIBRARY: Final[Mapping[str, Callable[[], SM2Library]]] = {
    "reference": ReferenceBackend,
    "libcrypto": LibcryptoBackend,
    "botan": botan,
}

LIBRARIES: Final = tuple(OPEN_LIBRARY)
"""Those that verify and encipher."""

TABLES: Final = "libcrypto with tables"
VERIFIERS: Final = (*LIBRARIES, TABLES, "gmssl")
"""Those that verify."""

SECRET_HALVES: Final = tuple(HALVES)
"""Those that hold private keys."""


def library_named(name: str) -> SM2Library:
    """Return a backend that verifies and enciphers."""
    return OPEN_LIBRARY[name]()


def verifier_named(name: str) -> SM2Backend:
    """Return a backend that verifies."""
    if name == TABLES:
        return AllInTables()
    return GmsslBackend() if name == "gmssl" else library_named(name)


def half_named(name: str) -> type[SM2Secret]:
    """Return a secret half."""
    library_named(name)
    return HALVES[name]
