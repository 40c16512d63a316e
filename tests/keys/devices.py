"""The devices that tests run on: an SDF library and a PKCS#11 token, each made for the run and thrown away."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pkcs11

from keys.data_keys import RootKeys
from keys.devices import Device, DeviceKey, StoredKey
from keys.memory import SecretBuffer
from keys.pkcs11 import PKCS11Configuration, PKCS11Device
from keys.pkcs11_mechanisms import SM2Mechanisms
from keys.sdf import SDFConfiguration, SDFDevice
from keys.sdf_interface import Dialect, SDFLibrary
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.judges import program, required
from tests.keys.custody import custody, folder_of_sockets
from trust.crypto.algorithms import KEYS, KeyAlgorithm

__all__ = [
    "KINDS",
    "SDF_PIN",
    "TOKEN_PIN",
    "SDFRig",
    "build_sdf",
    "new_token",
    "opened",
    "softhsm",
    "stored",
    "token_device",
]

SDF_PIN: Final = b"sdf-pin-for-tests"
TOKEN_PIN: Final = b"token-pin-for-tests"
SOFTHSM: Final = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
SOURCE: Final = Path(__file__).parent / "sdf_library" / "sdf.c"


KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "software": tuple(KEYS),
    "process": tuple(KEYS),
    "pkcs11": ("p256", "rsa3072"),
    "sdf": ("sm2",),
}
"""Every kind of device, and the algorithms whose keys it makes here."""


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Device]:
    """Open a device of a kind, made for the test that asks, or skip or fail the test where its judge is missing."""
    root = RootKey(os.urandom(32))
    match kind:
        case "software":
            yield SoftwareDevice(RootKeys.of(root))
        case "process":
            with folder_of_sockets() as sockets, custody(sockets, root) as process:
                yield process.device
        case "pkcs11":
            library = softhsm(folder)
            device = token_device(library, new_token(library))
            yield device
            device.close()
        case _:
            rig = SDFRig.make(build_sdf(folder.parent), folder)  # built once for the run
            yield rig.device
            rig.device.close()


def stored(key: DeviceKey, algorithm: KeyAlgorithm, *, context: str) -> StoredKey:
    """Return `key` as a keyring would hand it to its device."""
    return StoredKey(
        id=context.split()[1],
        context=context,
        algorithm=algorithm.name,
        public_key=key.public_key,
        wrapped=key.wrapped,
        location=key.location,
    )


def build_sdf(folder: Path, dialect: Dialect = Dialect.WITH_ALGORITHM) -> Path:
    """Build the SDF library of the tests in `folder`, unless it is there; without gcc skip or fail the test."""
    built = folder / f"libsdf-{dialect.value}.so"
    if built.exists():
        return built
    defined = ["-DWITHOUT_ALGORITHM"] if dialect is Dialect.WITHOUT_ALGORITHM else []
    strict = ["-Wall", "-Wextra", "-Werror"]
    command = [program("gcc"), "-shared", "-fPIC", "-O1", *strict, *defined, "-o", str(built), str(SOURCE), "-lcrypto"]
    subprocess.run(command, check=True)
    return built


@dataclass(frozen=True)
class SDFRig:
    """A device of its own for one test, and the strings that move it."""

    device: SDFDevice
    handle: ctypes.CDLL
    path: Path

    @classmethod
    def make(
        cls,
        built: Path,
        folder: Path,
        *,
        pin: bytes = SDF_PIN,
        signing: tuple[int, ...] = (1, 2, 3, 4, 5, 6),
        encryption: tuple[int, ...] = (7, 8),
        sessions: int = 8,
        patience: float = 5.0,
    ) -> "SDFRig":
        """Load a copy of the built library, so that it begins with keys and faults of its own."""
        path = folder / f"libsdf-{os.urandom(8).hex()}.so"
        shutil.copy(built, path)
        dialect = Dialect(built.stem.removeprefix("libsdf-"))
        configuration = SDFConfiguration(
            pin=SecretBuffer(pin),
            signing=signing,
            encryption=encryption,
            claims=folder / "claims",
            sessions=sessions,
            patience=patience,
        )
        device = SDFDevice(SDFLibrary.load(str(path), dialect), configuration)
        return cls(device, ctypes.CDLL(str(path)), path)

    def another(self, **changes: object) -> SDFDevice:
        """Return a second device on the same library, as another process would have it, with another configuration."""
        return SDFDevice(self.device.library, replace(self.device.configuration, **changes))  # type: ignore[arg-type]

    def fault(self, name: str, times: int = 1) -> None:
        """Let the next `times` calls fail as sdf.c says of `name`; -1 for ever."""
        self.handle.fault(name.encode(), times)

    def count(self, name: str) -> int:
        """Return how often a function was called."""
        found: int = self.handle.count(name.encode())
        return found

    def renew(self, index: int) -> None:
        """Put new pairs at an index."""
        self.handle.renew(index)

    def unplug(self) -> None:
        """Make every handle invalid."""
        self.handle.unplug()


def softhsm(folder: Path) -> str:
    """Return SoftHSM's library, which keeps its tokens in `folder`, or skip or fail the test where it is missing."""
    library = required("SoftHSM", next((path for path in SOFTHSM if Path(path).exists()), None))
    program("softhsm2-util")
    (folder / "tokens").mkdir(exist_ok=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)  # noqa: TID251 - read by the library when it is loaded
    return library


def new_token(library: str) -> str:
    """Make a token and return its label. SoftHSM looks for tokens when it is loaded, so that it is loaded anew."""
    label = f"xinyin-{os.urandom(4).hex()}"
    pins = ["--pin", TOKEN_PIN.decode(), "--so-pin", "so-pin-for-tests"]
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, *pins]
    subprocess.run(command, check=True, capture_output=True)
    pkcs11.lib(library).reinitialize()
    return label


def token_device(
    library: str,
    label: str,
    *,
    pin: bytes = TOKEN_PIN,
    sm2: SM2Mechanisms | None = None,
    patience: float = 5.0,
) -> PKCS11Device:
    """Return a device on a token."""
    return PKCS11Device(
        PKCS11Configuration(module=library, token=label, pin=SecretBuffer(pin), sm2=sm2, patience=patience)
    )
