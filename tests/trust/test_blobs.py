"""Files by their content: what is read is what was kept, or it is missing."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trust.blobs import BlobId, BlobMissing, BlobStoreUnavailable, LocalBlobs
from trust.crypto.sm3 import sm3
from trust.errors import NotFound, Unavailable

CONTENT = b"%PDF-1.7 licence"
NAME = BlobId(sm3(CONTENT).hex())


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    """Make an empty store, whose folder is not there yet."""
    return LocalBlobs(tmp_path / "blobs")


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
    blobs = LocalBlobs(tmp_path / "blobs")
    with pytest.raises(BlobStoreUnavailable):
        blobs.put(CONTENT)
    with pytest.raises((BlobStoreUnavailable, BlobMissing)):
        blobs.get(NAME)
    assert issubclass(BlobStoreUnavailable, Unavailable)


def test_a_folder_in_the_place_of_a_file(blobs: LocalBlobs) -> None:
    blobs.path(NAME).mkdir(parents=True)
    with pytest.raises(BlobStoreUnavailable):
        blobs.get(NAME)


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
    monkeypatch.setattr("trust.blobs.os.fsync", note)
    blobs.put(CONTENT)
    target = blobs.path(NAME)
    assert {target.parent, target.parent.parent, blobs.folder} <= synced
