"""A copy of an instance, made while it serves, and the proof that an instance still has everything that it refers to.

The copy is laid out as a data folder is: put back, it is one again, once the root key lies beside it, which no copy
holds. The database is taken first and the files afterwards: a file is written before anything refers to it, and so the
copy has whatever its database refers to. Files never change under their name; a copy that is made again into the same
folder copies those alone that are new.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import sqlalchemy as sa

from api import migrations
from api.migrations.every_table import METADATA
from api.settings import Settings
from api.wiring import Instance
from seal.image.designs import SealDesign
from trust import repository
from trust.audit import AuditTrail
from trust.blobs import PROGRESS, BlobId, BlobMissing
from trust.clock import SystemClock
from trust.durability import sync_folder
from trust.errors import Conflict, Unavailable
from trust.store import Reading, Store, unavailable_when_down

__all__ = ["MANIFEST", "REFERENCES", "BackupFailed", "BackupInside", "Copied", "Lost", "lost_files", "make_backup"]

MANIFEST: Final = "backup.json"
"""Written last: a folder without it holds no finished copy."""

DATABASE: Final = "trust.db"

REFERENCES: Final[dict[str, tuple[str, ...]]] = {
    "licence": ("file", "former_file"),
    "licence_copy": ("file",),
    "licence_scan": ("blob",),
    "licence_type_version": ("template",),
    "seal_evidence": ("blob",),
    "stamping": ("result",),
}
"""The columns that refer to files. Those that a seal is drawn from stand in its design."""

DRAWN: Final = "seal"
DIGEST: Final = "sm3:"
"""What stands before the name of a template; one without it comes with the program."""

FORGOTTEN: Final = "forgotten_at"
"""A column that says that a file may be gone already."""

DIGITS: Final = 64


class BackupInside(Conflict):
    """A copy inside what is copied would be lost with it."""

    code = "backup.inside"


class BackupFailed(Unavailable):
    """The copy could not be written or read: a full disk, a lost mount, a folder that is not ours to write."""

    code = "backup.failed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What a copy holds now."""

    files: int
    new: int
    """Files that were not in the folder before."""

    has_database: bool
    """Whether the database is in it: that of a server is copied by the server's own means."""

    sequence: int
    """The last event of the audit trail that the database held just before."""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A file that the database refers to and that is not there, or is not what was written."""

    table: str
    file: str


def make_backup(settings: Settings, target: Path) -> Copied:
    """Copy the instance into a folder, beside what earlier copies left there. Its root key stays where it is.

    Raise `BackupInside`, `BackupFailed` or `StoreUnavailable`; then the folder holds no finished copy.
    """
    source = settings.data_dir.resolve()
    if target.resolve().is_relative_to(source) or source.is_relative_to(target.resolve()):
        raise BackupInside
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            (target / MANIFEST).unlink()
        return copy(settings, target)
    except OSError as error:
        raise BackupFailed(fault=error.strerror or type(error).__name__) from error


def copy(settings: Settings, target: Path) -> Copied:
    """Copy everything, the database first. Raise `OSError` or `StoreUnavailable`."""
    with closing(Store(settings.database, clock=SystemClock(), journal=AuditTrail())) as store:
        with store.reading() as view:
            sequence, digest = repository.audit_head(view)
        if store.is_sqlite:
            snapshot(store, target / DATABASE)
        told = {
            "type": "xinyin.backup",
            "migration": migrations.current(store.reader),
            "audit": {"sequence": sequence, "digest": digest.hex()},
            "has_database": store.is_sqlite,
            "made": store.clock.now().isoformat(timespec="seconds"),
        }
    names = [copied_file(settings.blobs, target / "blobs", one) for one in files_of(settings.blobs)]
    for one in beside(settings):
        write(target / one.relative_to(settings.data_dir), one.read_bytes())
    files = sum(one is not None for one in names)
    write(target / MANIFEST, json.dumps({**told, "files": files}, indent=2).encode() + b"\n")
    new = sum(one is True for one in names)
    return Copied(files=files, new=new, has_database=store.is_sqlite, sequence=sequence)


def snapshot(store: Store, target: Path) -> None:
    """Write the database as it stands into a file of its own, without what was deleted in it."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with unavailable_when_down():
            connection = store.writer.raw_connection()
            try:
                connection.cursor().execute("VACUUM INTO ?", (str(aside),))
            finally:
                connection.close()
        aside.chmod(0o600)
        settle(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def files_of(folder: Path) -> Iterator[Path]:
    """Yield every file of the blob store."""
    for one in sorted(folder.glob("??/??/*")):
        if len(one.name) == DIGITS:
            yield one


def copied_file(source: Path, target: Path, file: Path) -> bool | None:
    """Copy a file unless it is there with the same length; return whether it was copied, None where it has just gone.

    What stood there in clear is longer once it is enciphered, and copied anew.
    """
    there = target / file.relative_to(source)
    try:
        if there.exists() and there.stat().st_size == file.stat().st_size:
            return False
        write(there, file.read_bytes())
    except FileNotFoundError:
        return None
    return True


def beside(settings: Settings) -> Iterator[Path]:
    """Yield what belongs to an instance beside database and files: what is public of its keys, and no secret."""
    keys = settings.data_dir / "keys"
    for one in (settings.root_record, settings.root_token, settings.blobs / PROGRESS, *sorted(keys.glob("sdf/*"))):
        if one.is_file():
            yield one


def write(target: Path, content: bytes) -> None:
    """Write a file so that it bears its name when all of it is on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        aside.touch(mode=0o600)
        aside.write_bytes(content)
        settle(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def settle(aside: Path, target: Path) -> None:
    """Give a file its name, durably."""
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.replace(target)
    sync_folder(target.parent)


# --- whether everything is there


def lost_files(instance: Instance) -> Iterator[Lost]:
    """Read every file that the database refers to, and yield those that are not there, or not what was written.

    Raise `BlobStoreUnavailable` or `ProtectionUnavailable`.
    """
    with instance.base.store.reading() as view:
        # What several refer to is told of the first: a licence's file is what a stamping came to as well.
        named = {name: table for table in reversed((*REFERENCES, DRAWN)) for name in referred(view, table)}
    for name, table in named.items():
        try:
            instance.blobs.get(BlobId(name))
        except BlobMissing:
            yield Lost(table=table, file=name)


def referred(view: Reading, table: str) -> set[str]:
    """Return the names of the files to which a table refers."""
    rows = METADATA.tables[table]
    if table == DRAWN:
        designs = (design for (design,) in view.rows(sa.select(rows.c.design)) if design)
        return {file for one in designs if (file := SealDesign.from_json(one).file) is not None}
    wanted = sa.select(*(rows.c[one] for one in REFERENCES[table]))
    if FORGOTTEN in rows.c:
        wanted = wanted.where(rows.c[FORGOTTEN].is_(None))
    named = {value.removeprefix(DIGEST) for row in view.rows(wanted) for value in row if value is not None}
    return {one for one in named if len(one) == DIGITS}
