"""The PKCS #11 adapter on SoftHSM: P-256 and RSA for real, SM2 by a vendor's numbers as far as a token without goes."""

import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from typing_extensions import override

from keys.devices import StoredKey
from keys.errors import AlgorithmNotKept, DeviceUnable, KeystoreUnavailable
from keys.pkcs11 import ONE_AT_A_TIME, PKCS11Device, make_pair
from keys.pkcs11_mechanisms import SM2Mechanisms, mapper, numbered, public_key_of, table, verify_digest
from tests.keys.devices import new_token, softhsm, stored, token_device
from trust.asn1 import der
from trust.crypto.algorithms import KEYS
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import G, SignatureMismatch, SM2PublicKey
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.signing import SigningUnavailable

DIGEST = bytes(range(32))
FAMILIES = pytest.mark.parametrize("family", ["p256", "rsa3072"])
VENDOR = SM2Mechanisms(key_type=0x80000201, generate=0x80000202, sign=0x80000203)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for the tokens of this module."""
    return tmp_path_factory.mktemp("softhsm")


@pytest.fixture(scope="module")
def library(folder: Path) -> str:
    """Load SoftHSM with that folder."""
    return softhsm(folder)


@pytest.fixture
def label(library: str) -> str:
    """Make a token of this test's own."""
    return new_token(library)


@pytest.fixture
def device(library: str, label: str) -> Iterator[PKCS11Device]:
    """Return a device on it."""
    device = token_device(library, label)
    yield device
    device.close()


def made(device: PKCS11Device, family: str = "p256", name: str = "key_1") -> StoredKey:
    """Make a key."""
    context = f"key {name} document {family}"
    return stored(device.generate(KEYS[family], context=context), KEYS[family], context=context)


def objects(device: PKCS11Device, key: StoredKey) -> list[pkcs11.Object]:
    """Return what the token holds of a key."""
    return device.ask(lambda session: list(session.get_objects({Attribute.ID: bytes.fromhex(key.location)})))


@FAMILIES
def test_a_key_made_in_the_token_signs(device: PKCS11Device, family: str) -> None:
    key = made(device, family)
    assert key.wrapped is None
    assert key.public_key.algorithm is KEYS[family]
    for _ in range(3):
        raw = device.sign(key, DIGEST)
        assert len(raw) == {"p256": 64, "rsa3072": 384}[family]
        verify_digest(key.public_key, DIGEST, raw)
    message = b"a message"
    value = key.public_key.signature_value(device.sign(key, key.public_key.digest(message)))
    key.public_key.verify(value, message, key.public_key.own_algorithm)


@FAMILIES
def test_a_private_key_does_not_leave_the_token_and_does_nothing_but_sign(device: PKCS11Device, family: str) -> None:
    key = made(device, family)
    (private,) = (one for one in objects(device, key) if one.object_class is ObjectClass.PRIVATE_KEY)
    held = private.get_attributes(
        [
            Attribute.SENSITIVE,
            Attribute.ALWAYS_SENSITIVE,
            Attribute.EXTRACTABLE,
            Attribute.NEVER_EXTRACTABLE,
            Attribute.PRIVATE,
            Attribute.TOKEN,
            Attribute.SIGN,
            Attribute.DECRYPT,
            Attribute.UNWRAP,
            Attribute.DERIVE,
        ]
    )
    assert list(held.values()) == [True, True, False, True, True, True, True, False, False, False]
    assert private[Attribute.LABEL] == f"key key_1 document {family}"
    for secret in (Attribute.VALUE, Attribute.PRIVATE_EXPONENT, Attribute.PRIME_1):
        with pytest.raises((pkcs11.AttributeSensitive, pkcs11.AttributeTypeInvalid)):
            private[secret]


def test_a_token_that_lets_keys_out_is_refused(library: str, label: str) -> None:
    device = token_device(library, label)
    means = device.table["p256"]
    device.table = {"p256": replace(means, private={**means.private, Attribute.EXTRACTABLE: True})}
    with pytest.raises(KeystoreUnavailable, match="lets them out"):
        made(device)
    assert device.ask(lambda session: list(session.get_objects({}))) == []
    device.close()


