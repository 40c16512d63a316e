"""Envelopes, the root key, and what they give away: nothing."""

import copy
import pickle
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import KeystoreExists, KeystoreUnavailable
from keys.wrapping import EnvelopeProtection, RootKey, open_envelope, seal_envelope
from trust.crypto.sm3 import hmac_sm3
from trust.errors import Conflict, Unavailable
from trust.protection import ProtectionUnavailable

KEY = bytes(range(32))
ROOT = bytes(range(100, 132))
PLAIN = "法定代表人 330106".encode()


# --- envelopes -------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=100), st.text(max_size=20))
def test_what_is_sealed_is_opened(plain: bytes, context: str) -> None:
    envelope = seal_envelope(KEY, plain, context=context)
    assert open_envelope(KEY, envelope, context=context) == plain
    assert len(envelope) == 1 + 12 + 16 + len(plain)


def test_an_envelope_can_be_opened_by_another_implementation_of_its_form() -> None:
    envelope = seal_envelope(KEY, PLAIN, context="context")
    version, nonce, tag, ciphertext = envelope[:1], envelope[1:13], envelope[13:29], envelope[29:]
    decryptor = Cipher(algorithms.SM4(KEY[:16]), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(b"\x01context")
    assert version == b"\x01"
    assert decryptor.update(ciphertext) + decryptor.finalize() == PLAIN


def test_no_two_envelopes_are_alike() -> None:
    made = {seal_envelope(KEY, PLAIN, context="") for _ in range(100)}
    assert len({envelope[1:13] for envelope in made}) == 100
    assert not any(PLAIN in envelope for envelope in made)


ENVELOPE = seal_envelope(KEY, PLAIN, context="context")


@pytest.mark.parametrize("place", range(len(ENVELOPE)))
def test_every_octet_counts(place: int) -> None:
    for change in (0x01, 0x80, 0xFF):
        changed = bytearray(ENVELOPE)
        changed[place] ^= change
        assert open_envelope(KEY, bytes(changed), context="context") is None


@pytest.mark.parametrize("length", range(len(ENVELOPE)))
def test_a_part_of_an_envelope(length: int) -> None:
    assert open_envelope(KEY, ENVELOPE[:length], context="context") is None


def test_a_longer_envelope() -> None:
    assert open_envelope(KEY, ENVELOPE + b"\0", context="context") is None


@pytest.mark.parametrize("context", ["", "Context", "context ", "contex", "other"])
def test_another_context(context: str) -> None:
    assert open_envelope(KEY, ENVELOPE, context=context) is None


@pytest.mark.parametrize("place", range(16))
def test_another_key(place: int) -> None:
    other = bytearray(KEY)
    other[place] ^= 1
    assert open_envelope(bytes(other), ENVELOPE, context="context") is None


# --- the root key ----------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the root key will be, in a folder that is not there yet."""
    return tmp_path / "keys" / "root"


def test_a_new_root_key_is_its_owners_alone(path: Path) -> None:
    made = RootKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text() == made.secret.hex() + "\n"
    assert RootKey.load(path).secret == made.secret
    assert len(made.secret) == 32


def test_root_keys_are_random(tmp_path: Path) -> None:
    assert len({RootKey.create(tmp_path / str(number)).secret for number in range(20)}) == 20


def test_a_root_key_is_never_overwritten(path: Path) -> None:
    made = RootKey.create(path)
    with pytest.raises(KeystoreExists):
        RootKey.create(path)
    assert RootKey.load(path).secret == made.secret
    assert issubclass(KeystoreExists, Conflict)


def test_a_new_root_key_and_its_name_are_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("keys.wrapping.os.fsync", lambda one: synced.append(Path(f"/proc/self/fd/{one}").readlink()))
    RootKey.create(tmp_path / "root.key")
    assert synced == [tmp_path / "root.key", tmp_path]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o666])
