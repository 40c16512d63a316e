"""Where the root key comes from, and how the right one is told from any other."""

import json
import pickle
from pathlib import Path

import pytest

from keys.errors import KeystoreUnavailable, NextRootMissing, RootMismatch
from keys.unsealing import EnvironmentSource, FileSource, RootRecord, identify
from keys.wrapping import RootKey, write_secret

ONE, TWO = RootKey(bytes(range(32))), RootKey(bytes(range(32, 64)))


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return where the record will be."""
    return tmp_path / "keys" / "root.json"


@pytest.fixture
def source(tmp_path: Path, record: Path) -> FileSource:
    """Return a root key in a file, with its record."""
    write_secret(tmp_path / "root.key", ONE.secret)
    RootRecord.of(ONE).write(record)
    return FileSource(tmp_path / "root.key", record)


def told(source: FileSource | EnvironmentSource) -> dict[int, bytes]:
    """Return the root keys that a source has."""
    return {generation: root.secret for generation, root in source.read().items()}


def test_a_record_is_public_and_read_as_it_was_written(record: Path) -> None:
    made = RootRecord(generation=3, check=ONE.check_value, coming=TWO.check_value, threshold=2, shares=3)
    made.write(record)
    assert RootRecord.read(record) == made
    assert ONE.secret.hex() not in record.read_text()
    assert RootRecord.read(record.with_name("none")) is None


def test_the_check_value_gives_nothing_away() -> None:
    assert len({ONE.check_value, TWO.check_value, ONE.secret, ONE.derive(""), ONE.derive("root key check")}) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("form", 2),
        ("form", None),
        ("generation", 0),
        ("generation", "1"),
        ("check", ""),
        ("check", "zz"),
        ("check", None),
        ("check", "00" * 31),
        ("coming", "00"),
        ("coming", 1),
        ("more", 1),
    ],
)
def test_a_record_that_is_none(record: Path, field: str, value: object) -> None:
    RootRecord.of(ONE).write(record)
    record.write_text(json.dumps({**json.loads(record.read_text()), field: value}))
    with pytest.raises(KeystoreUnavailable, match=r"root\.json"):
        RootRecord.read(record)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"{}", b"1"])
def test_a_record_that_is_no_json(record: Path, content: bytes) -> None:
    RootRecord.of(ONE).write(record)
    record.write_bytes(content)
    with pytest.raises(KeystoreUnavailable):
        RootRecord.read(record)


def test_the_root_key_in_a_file(source: FileSource) -> None:
    assert told(source) == {1: ONE.secret}


def test_the_next_root_key_lies_beside_it(source: FileSource) -> None:
    RootRecord.of(ONE).expecting(TWO).write(source.record)
    assert told(source) == {1: ONE.secret}
    write_secret(source.next, TWO.secret)
    assert told(source) == {1: ONE.secret, 2: TWO.secret}
    source.next.replace(source.path)
    assert told(source) == {2: TWO.secret}
    arrived = RootRecord.of(ONE).expecting(TWO).arrived()
    assert arrived == RootRecord(generation=2, check=TWO.check_value)
    assert arrived.arrived() == arrived
    arrived.write(source.record)
    assert told(source) == {2: TWO.secret}


def test_another_root_key_is_told_before_anything_is_opened_with_it(source: FileSource) -> None:
    source.path.unlink()
    write_secret(source.path, TWO.secret)
    with pytest.raises(RootMismatch) as refused:
        source.read()
    assert refused.value.code == "keys.root_mismatch"


def test_a_stray_file_beside_it_is_told(source: FileSource) -> None:
    write_secret(source.next, TWO.secret)
    with pytest.raises(RootMismatch):
        source.read()


def test_an_instance_without_a_record_is_of_the_first_generation(source: FileSource) -> None:
    source.record.unlink()
    assert told(source) == {1: ONE.secret}
    assert dict(identify([TWO], None)) == {1: TWO}


def test_the_root_key_in_the_environment(record: Path) -> None:
    RootRecord(generation=4, check=ONE.check_value).write(record)
    source = EnvironmentSource(f" {ONE.secret.hex()}\n", record)
    assert told(source) == {4: ONE.secret}
    assert repr(source) == "EnvironmentSource(…)"
    with pytest.raises(TypeError):
        pickle.dumps(source)
    with pytest.raises(RootMismatch):
        EnvironmentSource(TWO.secret.hex(), record).read()


@pytest.mark.parametrize("digits", ["00" * 31, "zz" * 32, "00" * 33, "x"])
def test_what_is_no_root_key_in_the_environment(record: Path, digits: str) -> None:
    with pytest.raises(KeystoreUnavailable, match="64 hexadecimal digits"):
        EnvironmentSource(digits, record).read()


def test_the_next_root_key_in_the_environment_counts_from_when_the_record_knows_it(record: Path) -> None:
    source = EnvironmentSource(ONE.secret.hex(), record, coming=TWO.secret.hex())
    assert told(source) == {1: ONE.secret}
    known = RootRecord.of(ONE)
    known.write(record)
    assert told(source) == {1: ONE.secret}
    known.expecting(TWO).write(record)
    assert told(source) == {1: ONE.secret, 2: TWO.secret}
    known.expecting(TWO).arrived().write(record)
    assert told(source) == {2: TWO.secret}
    assert (source.coming(), source.present().secret) == (None, TWO.secret)
    assert told(EnvironmentSource(TWO.secret.hex(), record)) == {2: TWO.secret}


def test_nobody_but_the_operator_puts_a_root_key_into_the_environment(record: Path) -> None:
    with pytest.raises(NextRootMissing) as refused:
        EnvironmentSource(ONE.secret.hex(), record).lay(TWO)
    assert refused.value.code == "keys.next_root_missing"


def test_a_next_root_key_that_is_none(record: Path) -> None:
    RootRecord.of(ONE).write(record)
    with pytest.raises(KeystoreUnavailable, match="64 hexadecimal digits"):
        EnvironmentSource(ONE.secret.hex(), record, coming="zz").read()