class Answerless:
    """A session, or what it makes, that breaks when a pair was made and before anybody is told."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - what the library has no types for
        self.inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def create_domain_parameters(self, *given: object, local: bool) -> "Answerless":
        return Answerless(self.inner.create_domain_parameters(*given, local=local))

    def generate_keypair(self, **told: object) -> NoReturn:
        self.inner.generate_keypair(**told)
        raise pkcs11.DeviceError


def test_a_pair_that_nobody_was_told_of_is_no_keys(library: str, label: str) -> None:
    class Breaking(PKCS11Device):
        breaks = True

        @override
        def log_in(self) -> Any:
            session = super().log_in()
            self.breaks, breaks = False, self.breaks
            return Answerless(session) if breaks else session

    device = Breaking(token_device(library, label).configuration)
    key = made(device)
    assert len(device.ask(lambda session: list(session.get_objects({})))) == 4
    assert len(objects(device, key)) == 2
    verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))
    device.close()


def test_a_second_process_finds_the_key_by_its_record(device: PKCS11Device, library: str, label: str) -> None:
    key = made(device)
    other = token_device(library, label)
    verify_digest(key.public_key, DIGEST, other.sign(key, DIGEST))


@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33), bytes(64)])
def test_only_a_digest_is_signed(device: PKCS11Device, digest: bytes) -> None:
    with pytest.raises(SigningUnavailable):
        device.sign(made(device), digest)


@pytest.mark.parametrize("location", ["", "zz", "00" * 15, "00" * 17])
def test_a_place_that_is_none_is_refused(device: PKCS11Device, location: str) -> None:
    with pytest.raises(KeystoreUnavailable, match="names no place"):
        device.sign(replace(made(device), location=location), DIGEST)


def test_a_key_that_is_not_in_the_token_signs_nothing(device: PKCS11Device) -> None:
    with pytest.raises(KeystoreUnavailable, match="no key of this identifier"):
        device.sign(replace(made(device), location="00" * 16), DIGEST)


def test_a_key_of_another_record_signs_nothing(device: PKCS11Device) -> None:
    one, other = made(device), made(device)
    with pytest.raises(SigningUnavailable):
        device.sign(replace(one, location=other.location), DIGEST)


def test_algorithms_that_the_token_lacks_are_not_kept(device: PKCS11Device) -> None:
    assert device.algorithms == {"p256", "rsa3072"}
    with pytest.raises(AlgorithmNotKept):
        made(device, "sm2")
    key = made(device)
    with pytest.raises(SigningUnavailable):
        device.sign(replace(key, algorithm="sm2"), DIGEST)


def test_what_tokens_have_no_function_for_is_said(device: PKCS11Device) -> None:
    key, point = made(device), SM2PublicKey(*G)
    with pytest.raises(DeviceUnable):
        device.decrypt(key, SM2Ciphertext(point, bytes(32), b"x"))
    with pytest.raises(DeviceUnable):
        device.envelope(point, context="key key_2 decryption sm2")
    with pytest.raises(DeviceUnable):
        device.accept(b"", under=key, context="key key_2 decryption sm2")


@FAMILIES
def test_destroyed_means_gone_from_the_token(device: PKCS11Device, family: str) -> None:
    key, other = made(device, family), made(device, family)
    device.sign(key, DIGEST)
    device.destroy(key)
    assert objects(device, key) == []
    with pytest.raises(KeystoreUnavailable):
        device.sign(key, DIGEST)
    device.destroy(key)
    verify_digest(other.public_key, DIGEST, device.sign(other, DIGEST))


def test_forgetting_costs_a_look_up_and_nothing_else(device: PKCS11Device) -> None:
    key = made(device)
    device.sign(key, DIGEST)
    assert list(device.keys) == [key.location]
    device.forget(key)
    assert not device.keys
    verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))


def test_a_lost_session_is_unavailable_at_the_most_once(device: PKCS11Device, library: str) -> None:
    key = made(device)
    device.sign(key, DIGEST)
    pkcs11.lib(library).reinitialize()  # every session and the login are gone, as after a restart of the token
    verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))


def test_a_token_that_is_gone_is_unavailable_until_it_is_back(library: str, folder: Path) -> None:
    device = token_device(library, new_token(library))
    key = made(device)
    device.sign(key, DIGEST)
    (folder / "tokens").rename(folder / "away")
    (folder / "tokens").mkdir()
    pkcs11.lib(library).reinitialize()
    for _ in range(2):
        with pytest.raises(SigningUnavailable):
            device.sign(key, DIGEST)
        with pytest.raises(SigningUnavailable):
            device.ready()
    (folder / "tokens").rmdir()
    (folder / "away").rename(folder / "tokens")
    pkcs11.lib(library).reinitialize()
    verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))
    device.close()


def test_a_wrong_pin_is_tried_once_so_that_the_token_does_not_lock(library: str, label: str) -> None:
    device = token_device(library, label, pin=b"wrong")
    with pytest.raises(KeystoreUnavailable, match="refuses the PIN"):
        device.ready()
    for _ in range(3):
        with pytest.raises(KeystoreUnavailable, match="start anew"):
            device.ready()


def test_a_pin_that_is_no_text_is_said_and_not_told(library: str, label: str) -> None:
    pin = b"4711\xff0815"
    with pytest.raises(KeystoreUnavailable, match="TRUST_PKCS11_PIN_FILE as text in UTF-8") as refused:
        token_device(library, label, pin=pin).ready()
    assert (refused.value.__context__, refused.value.__cause__) == (None, None)  # which would bear the PIN
    assert not any(told in str(refused.value) for told in ("4711", "0815"))


def test_a_module_that_is_none_is_said(label: str) -> None:
    with pytest.raises(KeystoreUnavailable, match="TRUST_PKCS11_MODULE"):
        token_device("/no/such/library.so", label).ready()


def test_an_unknown_token_is_unavailable(library: str) -> None:
    with pytest.raises(SigningUnavailable):
        token_device(library, "no such token").ready()


def test_who_waits_too_long_for_the_module_is_told(library: str, label: str) -> None:
    device = token_device(library, label, patience=0.05)
    key = made(device)
    with ONE_AT_A_TIME, pytest.raises(SigningUnavailable):
        device.sign(key, DIGEST)
    verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))
    device.close()


def test_threads_share_a_device_even_when_it_is_lost_in_between(device: PKCS11Device, library: str) -> None:
    key = made(device)
    stop = threading.Event()

    def keep_signing() -> int:
        done = 0
        while not stop.is_set():
            try:
                verify_digest(key.public_key, DIGEST, device.sign(key, DIGEST))
            except SigningUnavailable:
                continue
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(keep_signing) for _ in range(4)]
        for _ in range(5):
            stop.wait(0.02)
            with ONE_AT_A_TIME:
                pkcs11.lib(library).reinitialize()
        stop.wait(0.2)
        stop.set()
        assert all(worker.result() for worker in workers)


def test_ready_names_what_the_token_does(device: PKCS11Device, label: str) -> None:
    assert device.name == f"PKCS #11 token {label}"
    assert device.ready() == f"token {label} answers, keys of p256, rsa3072"


def test_a_device_is_not_copied(device: PKCS11Device) -> None:
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(device)


def test_a_token_without_the_vendors_sm2_says_what_to_look_up(library: str, label: str) -> None:
    device = token_device(library, label, sm2=VENDOR)
    assert device.algorithms == {"p256", "rsa3072", "sm2"}
    with pytest.raises(KeystoreUnavailable, match="TRUST_PKCS11_SM2"):
        made(device, "sm2")
    device.close()


def test_a_number_that_means_another_algorithm_never_gives_a_wrong_signature(library: str, label: str) -> None:
    # SoftHSM makes keys on the SM2 curve, and signs ECDSA with them: right templates, but no SM2 signature.
    wrong = SM2Mechanisms(key_type=KeyType.EC, generate=Mechanism.EC_KEY_PAIR_GEN, sign=Mechanism.ECDSA)
    device = token_device(library, label, sm2=wrong)
    key = made(device, "sm2")
    assert key.public_key.algorithm is KEYS["sm2"]
    with pytest.raises(SigningUnavailable):
        device.sign(key, DIGEST)
    device.close()


class Recorder:
    """A session that notes what it is asked to make."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}

    def create_domain_parameters(
        self, key_type: KeyType, parameters: dict[Attribute, object], *, local: bool
    ) -> "Recorder":
        self.asked |= {"key_type": key_type, "parameters": parameters, "local": local}
        return self

    def generate_keypair(self, **told: object) -> tuple[None, None]:
        self.asked |= told
        return None, None


