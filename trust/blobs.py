"""Files by their content: the port to a blob store, and the one on the local disk, which holds none in clear.

A file on the disk is enciphered with SM4-GCM under a key of its own, and the protection of personal data enciphers that
key (trust/protection.py): so no more than 16 octets of each file are sent to custody. The form of a file is

    "XYB1" ‖ length of the enciphered key (2 octets) ‖ enciphered key ‖ nonce (12) ‖ tag (16) ‖ ciphertext

where key and ciphertext are bound to the name. What an earlier version kept in clear is still read, and enciphered by
and by (`LocalBlobs.encipher_some`).
"""

import os
import re
import secrets
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NewType, Protocol

from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import hash_of_file
from trust.crypto.sm3 import sm3
from trust.crypto.sm4 import KEY_LENGTH, NONCE_LENGTH, TAG_LENGTH, CiphertextChanged, open_gcm, seal_gcm
from trust.durability import FileSystem, file_system, sync_folder
from trust.errors import NotFound, Unavailable
from trust.protection import DataProtection, ProtectionUnavailable

__all__ = ["BlobId", "BlobMissing", "BlobStore", "BlobStoreUnavailable", "LocalBlobs"]

FORM: Final = b"XYB1"
HEAD: Final = struct.Struct(">4sH")
FOLDERS: Final = 256
"""By the first two digits of the names."""

MANY: Final = 4
"""Files that are kept together from which on the whole file system is synced, and not each of them."""

ASIDE: Final = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{16}")
"""How files are called until they get their names."""

LEFT_ASIDE: Final = timedelta(days=1)
"""After this long a file that stands aside belongs to a process that died."""

PROGRESS: Final = ".enciphered"
"""Tells through how many folders `LocalBlobs.encipher_some` has gone."""

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

    def remove(self, name: BlobId) -> None:
        """Remove the content under `name`; where nothing stands there, nothing happens. Durable when it returns.

        For what nobody else can have kept: a cipher with a nonce of its own.
        """
        ...