def test_an_empty_file_that_others_can_read_does_not_become_the_root_key(path: Path, mode: int) -> None:
    path.parent.mkdir()
    path.touch()
    path.chmod(mode)
    try:
        RootKey.create(path)
    except (KeystoreExists, KeystoreUnavailable):
        assert path.read_bytes() == b""
        return
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777, 0o610])
def test_a_root_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    RootKey.create(path)
    path.chmod(mode)
    with pytest.raises(KeystoreUnavailable, match="chmod 600"):
        RootKey.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_root_key_of_its_owner_is_read(path: Path, mode: int) -> None:
    made = RootKey.create(path)
    path.chmod(mode)
    assert RootKey.load(path).secret == made.secret


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"00" * 31, b"00" * 33, b"0" * 63, b"zz" * 32, b"\xff" * 64, bytes(32), b"{}"]
)
def test_what_is_no_root_key(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeystoreUnavailable):
        RootKey.load(path)


def test_a_root_key_that_is_not_there(path: Path) -> None:
    with pytest.raises(KeystoreUnavailable, match="TRUST_ROOT_KEY_FILE"):
        RootKey.load(path)
    path.mkdir(parents=True, mode=0o700)
    with pytest.raises(KeystoreUnavailable):
        RootKey.load(path)
    assert issubclass(KeystoreUnavailable, Unavailable)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_root_key_has_32_octets(length: int) -> None:
    with pytest.raises(KeystoreUnavailable):
        RootKey(bytes(length))


def test_derived_keys() -> None:
    root = RootKey(ROOT)
    assert root.derive("private keys") == hmac_sm3(ROOT, b"xinyin key v1\0private keys")
    assert len({root.derive(label) for label in ("private keys", "personal data", "blind index", "")}) == 4
    assert RootKey(ROOT[::-1]).derive("private keys") != root.derive("private keys")


# --- protection of personal data -------------------------------------------------------------------------------------


def test_protection() -> None:
    protection = EnvelopeProtection.derived(RootKey(ROOT))
    protected = protection.protect(PLAIN, context="person_1 name")
    assert protection.reveal(protected, context="person_1 name") == PLAIN
    for wrong, context in ((protected, "person_2 name"), (protected[:-1], "person_1 name"), (b"", "person_1 name")):
        with pytest.raises(ProtectionUnavailable):
            protection.reveal(wrong, context=context)
    with pytest.raises(ProtectionUnavailable):
        EnvelopeProtection.derived(RootKey(ROOT[::-1])).reveal(protected, context="person_1 name")
    assert issubclass(ProtectionUnavailable, Unavailable)


def test_the_index_is_keyed_and_of_one_kind() -> None:
    protection = EnvelopeProtection.derived(RootKey(ROOT))
    index = protection.index("330106199001011234", kind="citizen")
    assert index == EnvelopeProtection.derived(RootKey(ROOT)).index("330106199001011234", kind="citizen")
    assert len(index) == 64
    others = {
        protection.index("330106199001011235", kind="citizen"),
        protection.index("330106199001011234", kind="phone"),
        protection.index("n330106199001011234", kind="citize"),
        EnvelopeProtection.derived(RootKey(ROOT[::-1])).index("330106199001011234", kind="citizen"),
    }
    assert len(others | {index}) == 5


SECRETIVE: dict[str, Callable[[], object]] = {
    "RootKey": lambda: RootKey(ROOT),
    "EnvelopeProtection": lambda: EnvelopeProtection.derived(RootKey(ROOT)),
}


def secrets_of(thing: object) -> list[bytes]:
    """Return what must not be seen of a thing."""
    return [value for value in vars(thing).values() if isinstance(value, bytes)]


@pytest.mark.parametrize("name", SECRETIVE)
def test_texts_show_nothing(name: str) -> None:
    thing = SECRETIVE[name]()
    for told in (repr(thing), str(thing), f"{thing}", f"{[thing]}"):
        assert not any(secret.hex() in told or repr(secret) in told for secret in secrets_of(thing))
    assert repr(thing) == f"{name}(…)"


@pytest.mark.parametrize("name", SECRETIVE)
def test_nothing_is_written_down_by_pickle(name: str) -> None:
    thing = SECRETIVE[name]()
    with pytest.raises(TypeError):
        pickle.dumps(thing)
    with pytest.raises(TypeError):
        copy.deepcopy(thing)