def test_the_vendors_numbers_stand_in_what_the_token_is_asked() -> None:
    recorder = Recorder()
    make_pair(recorder, table(VENDOR)["sm2"], identifier=b"i" * 16, label="key key_1 document sm2")  # type: ignore[arg-type]
    assert recorder.asked["key_type"] == 0x80000201
    assert recorder.asked["mechanism"] == 0x80000202
    assert recorder.asked["parameters"] == {Attribute.EC_PARAMS: bytes.fromhex("06082a811ccf5501822d")}
    assert table(VENDOR)["sm2"].sign == 0x80000203
    private = recorder.asked["private_template"]
    assert isinstance(private, dict)
    assert (private[Attribute.SENSITIVE], private[Attribute.EXTRACTABLE]) == (True, False)


def test_a_vendors_number_is_a_member_for_the_library_alone() -> None:
    assert numbered(Mechanism, 0x1041) is Mechanism.ECDSA
    own = numbered(Mechanism, 0x80000203)
    assert isinstance(own, Mechanism)
    assert (own, own.name) == (0x80000203, "VENDOR_80000203")
    assert 0x80000203 not in set(Mechanism)


def test_a_vendors_key_type_is_read_back() -> None:
    translator = mapper()
    packed = translator.pack_attribute(Attribute.KEY_TYPE, numbered(KeyType, 0x80000201))
    assert translator.unpack_attributes(Attribute.KEY_TYPE, packed) == 0x80000201
    assert (
        translator.unpack_attributes(Attribute.KEY_TYPE, translator.pack_attribute(Attribute.KEY_TYPE, KeyType.EC))
        is KeyType.EC
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key_type=1,generate=2,sign=3",
        "key_type=0x1,generate=0x2",
        "generate=0x2,key_type=0x1,sign=0x3",
        "key_type=0x1,generate=0x2,sign=0x3,",
        "key_type=0x100000000,generate=0x2,sign=0x3",
        "key_type=0x1, generate=0x2, sign=0x3",
    ],
)
def test_numbers_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key_type"):
        SM2Mechanisms.read(text)


