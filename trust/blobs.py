"""Files by their content: the port to a blob store, and the one on the local disk."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import NewType, Protocol

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
        name = BlobId(sm3(content).hex())
        target = self.path(name)
        aside = self.folder / f".{name}.{secrets.token_hex(8)}"
        try:
            if target.exists() and target.read_bytes() == content:
                return name
            target.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
            for folder in (target.parent, target.parent.parent, self.folder):
                sync_folder(folder)
        except OSError as error:
            with suppress(OSError):
                aside.unlink()
            raise BlobStoreUnavailable from error
        return name

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
