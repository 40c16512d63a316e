"""Unsealing: where the root key comes from when a process starts, and how it is known to be the right one.

The public record root.json says of which generation the root key is, and a check value that tells it from any other.
While a new root key takes over, it says so of both.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, NoReturn, Protocol, Self

from typing_extensions import override

from keys.errors import KeystoreUnavailable, RootMismatch
from keys.wrapping import RootKey

__all__ = ["EnvironmentSource", "FileSource", "RootRecord", "RootSource", "identify", "replace_file"]

FORM: Final = 1
FIRST_GENERATION: Final = 1
NEXT: Final = ".next"


@dataclass(frozen=True, kw_only=True)
class RootRecord:
    """What may be known of a root key by everybody."""

    generation: int
    check: bytes
    coming: bytes | None = None
    """The check value of the next generation, while it takes over."""

    threshold: int | None = None
    """How many shares are needed, where it was divided."""

    shares: int | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.check), len(self.coming or self.check)}
        if self.generation < FIRST_GENERATION or lengths != {CHECK_LENGTH}:
            raise ValueError("not a record of a root key")

    @classmethod
    def of(cls, root: RootKey, *, generation: int = FIRST_GENERATION) -> Self:
        """Return the record of a root key."""
        return cls(generation=generation, check=root.check_value)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the record at `path`, or return None where there is none. Raise `KeystoreUnavailable`."""
        try:
            told = json.loads(path.read_bytes())
            if told.pop("form") != FORM:
                raise KeystoreUnavailable(cure=f"{path.name} is of a form that this program does not know")
            coming = told.pop("coming")
            return cls(
                check=bytes.fromhex(told.pop("check")), coming=None if coming is None else bytes.fromhex(coming), **told
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            raise KeystoreUnavailable(cure=f"put {path.name} back from a backup") from None

    def write(self, path: Path) -> None:
        """Write the record; it is on the disk when this returns, and there is never half of one."""
        told = {
            "form": FORM,
            "generation": self.generation,
            "check": self.check.hex(),
            "coming": None if self.coming is None else self.coming.hex(),
            "threshold": self.threshold,
            "shares": self.shares,
        }
        replace_file(path, json.dumps(told, indent=2).encode() + b"\n")

    def arrived(self) -> "RootRecord":
        """Return the record once the next generation has taken over. What was divided is so no more."""
        if self.coming is None:
            return self
        return RootRecord(generation=self.generation + 1, check=self.coming)

    def expecting(self, root: RootKey) -> "RootRecord":
        """Return the record while `root` takes over."""
        return replace(self, coming=root.check_value)


CHECK_LENGTH: Final = 32


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` into the place of a file, at once and durably."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(path.name + ".new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until what was renamed in a folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def identify(roots: Iterable[RootKey], record: RootRecord | None) -> Mapping[int, RootKey]:
    """Return root keys by their generation, as the record knows them. Raise `RootMismatch` for one that it does not.

    An instance of before has no record; its root key is of the first generation.
    """
    found: dict[int, RootKey] = {}
    for root in roots:
        if record is None or root.check_value == record.check:
            found[FIRST_GENERATION if record is None else record.generation] = root
        elif root.check_value == record.coming:
            found[record.generation + 1] = root
        else:
            raise RootMismatch
    return found


class RootSource(Protocol):
    """Where the root key comes from."""

    @property
    def name(self) -> str:
        """What it is, in words for the operator."""
        ...

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys by generation. Raise `KeystoreUnavailable`, or `RootMismatch`."""
        ...


class FileSource:
    """The root key in a file of its own, that its owner alone may read; beside it the next one, while it takes over."""

    name: ClassVar[str] = "file"

    def __init__(self, path: Path, record: Path) -> None:
        self.path = path
        self.coming = path.with_name(path.name + NEXT)
        self.record = record

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys by generation."""
        roots = [RootKey.load(self.path)]
        if self.coming.exists():
            roots.append(RootKey.load(self.coming))
        return identify(roots, RootRecord.read(self.record))


class EnvironmentSource:
    """The root key in the environment of the process, for platforms that hand secrets over so."""

    name: ClassVar[str] = "environment"

    def __init__(self, digits: str, record: Path) -> None:
        self.digits = digits
        self.record = record

    @override
    def __repr__(self) -> str:
        return "EnvironmentSource(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a root key is not copied")

    def read(self) -> Mapping[int, RootKey]:
        """Return the root key by its generation."""
        try:
            secret = bytes.fromhex(self.digits.strip())
        except ValueError:
            raise KeystoreUnavailable(cure="the root key in the environment must be 64 hexadecimal digits") from None
        return identify([RootKey(secret)], RootRecord.read(self.record))