def test_numbers_are_read_as_the_manuals_write_them() -> None:
    assert SM2Mechanisms.read("key_type=0x80000201,generate=0x80000202,sign=0x80000203") == VENDOR


def test_a_point_is_read_with_and_without_its_octet_string() -> None:
    point = SM2PublicKey(*G).point
    bare = public_key_of("sm2", {Attribute.EC_POINT: point})
    assert (
        bare
        == public_key_of("sm2", {Attribute.EC_POINT: der.octet_string(point)})
        == PublicKey.of_sm2(SM2PublicKey(*G))
    )


@pytest.mark.parametrize(
    ("algorithm", "attributes"),
    [
        ("sm2", {Attribute.EC_POINT: b""}),
        ("sm2", {Attribute.EC_POINT: bytes(65)}),
        ("sm2", {Attribute.EC_POINT: der.octet_string(bytes(65))}),
        ("sm2", {Attribute.EC_POINT: der.octet_string(SM2PublicKey(*G).point) + b"\0"}),
        ("p256", {Attribute.EC_POINT: SM2PublicKey(*G).point}),
        ("rsa3072", {Attribute.MODULUS: b"", Attribute.PUBLIC_EXPONENT: b"\1\0\1"}),
        ("rsa3072", {Attribute.MODULUS: b"\xff" * 256, Attribute.PUBLIC_EXPONENT: b"\1\0\1"}),
        ("rsa3072", {Attribute.MODULUS: b"\xff" * 384, Attribute.PUBLIC_EXPONENT: b""}),
    ],
)
def test_a_public_key_that_is_none_is_refused(algorithm: str, attributes: dict[Attribute, bytes]) -> None:
    with pytest.raises(KeystoreUnavailable, match="no public key"):
        public_key_of(algorithm, attributes)


def test_a_signature_under_a_key_that_no_token_makes_does_not_hold() -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = ed25519.Ed25519PrivateKey.generate().public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(SignatureMismatch):
        verify_digest(PublicKey(spki), DIGEST, bytes(64))
