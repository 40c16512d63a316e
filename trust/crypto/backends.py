"""Which backend computes SM2 in this process, and verification and enciphering themselves.

The choice falls once, at the start, by the setting TRUST_CRYPTO_BACKEND; `trust doctor` and the health routes show it.
docs/decisions/0010-fastest-safe-backend.md says why `auto` chooses as it does.
"""

import platform
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from trust.crypto.botan import BotanBackend, BotanMissing
from trust.crypto.libcrypto import LibcryptoBackend, LibcryptoMissing
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import SignatureMismatch, SM2Backend, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import Unavailable

__all__ = [
    "EVIDENCE",
    "BackendChoice",
    "BackendLeaks",
    "BackendsInUse",
    "Evidence",
    "SM2Library",
    "available",
    "choose",
    "encrypt",
    "in_use",
    "independent_of",
    "preferred",
    "require_constant_time",
    "second_opinion",
    "use",
    "verify",
]


class SM2Library(SM2Backend, Protocol):
    """A backend that verifies and enciphers, and says which library it is."""

    @property
    def version(self) -> str:
        """Which library this is."""
        ...

    def encrypt(self, key: SM2PublicKey, plain: bytes) -> SM2Ciphertext:
        """Return `plain` enciphered to `key`. Raise `BackendFailed`."""
        ...


class BackendLeaks(Unavailable):
    """The backend's time tells something of the key, or nobody has shown that it does not: it gets no private key."""

    code = "crypto.backend_leaks"
    detail_names: ClassVar[tuple[str, ...]] = ("backend",)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of the time that a backend's secret operations take."""

    constant_time: bool
    told: str
    """Why, from its source."""

    measured: str
    """What benchmarks/timing.py found: the largest difference between two classes of secrets, and Welch's t."""


EVIDENCE: Final[Mapping[str, Evidence]] = {
    "libcrypto": Evidence(
        constant_time=True,
        told="Montgomery ladder over blinded coordinates (OpenSSL 3.0 and 3.1; later ones on x86-64 alone)",
        measured="OpenSSL 3.0.19: +0.3 % in deciphering, t 0.7; +0.3 % in signing, t 0.2",
    ),
    "botan": Evidence(
        constant_time=True,
        told="blinded scalars and coordinates (2.19); constant-time arithmetic checked with Valgrind upstream (3)",
        measured="Botan 2.19.3: −0.6 % in deciphering, t −1.4; +0.2 % in signing, t −0.8",
    ),
    "reference": Evidence(
        constant_time=False,
        told="double and add on Python's integers: the time tells the weight of the key",
        measured="−37 % in a multiplication, t −140",
    ),
    "gmssl": Evidence(
        constant_time=False,
        told="double and add on Python's integers; nonces that can be foretold; C3 not compared",
        measured="−31 % in signing, t −42",
    ),
}
"""Who may hold private keys: a large t with a large difference proves a leak, none is weak evidence of its absence.

docs/algorithms.md is made of this table. Measured on an x86-64 machine that others used as well.
"""

SECRET_BRANCHES: Final = {"aarch64", "arm64", "riscv64"}
"""Machines on which SM2 of OpenSSL 3.2 and later branches on secrets (CVE-2025-9231; openssl issue 31133)."""


def libcrypto_branches(version: str, machine: str) -> bool:
    """Tell whether this libcrypto's SM2 branches on secrets on such a machine."""
    found = re.match(r"OpenSSL (\d+)\.(\d+)", version)
    return machine in SECRET_BRANCHES and (found is None or (int(found[1]), int(found[2])) >= (3, 2))


def require_constant_time(name: str, *, version: str | None = None, machine: str | None = None) -> None:
    """Return if the backend `name` may hold private keys on this machine, else raise `BackendLeaks`."""
    if name not in EVIDENCE or not EVIDENCE[name].constant_time:
        raise BackendLeaks(backend=name)
    if name == LibcryptoBackend.name:
        version = version or LibcryptoBackend().version
        if libcrypto_branches(version, machine or platform.machine()):
            raise BackendLeaks(backend=f"{name} ({version})")


