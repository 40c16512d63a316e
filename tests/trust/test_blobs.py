"""Files by their content: what is read is what was kept, or it is missing."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.fakes.blobs import local_blobs
from tests.fakes.clock import NOW
from trust.blobs import BlobId, BlobMissing, BlobStoreUnavailable, LocalBlobs
from trust.crypto.sm3 import sm3
from trust.durability import FileSystem, Sync
from trust.errors import NotFound, Unavailable
from trust.protection import ProtectionUnavailable

CONTENT = b"%PDF-1.7 licence"
NAME = BlobId(sm3(CONTENT).hex())


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    """Make an empty store, whose folder is not there yet."""
    return local_blobs(tmp_path / "blobs")


def files(blobs: LocalBlobs) -> list[Path]:
    """Return every file under the folder."""
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_what_is_kept_is_read(blobs: LocalBlobs) -> None:
    assert blobs.put(CONTENT) == NAME
    assert blobs.get(NAME) == CONTENT
    assert files(blobs) == [blobs.folder / NAME[:2] / NAME[2:4] / NAME]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=100))
def test_any_content(blobs: LocalBlobs, content: bytes) -> None:
    assert blobs.get(blobs.put(content)) == content


def test_twice_is_once(blobs: LocalBlobs) -> None:
    blobs.put(CONTENT)
    (path,) = files(blobs)
    before = path.stat().st_mtime_ns
    assert blobs.put(CONTENT) == NAME
    assert (files(blobs), path.stat().st_mtime_ns) == ([path], before)


def test_many_at_once(blobs: LocalBlobs) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(blobs.put, [CONTENT] * 40)) == {NAME}
    assert blobs.get(NAME) == CONTENT
    assert len(files(blobs)) == 1


def test_what_was_never_kept(blobs: LocalBlobs) -> None:
    with pytest.raises(BlobMissing):
        blobs.get(NAME)
    assert issubclass(BlobMissing, NotFound)


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"\0", b"other"])
def test_what_was_changed_is_missing(blobs: LocalBlobs, content: bytes) -> None:
    blobs.put(CONTENT)
    blobs.path(NAME).write_bytes(content)
    with pytest.raises(BlobMissing):
        blobs.get(NAME)


def test_what_was_changed_is_kept_anew(blobs: LocalBlobs) -> None:
    blobs.put(CONTENT)
    blobs.path(NAME).write_bytes(b"half a f")
    assert blobs.get(blobs.put(CONTENT)) == CONTENT


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "/etc/passwd", NAME[:-1], NAME + "0", NAME.upper(), "g" * 64, "/" * 64]
)
def test_names_lead_nowhere_else(blobs: LocalBlobs, name: str) -> None:
    blobs.put(CONTENT)
    with pytest.raises(BlobMissing):
        blobs.get(BlobId(name))


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a lost mount")
    blobs = local_blobs(tmp_path / "blobs")
    with pytest.raises(BlobStoreUnavailable):
        blobs.put(CONTENT)
    with pytest.raises((BlobStoreUnavailable, BlobMissing)):
        blobs.get(NAME)
    assert issubclass(BlobStoreUnavailable, Unavailable)


def test_a_folder_in_the_place_of_a_file(blobs: LocalBlobs) -> None:
    blobs.path(NAME).mkdir(parents=True)
    with pytest.raises(BlobStoreUnavailable):
        blobs.get(NAME)


def test_what_cannot_be_removed_is_told(blobs: LocalBlobs) -> None:
    blobs.path(NAME).mkdir(parents=True)
    with pytest.raises(BlobStoreUnavailable):
        blobs.remove(NAME)
    with pytest.raises(BlobMissing):
        blobs.remove(BlobId("../" + NAME))


def test_a_failure_leaves_no_half_file(blobs: LocalBlobs) -> None:
    (blobs.folder / NAME[:2]).mkdir(parents=True)
    (blobs.folder / NAME[:2] / NAME[2:4]).write_text("in the way")
    with pytest.raises(BlobStoreUnavailable):
        blobs.put(CONTENT)
    assert [path.name for path in files(blobs)] == [NAME[2:4]]


def test_a_full_disk_leaves_no_half_file(blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trust.blobs.os.fsync", full)
    with pytest.raises(BlobStoreUnavailable):
        blobs.put(CONTENT)
    monkeypatch.undo()
    assert files(blobs) == []
    with pytest.raises(BlobMissing):
        blobs.get(NAME)


def test_every_new_name_is_made_durable(blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file survives a power cut only if every folder on the way to it does (fsync(2))."""
    synced: set[Path] = set()

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if stat.S_ISDIR(path.stat().st_mode):
            synced.add(path)

    if not Path("/proc/self/fd").exists():
        pytest.skip("only Linux tells the name of an open file")
    monkeypatch.setattr("trust.durability.os.fsync", note)
    blobs.put(CONTENT)
    target = blobs.path(NAME)
    assert {target.parent, target.parent.parent, blobs.folder} <= synced


