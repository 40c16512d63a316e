"""Files by their content: the port to a blob store, and the one on the local disk."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NewType, Protocol

from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import hash_of_file
from trust.crypto.sm3 import sm3
from trust.errors import NotFound, Unavailable

__all__ = ["BlobId", "BlobMissing", "BlobStore", "BlobStoreUnavailable", "LocalBlobs"]

BlobId = NewType("BlobId", str)
"""SM3 of the content, 64 hexadecimal digits."""


class BlobMissing(NotFound):
    """There is no such file, or what is there under its name is not it."""

    code = "blob.missing"


class BlobStoreUnavailable(Unavailable):
    """The blob store cannot be read or written now: a full disk, a lost mount."""

    code = "blob.unavailable"


class BlobStore(Protocol):
    """Keeps files by their content. Write once; durable when `put` returns; safe to share between threads.

    Trusted for: nothing, the content is checked against its name whenever it is read.
    """

    def put(self, content: bytes) -> BlobId:
        """Keep `content` and return its name. Keeping the same content twice changes nothing."""
        ...

    def put_all(self, contents: Sequence[bytes]) -> tuple[BlobId, ...]:
        """Keep several files and return their names, in their order. Where that fails, some may have been kept."""
        ...

    def get(self, name: BlobId) -> bytes:
        """Return the content under `name`, or raise `BlobMissing`."""
        ...


class LocalBlobs:
    """Files in a folder of the local disk, under two levels of folders by the first digits of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: BlobId) -> Path:
        """Return where the content under `name` stands. A name that is not one of ours leads nowhere."""
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):  # noqa: PLR2004 - digits of an SM3 hash
            raise BlobMissing
        return self.folder / name[:2] / name[2:4] / name

    def put(self, content: bytes) -> BlobId:
        """Keep `content`: written aside, synced, then given its name, so that no half file ever bears it.

        What stands there already and was changed is replaced.
        """
        return self.put_all((content,))[0]

    def put_all(self, contents: Sequence[bytes]) -> tuple[BlobId, ...]:
        """Keep several files as `put` does one; the names in each folder are made durable once for all of them."""
        names = tuple(BlobId(hash_of_file(Digest.SM3, content).hex()) for content in contents)
        folders: dict[Path, None] = {}
        try:
            for name, content in zip(names, contents, strict=True):
                self.write(name, content)
                target = self.path(name)
                # Also of one that stood there: who wrote it may not have come so far yet.
                folders |= dict.fromkeys((target.parent, target.parent.parent, self.folder))
            for folder in folders:
                sync_folder(folder)
        except OSError as error:
            raise BlobStoreUnavailable from error
        return names

    def write(self, name: BlobId, content: bytes) -> None:
        """Write a file and give it its name, unless it stands there. Raise `OSError`."""
        target = self.path(name)
        aside = self.folder / f".{name}.{secrets.token_hex(8)}"
        try:
            if target.exists() and target.read_bytes() == content:
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        except OSError:
            with suppress(OSError):
                aside.unlink()
            raise

    def get(self, name: BlobId) -> bytes:
        """Return the content under `name`, or raise `BlobMissing` where it is absent or was changed."""
        try:
            content = self.path(name).read_bytes()
        except FileNotFoundError:
            raise BlobMissing from None
        except OSError as error:
            raise BlobStoreUnavailable from error
        if sm3(content).hex() != name:
            raise BlobMissing
        return content


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
