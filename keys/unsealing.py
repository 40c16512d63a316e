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

from keys.errors import KeystoreUnavailable, NextRootMissing, RootMismatch
from keys.wrapping import RootKey, sync_folder, write_secret

__all__ = [
    "NEXT",
    "EnvironmentSource",
    "FileSource",
    "RootRecord",
    "RootSource",
    "identify",
    "replace_file",
]

FORM: Final = 1
FIRST_GENERATION: Final = 1
NEXT: Final = ".next"
"""Ends the name of the file in which the next root key lies."""


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
    """Where the root key comes from, and where the next one lies beside it while it takes over."""

    @property
    def name(self) -> str:
        """What it is, in words for the operator."""
        ...

    @property
    def record(self) -> Path:
        """Where the public record of the root key is."""
        ...

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys by generation. Raise `KeystoreUnavailable`, or `RootMismatch`."""
        ...

    def present(self) -> RootKey:
        """Return the root key that is in its place, whatever the record says of it. Raise `KeystoreUnavailable`."""
        ...

    def coming(self) -> RootKey | None:
        """Return the next root key, if it is there already. Raise `KeystoreUnavailable`."""
        ...

    def lay(self, root: RootKey) -> None:
        """Lay the next root key beside the present one, durably."""
        ...

    def move(self) -> None:
        """Put the next root key into the place of the present one, which is gone with that."""
        ...


class FileSource:
    """The root key in a file of its own, that its owner alone may read; beside it the next one, while it takes over."""

    name: ClassVar[str] = "file"

    def __init__(self, path: Path, record: Path) -> None:
        self.path = path
        self.next = path.with_name(path.name + NEXT)
        self.record = record

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys by generation."""
        coming = self.coming()
        return identify([self.present(), *([] if coming is None else [coming])], RootRecord.read(self.record))

    def present(self) -> RootKey:
        """Return the root key in the file."""
        return RootKey.load(self.path)

    def coming(self) -> RootKey | None:
        """Return the root key in the file beside it, if there is one."""
        return RootKey.load(self.next) if self.next.exists() else None

    def lay(self, root: RootKey) -> None:
        """Write the file beside it."""
        write_secret(self.next, root.secret)

    def move(self) -> None:
        """Rename the file beside it."""
        self.next.replace(self.path)
        sync_folder(self.path.parent)


class EnvironmentSource:
    """The root key in the environment of the process, for platforms that hand secrets over so.

    Nobody but the operator can put another there. So the next one is brought in a variable of its own, and counts from
    the moment at which the record knows it: at first as the one to come, and in the end as the only one.
    """

    name: ClassVar[str] = "environment"

    def __init__(self, digits: str, record: Path, *, coming: str = "") -> None:
        self.digits, self.digits_coming = digits, coming
        self.record = record

    @override
    def __repr__(self) -> str:
        return "EnvironmentSource(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a root key is not copied")

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys that the record knows by their generation."""
        record = RootRecord.read(self.record)
        coming = self.coming()
        is_expected = coming is not None and record is not None and record.coming == coming.check_value
        return identify([self.present(), *([coming] if coming is not None and is_expected else [])], record)

    def present(self) -> RootKey:
        """Return the root key of the first variable, or that of the second one once it has taken over."""
        coming, record = self.given_as_next(), RootRecord.read(self.record)
        if coming is not None and record is not None and record.check == coming.check_value:
            return coming
        return given(self.digits)

    def coming(self) -> RootKey | None:
        """Return the root key of the second variable, unless it has taken over."""
        coming, record = self.given_as_next(), RootRecord.read(self.record)
        has_arrived = coming is not None and record is not None and record.check == coming.check_value
        return None if has_arrived else coming

    def given_as_next(self) -> RootKey | None:
        """Return the root key of the second variable."""
        return given(self.digits_coming) if self.digits_coming else None

    def lay(self, root: RootKey) -> NoReturn:  # noqa: ARG002 - as the others do
        """Raise `NextRootMissing`: the operator has to bring it."""
        raise NextRootMissing

    def move(self) -> None:
        """Leave the variables as they are: the record tells which of them counts."""


def given(digits: str) -> RootKey:
    """Return the root key that a variable of the environment holds, or raise `KeystoreUnavailable`."""
    try:
        secret = bytes.fromhex(digits.strip())
    except ValueError:
        raise KeystoreUnavailable(cure="the root key in the environment must be 64 hexadecimal digits") from None
    return RootKey(secret)
