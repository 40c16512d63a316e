"""What every blob store owes to those who keep files in it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fakes.blobs import MemoryBlobs, local_blobs
from tests.fakes.faulty import Faults, FaultyBlobs
from trust.blobs import BlobId, BlobMissing, BlobStore
from trust.crypto.sm3 import sm3


@pytest.fixture(params=["local", "memory", "faulty"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """Return each store in turn."""
    local = local_blobs(tmp_path)
    kinds: dict[str, BlobStore] = {
        "local": local,
        "memory": MemoryBlobs(),
        "faulty": FaultyBlobs(local, Faults()),
    }
    return kinds[request.param]


@pytest.mark.parametrize("content", [b"", b"\0", b"%PDF-1.7", bytes(range(256)) * 4096])
def test_what_is_kept_is_found_by_its_content(blobs: BlobStore, content: bytes) -> None:
    name = blobs.put(content)
    assert name == sm3(content).hex()
    assert blobs.get(name) == content


def test_keeping_twice_is_keeping_once(blobs: BlobStore) -> None:
    assert blobs.put(b"file") == blobs.put(b"file")
    assert blobs.get(blobs.put(b"file")) == b"file"


def test_several_are_kept_in_their_order(blobs: BlobStore) -> None:
    contents = [b"one", b"two", b"one", b""]
    names = blobs.put_all(contents)
    assert names == tuple(sm3(content).hex() for content in contents)
    assert [blobs.get(name) for name in names] == contents
    assert blobs.put_all([]) == ()


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "0" * 64, "Z" * 64, "0" * 63])
def test_what_was_never_kept_is_missing(blobs: BlobStore, name: str) -> None:
    with pytest.raises(BlobMissing):
        blobs.get(BlobId(name))


def test_what_is_removed_is_gone_and_the_rest_stays(blobs: BlobStore) -> None:
    gone, kept = blobs.put_all([b"one", b"two"])
    blobs.remove(gone)
    with pytest.raises(BlobMissing):
        blobs.get(gone)
    assert blobs.get(kept) == b"two"
    blobs.remove(gone)  # again, which changes nothing
    assert blobs.put(b"one") == gone
    assert blobs.get(gone) == b"one"


def test_threads_share_a_store(blobs: BlobStore) -> None:
    contents = [b"%d" % (number % 4) for number in range(32)]
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(blobs.put, contents))
    assert [blobs.get(name) for name in names] == contents
