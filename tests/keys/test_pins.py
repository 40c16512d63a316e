"""PINs in files: nobody else may read them, and no message shows one."""

from pathlib import Path

import pytest

from keys.errors import KeystoreUnavailable
from keys.pins import read_pin


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file."""
    path = folder / "pin"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [b"1234", b"1234\n", b"1234\r\n", b"1234\nanother line\n"])
def test_the_first_line_is_the_pin(tmp_path: Path, content: bytes) -> None:
    with read_pin(written(tmp_path, content), setting="TRUST_SDF_PIN_FILE") as pin:
        assert pin.reveal() == b"1234"


def test_no_file_is_named_is_said() -> None:
    with pytest.raises(KeystoreUnavailable, match="name the file of the PIN in TRUST_SDF_PIN_FILE"):
        read_pin(None, setting="TRUST_SDF_PIN_FILE")


@pytest.mark.parametrize("content", [b"", b"\n", b"\n1234"])
def test_an_empty_pin_is_none(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeystoreUnavailable, match="put the PIN into the file"):
        read_pin(written(tmp_path, content), setting="TRUST_SDF_PIN_FILE")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeystoreUnavailable, match="put the PIN into the file"):
        read_pin(tmp_path / "pin", setting="TRUST_SDF_PIN_FILE")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeystoreUnavailable, match="chmod 600") as caught:
        read_pin(written(tmp_path, b"1234", mode), setting="TRUST_SDF_PIN_FILE")
    assert "1234" not in str(caught.value)