class LocalBlobs:
    """Enciphered files in a folder of the local disk, in two levels of folders by the first digits of their names."""

    def __init__(
        self,
        folder: Path,
        protection: DataProtection,
        *,
        file_system: Callable[[Path], FileSystem | None] = file_system,
    ) -> None:
        self.folder = folder
        self.protection = protection
        self.file_system = file_system
        """What makes many files durable at once, where there is something that does."""

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
        """Keep several files as `put` does one; of many, all become durable at once."""
        names = tuple(BlobId(hash_of_file(Digest.SM3, content).hex()) for content in contents)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            whole = self.file_system(self.folder) if len(names) >= MANY else None
            if whole is None:
                self.put_each(names, contents)
            else:
                self.put_together(names, contents, whole)
        except OSError as error:
            raise BlobStoreUnavailable from error
        return names

    def put_each(self, names: Sequence[BlobId], contents: Sequence[bytes]) -> None:
        """Keep files one by one; the names in each folder are made durable once for all of them. Raise `OSError`."""
        folders: dict[Path, None] = {}
        for name, content in zip(names, contents, strict=True):
            target = self.path(name)
            with self.standing_aside() as asides:
                self.write_aside(asides, name, content, durable=True)
                self.give_names(asides)
            # Also of one that stood there: who wrote it may not have come so far yet.
            folders |= dict.fromkeys((target.parent, target.parent.parent, self.folder))
        for folder in folders:
            sync_folder(folder)

    def put_together(self, names: Sequence[BlobId], contents: Sequence[bytes], whole: FileSystem) -> None:
        """Keep files that all stand aside, durable, before the first of them gets its name. Raise `OSError`."""
        with whole.holding(self.folder) as sync, self.standing_aside() as asides:
            for name, content in zip(names, contents, strict=True):
                self.write_aside(asides, name, content, durable=False)
            sync()
            self.give_names(asides)
            sync()

    @contextmanager
    def standing_aside(self) -> Iterator[dict[Path, Path]]:
        """Return files that stand aside, none yet, each with the place of its name; what gets none is removed."""
        asides: dict[Path, Path] = {}
        try:
            yield asides
        finally:
            for aside in asides:
                with suppress(OSError):
                    aside.unlink()

    def write_aside(self, asides: dict[Path, Path], name: BlobId, content: bytes, *, durable: bool) -> None:
        """Write a file aside, unless it stands under its name, enciphered. Raise `OSError`."""
        target = self.path(name)
        if target.exists() and self.is_whole(name, target.read_bytes()):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{name}.{secrets.token_hex(8)}"
        asides[aside] = target
        with aside.open("xb") as file:
            file.writelines(self.enciphered(name, content))
            file.flush()
            if durable:
                os.fsync(file.fileno())

    def give_names(self, asides: dict[Path, Path]) -> None:
        """Give files that stand aside their names. Raise `OSError`."""
        for aside, target in tuple(asides.items()):
            aside.replace(target)
            del asides[aside]

    def get(self, name: BlobId) -> bytes:
        """Return the content under `name`, or raise `BlobMissing` where it is absent or was changed.

        Raise `ProtectionUnavailable` where its key cannot be deciphered.
        """
        try:
            kept = self.path(name).read_bytes()
        except FileNotFoundError:
            raise BlobMissing from None
        except OSError as error:
            raise BlobStoreUnavailable from error
        content = self.deciphered(name, kept) if kept.startswith(FORM) else kept
        if sm3(content).hex() != name:
            raise BlobMissing
        return content

    def remove(self, name: BlobId) -> None:
        """Remove the file under `name`, where there is one. Raise `BlobStoreUnavailable`."""
        target = self.path(name)
        try:
            with suppress(FileNotFoundError):
                target.unlink()
                sync_folder(target.parent)
        except OSError as error:
            raise BlobStoreUnavailable from error

    # --- what stands on the disk

    def enciphered(self, name: BlobId, content: bytes) -> tuple[bytes, ...]:
        """Return the parts of the form of a content in which it stands on the disk, one after the other."""
        key, nonce = secrets.token_bytes(KEY_LENGTH), secrets.token_bytes(NONCE_LENGTH)
        wrapped = self.protection.protect(key, context=context_of(name))
        ciphertext, tag = seal_gcm(key, nonce, content, FORM + name.encode())
        return HEAD.pack(FORM, len(wrapped)), wrapped, nonce, tag, ciphertext

    def deciphered(self, name: BlobId, kept: bytes) -> bytes:
        """Return what `enciphered` was given. Raise `BlobMissing` or `ProtectionUnavailable`."""
        if len(kept) < HEAD.size:
            raise BlobMissing
        _, length = HEAD.unpack_from(kept)
        end = HEAD.size + length
        after_nonce, start = end + NONCE_LENGTH, end + NONCE_LENGTH + TAG_LENGTH
        if len(kept) < start:
            raise BlobMissing
        key = self.protection.reveal(kept[HEAD.size : end], context=context_of(name))
        if len(key) != KEY_LENGTH:
            raise BlobMissing
        try:
            return open_gcm(key, kept[end:after_nonce], kept[start:], FORM + name.encode(), tag=kept[after_nonce:start])
        except CiphertextChanged:
            raise BlobMissing from None

    def is_whole(self, name: BlobId, kept: bytes) -> bool:
        """Tell whether what stands under a name is its content, enciphered."""
        if not kept.startswith(FORM):
            return False
        try:
            return sm3(self.deciphered(name, kept)).hex() == name
        except (BlobMissing, ProtectionUnavailable):
            return False

    def encipher_some(self, *, folders: int = 8) -> int:
        """Encipher what stands in clear in some folders, those after the last ones; return how many files that were.

        Once all have been gone through, nothing is read. Raise `BlobStoreUnavailable`.
        """
        progress = self.folder / PROGRESS
        try:
            first = int(progress.read_text()) if progress.exists() else 0
            if first >= FOLDERS or not self.folder.is_dir():
                return 0
            clear = [name for number in range(first, first + folders) for name in self.clear_in(number)]
            for name in clear:
                self.put(self.path(name).read_bytes())
            progress.write_text(str(first + folders))
        except OSError as error:
            raise BlobStoreUnavailable from error
        return len(clear)

    def tidy(self, now: datetime) -> int:
        """Remove what processes that died have left aside; return how many files that were.

        Raise `BlobStoreUnavailable`.
        """
        latest = (now - LEFT_ASIDE).timestamp()
        removed = 0
        try:
            for path in self.folder.glob(".*.*"):
                if ASIDE.fullmatch(path.name) and path.stat().st_mtime < latest:
                    path.unlink()
                    removed += 1
        except OSError as error:
            raise BlobStoreUnavailable from error
        return removed

    def clear_in(self, number: int) -> Iterator[BlobId]:
        """Yield the names of the files in clear in one folder. What was changed is left as it is."""
        for path in sorted(self.folder.glob(f"{number:02x}/*/*")):
            with path.open("rb") as file:
                content = b"" if (beginning := file.read(len(FORM))) == FORM else beginning + file.read()
            if sm3(content).hex() == path.name:
                yield BlobId(path.name)


def context_of(name: BlobId) -> str:
    """Return to what the key of a file is bound."""
    return f"blob {name}"
