"""The root key under a key of a token: SoftHSM enciphers and deciphers it, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pkcs11 import Attribute, KeyType, ObjectClass, Session

from keys.errors import KeystoreExists, KeystoreUnavailable, RootMismatch
from keys.pkcs11 import PKCS11Device
from keys.root_token import TokenSource
from keys.unsealing import RootRecord
from keys.wrapping import RootKey
from tests.keys.devices import new_token, softhsm, token_device

ROOT = RootKey(bytes(range(32)))
LABEL = "xinyin root"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Load SoftHSM with a folder for this module."""
    return softhsm(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def device(library: str) -> Iterator[PKCS11Device]:
    """Return a device on a token of this test's own."""
    device = token_device(library, new_token(library))
    yield device
    device.close()


@pytest.fixture
def source(device: PKCS11Device, tmp_path: Path) -> TokenSource:
    """Return the root key under the token's key."""
    RootRecord(generation=3, check=ROOT.check_value).write(tmp_path / "root.json")
    made = TokenSource(device, label=LABEL, wrapped=tmp_path / "root.token", record=tmp_path / "root.json")
    made.keep(ROOT)
    return made


def test_the_token_gives_the_root_key_back(source: TokenSource) -> None:
    assert {generation: root.secret for generation, root in source.read().items()} == {3: ROOT.secret}
    assert ROOT.secret.hex() not in source.wrapped.read_text()
    assert source.name == "PKCS #11 token"


@pytest.mark.usefixtures("source")
def test_the_tokens_key_never_leaves_it(device: PKCS11Device) -> None:
    def look(session: Session) -> tuple[bool, ...]:
        (key,) = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: LABEL})
        wanted = (Attribute.SENSITIVE, Attribute.EXTRACTABLE, Attribute.NEVER_EXTRACTABLE)
        return tuple(bool(key[one]) for one in wanted)

    assert device.ask(look) == (True, False, True)


def test_it_is_never_written_over_another(source: TokenSource) -> None:
    before = source.wrapped.read_bytes()
    with pytest.raises(KeystoreExists):
        source.keep(RootKey.random())
    source.keep(ROOT)  # which is there already
    assert source.wrapped.read_bytes() == before


def test_no_two_are_alike_under_one_key(source: TokenSource) -> None:
    before = source.wrapped.read_text()
    source.wrapped.unlink()
    source.keep(ROOT)
    assert source.wrapped.read_text()[:24] != before[:24]
    assert source.read()[3].secret == ROOT.secret


@pytest.mark.parametrize("place", [0, 11, 12, 43, 44, 59])
def test_every_octet_counts(source: TokenSource, place: int) -> None:
    octets = bytearray.fromhex(source.wrapped.read_text().strip())
    octets[place] ^= 1
    source.wrapped.write_text(octets.hex())
    with pytest.raises(KeystoreUnavailable, match="did not encipher"):
        source.read()


@pytest.mark.parametrize("content", ["", "00" * 59, "00" * 61, "zz" * 60, "é"])
def test_a_file_that_is_none(source: TokenSource, content: str) -> None:
    source.wrapped.write_text(content, encoding="utf-8")
    with pytest.raises(KeystoreUnavailable, match=r"root\.token"):
        source.read()


@pytest.mark.parametrize("name", ["root.token", "root.json"])
def test_a_file_that_is_missing(source: TokenSource, name: str) -> None:
    source.wrapped.with_name(name).unlink()
    with pytest.raises(KeystoreUnavailable, match=name.replace(".", r"\.")):
        source.read()


def test_the_record_of_another_root_key(source: TokenSource) -> None:
    RootRecord.of(RootKey(bytes(32))).write(source.record)
    with pytest.raises(KeystoreUnavailable):
        source.read()


def test_the_root_key_of_another_record(source: TokenSource) -> None:
    # The next generation's is bound to a check value that the record does not know as the present one.
    source.wrapped.unlink()
    source.keep(RootKey(bytes(32)))
    with pytest.raises((KeystoreUnavailable, RootMismatch)):
        source.read()


def test_another_token(source: TokenSource, library: str) -> None:
    other = token_device(library, new_token(library))
    stranger = TokenSource(other, label=LABEL, wrapped=source.wrapped, record=source.record)
    with pytest.raises(KeystoreUnavailable, match="TRUST_ROOT_TOKEN_KEY"):
        stranger.read()
    stranger.wrapped = source.wrapped.with_name("other.token")
    stranger.keep(ROOT)
    stranger.wrapped = source.wrapped
    with pytest.raises(KeystoreUnavailable, match="did not encipher"):
        stranger.read()
    other.close()


def test_a_key_that_could_leave_the_token_is_refused(device: PKCS11Device, tmp_path: Path) -> None:
    def make(session: Session) -> None:
        template = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: True}
        session.generate_key(KeyType.AES, 256, label=LABEL, store=True, template=template)

    device.ask(make)
    RootRecord.of(ROOT).write(tmp_path / "root.json")
    source = TokenSource(device, label=LABEL, wrapped=tmp_path / "root.token", record=tmp_path / "root.json")
    with pytest.raises(KeystoreUnavailable, match="never leaves"):
        source.keep(ROOT)
    assert not source.wrapped.exists()