class BackendChoice(StrEnum):
    """What an operator may ask for."""

    AUTO = "auto"
    LIBCRYPTO = "libcrypto"
    BOTAN = "botan"


@dataclass(frozen=True, kw_only=True)
class BackendsInUse:
    """Who computes what."""

    verifies: SM2Library
    """Verifies, and enciphers to public keys."""

    signs: str
    """The name of the backend whose secret half, in keys/, holds private keys."""


OFFERS: Final[Mapping[str, Callable[[], SM2Library]]] = {"libcrypto": LibcryptoBackend, "botan": BotanBackend}
"""How a backend is opened. Opening raises `LibcryptoMissing` or `BotanMissing`."""


def available(offers: Mapping[str, Callable[[], SM2Library]] = OFFERS) -> tuple[SM2Library, ...]:
    """Return every backend whose library is on this machine."""
    found = []
    for open_backend in offers.values():
        try:
            found.append(open_backend())
        except (LibcryptoMissing, BotanMissing):
            continue
    return tuple(found)


def choose(choice: BackendChoice, offers: Mapping[str, Callable[[], SM2Library]] = OFFERS) -> BackendsInUse:
    """Return who computes. Raise `LibcryptoMissing` or `BotanMissing` where the one that was asked for is not there.

    `auto`: Botan signs where it is there, being two to ten times as fast. It verifies from version 3 on; before,
    libcrypto is as fast and lets a second implementation see every signature. Without both, the reference verifies
    and nothing signs.
    """
    if choice is not BackendChoice.AUTO:
        return BackendsInUse(verifies=offers[choice.value](), signs=choice.value)
    found = {library.name: library for library in available(offers)}
    botan, libcrypto = found.get("botan"), found.get("libcrypto")
    if botan is not None and (libcrypto is None or not botan.version.startswith("Botan 2.")):
        verifies = botan
    else:
        verifies = libcrypto or ReferenceBackend()
    signs = next((name for name in ("botan", "libcrypto") if name in found), ReferenceBackend.name)
    return BackendsInUse(verifies=verifies, signs=signs)


class Process:
    """The one choice of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.chosen: BackendsInUse | None = None
        self.second: SM2Library | None = None


PROCESS: Final = Process()


def use(choice: BackendChoice) -> BackendsInUse:
    """Choose for the whole process, before anything is computed. Raise as `choose` does; then nothing changes."""
    chosen = choose(choice)
    with PROCESS.lock:
        PROCESS.chosen, PROCESS.second = chosen, None
    return chosen


def in_use() -> BackendsInUse:
    """Return who computes in this process: what `use` chose, else what `auto` finds."""
    chosen = PROCESS.chosen
    return use(BackendChoice.AUTO) if chosen is None else chosen


def preferred() -> SM2Library:
    """Return the backend that verifies in this process."""
    return in_use().verifies


def second_opinion() -> SM2Library:
    """Return a backend that is not the one that signs in this process, to judge what was signed."""
    chosen = in_use()
    if chosen.verifies.name != chosen.signs:
        return chosen.verifies
    if PROCESS.second is None:
        PROCESS.second = independent_of(chosen.signs)
    return PROCESS.second


def independent_of(name: str, offers: Mapping[str, Callable[[], SM2Library]] = OFFERS) -> SM2Library:
    """Return a backend other than `name`: another library of this machine, else the reference, which is slow."""
    return next((one for one in available(offers) if one.name != name), ReferenceBackend())


def verify(key: SM2PublicKey, e: SM2Digest, signature: SM2Signature, *, backend: SM2Backend | None = None) -> None:
    """Return if `signature` over `e` was made with the private half of `key`, else raise `SignatureMismatch`."""
    if not (backend or preferred()).verify(key, e, signature):
        raise SignatureMismatch


def encrypt(key: SM2PublicKey, plain: bytes, *, backend: SM2Library | None = None) -> SM2Ciphertext:
    """Return `plain` enciphered to `key` by one backend. Use `sm2_encryption.encrypt`, which asks for more."""
    return (backend or preferred()).encrypt(key, plain)