# --- many at once

MANY = tuple(b"content %d" % number for number in range(6))
MANY_NAMES = tuple(BlobId(sm3(one).hex()) for one in MANY)


class Watched(FileSystem):
    """A file system that notes, whenever it is synced, what stands aside and what has its name."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.fails_at = fails_at
        self.seen: list[tuple[int, int]] = []

    @override
    @contextmanager
    def holding(self, folder: Path) -> Iterator[Sync]:
        assert list(folder.iterdir()) == []

        def sync() -> None:
            if len(self.seen) == self.fails_at:
                raise OSError(5, "Input/output error")
            found = [path for path in folder.rglob("*") if path.is_file()]
            aside = sum(path.parent == folder for path in found)
            self.seen.append((aside, len(found) - aside))

        yield sync


def watched(blobs: LocalBlobs, system: FileSystem | None) -> LocalBlobs:
    """Return a store in the same folder whose file system is watched, or can only be synced file by file."""
    return LocalBlobs(blobs.folder, blobs.protection, file_system=lambda _: system)


def test_none_of_many_has_its_name_before_all_are_durable(blobs: LocalBlobs) -> None:
    system = Watched()
    assert watched(blobs, system).put_all(MANY) == MANY_NAMES
    assert system.seen == [(6, 0), (0, 6)]
    assert [blobs.get(name) for name in MANY_NAMES] == list(MANY)


def test_few_are_synced_by_themselves(blobs: LocalBlobs) -> None:
    system = Watched()
    watched(blobs, system).put_all(MANY[:3])
    assert (system.seen, len(files(blobs))) == ([], 3)


def test_many_are_synced_by_themselves_where_nothing_else_can_be_relied_on(
    blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("trust.blobs.os.fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    assert watched(blobs, None).put_all(MANY) == MANY_NAMES
    assert sum(size == path.stat().st_size for size in synced for path in files(blobs)[:1]) >= len(MANY)


@pytest.mark.parametrize("fails_at", [0, 1])
def test_a_write_that_failed_is_told(blobs: LocalBlobs, fails_at: int) -> None:
    with pytest.raises(BlobStoreUnavailable):
        watched(blobs, Watched(fails_at=fails_at)).put_all(MANY)
    assert len(files(blobs)) == (0, 6)[fails_at]  # those that have their names by then are whole, as `put_all` says


def test_what_fails_among_many_leaves_nothing_aside(blobs: LocalBlobs) -> None:
    class Sealed:
        """Wraps two keys, and no more."""

        left = 2

        def protect(self, plain: bytes, *, context: str) -> bytes:
            if not self.left:
                raise ProtectionUnavailable
            self.left -= 1
            return blobs.protection.protect(plain, context=context)

        def reveal(self, protected: bytes, *, context: str) -> bytes:
            return blobs.protection.reveal(protected, context=context)

        def index(self, value: str, *, kind: str) -> str:
            return blobs.protection.index(value, kind=kind)

    store = LocalBlobs(blobs.folder, Sealed(), file_system=lambda _: Watched())
    with pytest.raises(ProtectionUnavailable):
        store.put_all(MANY)
    assert files(blobs) == []


def test_one_content_twice_among_many(blobs: LocalBlobs) -> None:
    assert blobs.put_all((*MANY, *MANY)) == MANY_NAMES * 2
    before = {path: path.stat().st_mtime_ns for path in files(blobs)}
    assert len(before) == len(MANY)
    assert blobs.put_all(MANY) == MANY_NAMES
    assert {path: path.stat().st_mtime_ns for path in files(blobs)} == before


def test_what_a_process_that_died_has_left_aside_is_removed(blobs: LocalBlobs) -> None:
    assert blobs.tidy(NOW) == 0
    blobs.put(CONTENT)
    old, new = (blobs.folder / f".{NAME}.{digit * 16}" for digit in "ab")
    other = blobs.folder / ".other.file"
    for path, age in ((old, 2), (new, 0), (other, 2)):
        path.write_bytes(b"half")
        moment = (NOW - timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
    os.utime(blobs.path(NAME), (0, 0))
    assert blobs.tidy(NOW) == 1
    assert sorted(files(blobs)) == sorted([new, other, blobs.path(NAME)])
    (blobs.folder / f".{NAME}.{'c' * 16}").mkdir()
    os.utime(blobs.folder / f".{NAME}.{'c' * 16}", (0, 0))
    with pytest.raises(BlobStoreUnavailable):
        blobs.tidy(NOW)


# --- what stands on the disk


def test_no_content_stands_in_clear(blobs: LocalBlobs) -> None:
    blobs.put(CONTENT)
    (path,) = files(blobs)
    kept = path.read_bytes()
    assert kept.startswith(b"XYB1")
    assert not any(CONTENT[place : place + 4] in kept for place in range(len(CONTENT) - 3))


def test_each_file_has_a_key_of_its_own(tmp_path: Path) -> None:
    first, second = (local_blobs(tmp_path / name) for name in ("first", "second"))
    kept = {one.path(one.put(CONTENT)).read_bytes() for one in (first, second)}
    assert len(kept) == 2
    assert len({one[-len(CONTENT) :] for one in kept}) == 2


@pytest.mark.parametrize("place", [0, 4, 6, 20, 66, 80, 94, -1])
def test_a_change_of_any_part_is_found(blobs: LocalBlobs, place: int) -> None:
    path = blobs.path(blobs.put(CONTENT))
    kept = bytearray(path.read_bytes())
    kept[place] ^= 1
    path.write_bytes(kept)
    with pytest.raises((BlobMissing, ProtectionUnavailable)):
        blobs.get(NAME)
    assert blobs.get(blobs.put(CONTENT)) == CONTENT


@pytest.mark.parametrize("length", [0, 4, 5, 6, 50, 70, 85])
def test_what_was_cut_off_is_missing(blobs: LocalBlobs, length: int) -> None:
    path = blobs.path(blobs.put(CONTENT))
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises((BlobMissing, ProtectionUnavailable)):
        blobs.get(NAME)


def test_a_file_under_the_name_of_another_is_none(blobs: LocalBlobs) -> None:
    other = blobs.put(b"another licence")
    blobs.put(CONTENT)
    blobs.path(NAME).write_bytes(blobs.path(other).read_bytes())
    with pytest.raises(ProtectionUnavailable):
        blobs.get(NAME)


def test_a_key_of_another_length_opens_nothing(blobs: LocalBlobs) -> None:
    path = blobs.path(blobs.put(CONTENT))
    wrapped = blobs.protection.protect(bytes(15), context=f"blob {NAME}")
    path.write_bytes(b"XYB1" + len(wrapped).to_bytes(2) + wrapped + bytes(100))
    with pytest.raises(BlobMissing):
        blobs.get(NAME)


def test_without_the_key_nothing_is_read(blobs: LocalBlobs) -> None:
    blobs.put(CONTENT)
    with pytest.raises(ProtectionUnavailable):
        local_blobs(blobs.folder, key=b"another key of16").get(NAME)


# --- what an earlier version kept in clear


def keep_in_clear(blobs: LocalBlobs, content: bytes) -> BlobId:
    """Keep a file as the first version did."""
    name = BlobId(sm3(content).hex())
    blobs.path(name).parent.mkdir(parents=True, exist_ok=True)
    blobs.path(name).write_bytes(content)
    return name


def test_what_stands_in_clear_is_read_and_enciphered_by_and_by(blobs: LocalBlobs) -> None:
    contents = [b"licence %d" % number for number in range(40)]
    names = [keep_in_clear(blobs, one) for one in contents]
    changed = keep_in_clear(blobs, b"to be changed")
    blobs.path(changed).write_bytes(b"changed")
    whole = blobs.put(CONTENT)
    assert [blobs.get(one) for one in names] == contents
    counts = [blobs.encipher_some(folders=100) for _ in range(4)]
    assert (sum(counts), counts[3]) == (40, 0)
    assert all(blobs.path(one).read_bytes().startswith(b"XYB1") for one in [*names, whole])
    assert [blobs.get(one) for one in names] == contents
    assert blobs.path(changed).read_bytes() == b"changed"  # it is no file of ours, and evidence of something


def test_once_all_is_enciphered_nothing_is_read_again(blobs: LocalBlobs) -> None:
    blobs.put(CONTENT)
    assert [blobs.encipher_some(folders=256) for _ in range(2)] == [0, 0]
    late = keep_in_clear(blobs, b"late")
    assert blobs.encipher_some(folders=256) == 0
    assert blobs.get(blobs.put(b"late")) == b"late"  # what is kept again is enciphered all the same
    assert blobs.path(late).read_bytes().startswith(b"XYB1")


def test_where_there_is_no_folder_there_is_nothing_to_encipher(blobs: LocalBlobs) -> None:
    assert blobs.encipher_some() == 0
    assert not blobs.folder.exists()


def test_a_folder_that_cannot_be_read_is_told(blobs: LocalBlobs) -> None:
    (blobs.folder / ".enciphered").mkdir(parents=True)
    with pytest.raises(BlobStoreUnavailable):
        blobs.encipher_some()
