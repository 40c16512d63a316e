"""The SDF adapter on a library with the C interface of GM/T 0018: what it uses, and what it does when that fails."""

import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from keys.devices import StoredKey
from keys.errors import AlgorithmNotKept, DeviceUnable, KeystoreUnavailable
from keys.keyring import binding
from keys.sdf_interface import Dialect, ECCCipher, ECCrefPublicKey, ECCSignature, Refused, SDFLibrary
from tests.keys.devices import SDFRig, build_sdf, stored
from trust.crypto import backends
from trust.crypto.algorithms import KEYS
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import G, KeyMalformed, N, P, SignatureMalformed, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_encryption import DecryptionFailed, SM2Ciphertext, encrypt
from trust.signing import KeyPurpose, SigningUnavailable

SM2 = KEYS["sm2"]
SIGNING = "key key_1 document sm2"
DECRYPTION = "key key_2 decryption sm2"
DIGEST = bytes(range(32))


@pytest.fixture(scope="module", params=list(Dialect))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library in both dialects."""
    return build_sdf(tmp_path_factory.mktemp("sdf"), request.param)


@pytest.fixture
def rig(built: Path, tmp_path: Path) -> SDFRig:
    """Return a device of this test's own."""
    return SDFRig.make(built, tmp_path)


def made(rig: SDFRig, context: str = SIGNING) -> StoredKey:
    """Have a key."""
    return stored(rig.device.generate(SM2, context=context), SM2, context=context)


def check(key: StoredKey, signature: bytes, digest: bytes = DIGEST) -> None:
    """Raise `SignatureMismatch` where a signature does not hold."""
    assert key.public_key.sm2 is not None
    backends.verify(key.public_key.sm2, SM2Digest(digest), SM2Signature.from_raw(signature))


def test_a_pair_is_handed_out_once_and_signs(rig: SDFRig) -> None:
    one, other = made(rig), made(rig, "key key_3 audit sm2")
    assert (one.location, other.location) == ("signing/1", "signing/2")
    assert one.wrapped is None
    for key in (one, other):
        check(key, rig.device.sign(key, DIGEST))


def test_an_encryption_pair_deciphers_and_does_not_sign(rig: SDFRig) -> None:
    key = made(rig, DECRYPTION)
    assert key.location == "encryption/7"
    assert key.public_key.sm2 is not None
    for plain in (b"x", b"sixteen octets..", bytes(200), b"y" * 3000):
        assert rig.device.decrypt(key, encrypt(key.public_key.sm2, plain)) == plain
    with pytest.raises(SigningUnavailable):
        rig.device.sign(key, DIGEST)


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_the_purpose_decides_which_pair_is_handed_out(rig: SDFRig, purpose: KeyPurpose) -> None:
    key = made(rig, binding("key_1", purpose, "sm2"))
    assert key.location == ("encryption/7" if purpose is KeyPurpose.DECRYPTION else "signing/1")


def test_a_signature_pair_deciphers_nothing(rig: SDFRig) -> None:
    key = made(rig)
    assert key.public_key.sm2 is not None
    with pytest.raises(DeviceUnable) as caught:
        rig.device.decrypt(key, encrypt(key.public_key.sm2, b"x"))
    assert caught.value.code == "keys.device_unable"


def test_a_ciphertext_for_another_key_opens_nothing(rig: SDFRig) -> None:
    one, other = made(rig, DECRYPTION), made(rig, DECRYPTION)
    assert other.public_key.sm2 is not None
    with pytest.raises(DecryptionFailed):
        rig.device.decrypt(one, encrypt(other.public_key.sm2, b"secret"))
    assert other.public_key.sm2 is not None
    right = encrypt(other.public_key.sm2, b"secret")
    with pytest.raises(DecryptionFailed):
        rig.device.decrypt(other, replace(right, hash=bytes(32)))


def test_a_device_that_claims_to_have_written_more_is_not_believed(rig: SDFRig) -> None:
    key = made(rig, DECRYPTION)
    assert key.public_key.sm2 is not None
    rig.fault("decrypt_long")
    with pytest.raises(DecryptionFailed):
        rig.device.decrypt(key, encrypt(key.public_key.sm2, b"secret"))


def test_processes_that_ask_at_once_get_different_pairs(rig: SDFRig) -> None:
    devices = [rig.another() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        keys = list(pool.map(lambda device: device.generate(SM2, context=SIGNING), devices))
    assert len({key.location for key in keys}) == 6


def test_a_pair_that_administrators_renewed_is_free_again_and_the_old_key_signs_no_more(rig: SDFRig) -> None:
    device = rig.another(signing=(1,))
    first = stored(device.generate(SM2, context=SIGNING), SM2, context=SIGNING)
    with pytest.raises(KeystoreUnavailable, match="TRUST_SDF_KEYS"):
        device.generate(SM2, context=SIGNING)
    rig.renew(1)
    second = device.generate(SM2, context="key key_9 document sm2")
    assert second.public_key != first.public_key
    with pytest.raises(KeystoreUnavailable, match="not the one on record"):
        device.sign(first, DIGEST)


def test_an_index_without_a_pair_is_passed_over(rig: SDFRig) -> None:
    assert rig.another(signing=(9, 0, 3)).generate(SM2, context=SIGNING).location == "signing/3"


@pytest.mark.parametrize("fault", ["export_garbage", "export_high", "export_bits"])
def test_a_public_key_that_is_none_is_passed_over(rig: SDFRig, fault: str) -> None:
    rig.fault(fault)
    assert rig.device.generate(SM2, context=SIGNING).location == "signing/2"


def test_claims_that_cannot_be_written_are_said(rig: SDFRig, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(KeystoreUnavailable, match="folder of claims"):
        rig.another(claims=tmp_path / "file").generate(SM2, context=SIGNING)


def test_other_algorithms_are_not_kept(rig: SDFRig) -> None:
    with pytest.raises(AlgorithmNotKept):
        rig.device.generate(KEYS["p256"], context="key key_1 document p256")


def test_private_keys_in_escrow_are_beyond_the_interface(rig: SDFRig) -> None:
    key = made(rig)
    assert key.public_key.sm2 is not None
    with pytest.raises(DeviceUnable):
        rig.device.envelope(key.public_key.sm2, context=DECRYPTION)
    with pytest.raises(DeviceUnable):
        rig.device.accept(b"", under=key, context=DECRYPTION)


@pytest.mark.parametrize("digest", [b"", bytes(31), bytes(33)])
def test_only_a_digest_is_signed(rig: SDFRig, digest: bytes) -> None:
    with pytest.raises(SigningUnavailable):
        rig.device.sign(made(rig), digest)
    assert rig.count("sign") == 0


@pytest.mark.parametrize("location", ["", "signing", "signing/", "signing/x", "signing/-1", "other/1", "signing/²"])
def test_a_place_that_is_none_is_refused(rig: SDFRig, location: str) -> None:
    with pytest.raises(KeystoreUnavailable, match="names no place"):
        rig.device.sign(replace(made(rig), location=location), DIGEST)


def test_a_key_that_is_not_in_the_device_signs_nothing(rig: SDFRig) -> None:
    with pytest.raises(KeystoreUnavailable, match="no key pair"):
        rig.device.sign(replace(made(rig), location="signing/9"), DIGEST)


def test_another_kind_of_key_on_record_signs_nothing(rig: SDFRig) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    p256 = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = p256.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(SigningUnavailable):
        rig.device.sign(replace(made(rig), public_key=PublicKey(spki)), DIGEST)


@pytest.mark.parametrize(
    "fault", ["sign", "sign_refused", "sign_forgotten", "sign_wrong", "sign_zero", "sign_high", "access", "export"]
)
def test_what_fails_once_is_done_anew_in_a_new_session(rig: SDFRig, fault: str) -> None:
    key = made(rig)
    rig.fault(fault)
    check(key, rig.device.sign(key, DIGEST))
    assert rig.count("open_device") == 2


@pytest.mark.parametrize(
    "fault", ["sign", "sign_refused", "sign_forgotten", "sign_wrong", "sign_zero", "sign_high", "access", "export"]
)
def test_what_fails_for_good_is_unavailable_and_never_a_wrong_signature(rig: SDFRig, fault: str) -> None:
    key = made(rig)
    rig.fault(fault, -1)
    with pytest.raises(SigningUnavailable):
        rig.device.sign(key, DIGEST)
    rig.fault(fault, 0)
    check(key, rig.device.sign(key, DIGEST))


@pytest.mark.parametrize("fault", ["open_device", "open_session"])
def test_a_device_that_is_busy_or_gone_is_unavailable_until_it_is_back(rig: SDFRig, fault: str) -> None:
    key = made(rig)
    rig.unplug()
    rig.fault(fault, -1)
    for _ in range(3):
        with pytest.raises(SigningUnavailable):
            rig.device.sign(key, DIGEST)
        with pytest.raises(SigningUnavailable):
            rig.device.ready()
    rig.fault(fault, 0)
    check(key, rig.device.sign(key, DIGEST))


def test_a_device_that_was_restarted_is_found_again(rig: SDFRig) -> None:
    key = made(rig)
    rig.device.sign(key, DIGEST)
    rig.unplug()
    check(key, rig.device.sign(key, DIGEST))


def test_a_wrong_pin_is_tried_once_so_that_the_device_does_not_lock(built: Path, tmp_path: Path) -> None:
    rig = SDFRig.make(built, tmp_path, pin=b"wrong")
    key = made(rig)
    for _ in range(5):
        with pytest.raises(KeystoreUnavailable, match="PIN"):
            rig.device.sign(key, DIGEST)
    assert rig.count("access") == 1
    right = SDFRig.make(built, tmp_path).device.configuration.pin
    check(key, rig.another(pin=right).sign(key, DIGEST))


def test_a_locked_index_is_told_as_a_pin_that_is_refused(rig: SDFRig) -> None:
    from keys.memory import SecretBuffer

    key = made(rig)
    for _ in range(5):
        with pytest.raises(KeystoreUnavailable):
            rig.another(pin=SecretBuffer(b"wrong")).sign(key, DIGEST)
    with pytest.raises(KeystoreUnavailable, match="refuses the PIN"):
        rig.device.sign(key, DIGEST)


def test_the_right_to_a_key_is_asked_for_once_a_session(rig: SDFRig) -> None:
    key = made(rig)
    for _ in range(5):
        rig.device.sign(key, DIGEST)
    assert (rig.count("access"), rig.count("sign"), rig.count("open_session")) == (1, 5, 1)


def test_forgetting_gives_the_right_back(rig: SDFRig) -> None:
    one, other = made(rig), made(rig)
    rig.device.forget(one)
    assert rig.count("release") == 0
    for key in (one, other):
        rig.device.sign(key, DIGEST)
    rig.device.forget(one)
    rig.device.forget(one)
    assert rig.count("release") == 1
    for key in (one, other):
        check(key, rig.device.sign(key, DIGEST))
    assert rig.count("access") == 3


def test_sessions_are_bounded_and_who_waits_too_long_is_told(built: Path, tmp_path: Path) -> None:
    rig = SDFRig.make(built, tmp_path, sessions=1, patience=0.05)
    key = made(rig)
    rig.fault("sign_slow")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(rig.device.sign, key, DIGEST)
        while rig.count("sign") == 0:
            time.sleep(0.001)
        before = time.monotonic()
        with pytest.raises(SigningUnavailable):
            rig.device.sign(key, DIGEST)
        assert time.monotonic() - before < 0.4
        check(key, slow.result())
    check(key, rig.device.sign(key, DIGEST))


def test_a_slow_call_does_not_hold_up_other_threads(rig: SDFRig) -> None:
    key = made(rig)
    rig.fault("sign_slow")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(rig.device.sign, key, DIGEST)
        while rig.count("sign") == 0:
            time.sleep(0.001)
        for _ in range(10):
            check(key, rig.device.sign(key, DIGEST))
        assert not slow.done()
        check(key, slow.result())


def test_threads_share_a_device_even_when_it_is_lost_in_between(rig: SDFRig) -> None:
    key = made(rig)
    stop = threading.Event()

    def keep_signing() -> int:
        done = 0
        while not stop.is_set():
            try:
                signature = rig.device.sign(key, DIGEST)
            except SigningUnavailable:
                continue
            check(key, signature)
            done += 1
        return done

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(keep_signing) for _ in range(4)]
        for _ in range(10):
            time.sleep(0.02)
            rig.unplug()
        time.sleep(0.1)
        stop.set()
        assert all(worker.result() for worker in workers)
    rig.device.close()
    assert rig.count("opened") == rig.count("close_session") > 4


def test_what_was_opened_is_closed(rig: SDFRig) -> None:
    key = made(rig)
    rig.device.sign(key, DIGEST)
    rig.device.close()
    assert (rig.count("close_session"), rig.count("close_device")) == (1, 1)
    rig.device.close()
    assert (rig.count("close_session"), rig.count("close_device")) == (1, 1)


def test_what_cannot_be_closed_is_let_go(rig: SDFRig) -> None:
    key = made(rig)
    rig.device.sign(key, DIGEST)
    for fault in ("close_session", "close_device"):
        rig.fault(fault, -1)
    rig.device.close()
    check(key, rig.device.sign(key, DIGEST))


def test_destroying_waits_for_the_administrators(rig: SDFRig) -> None:
    key = made(rig)
    rig.device.forget(key)
    with pytest.raises(KeystoreUnavailable, match="delete the key pair signing/1"):
        rig.device.destroy(key)
    rig.renew(1)
    rig.device.destroy(key)
    with pytest.raises(KeystoreUnavailable):
        rig.device.sign(key, DIGEST)
    rig.device.destroy(replace(key, location="signing/9"))


def test_a_device_that_does_not_answer_has_destroyed_nothing(rig: SDFRig) -> None:
    key = made(rig)
    rig.fault("export", -1)
    with pytest.raises(SigningUnavailable):
        rig.device.destroy(key)


def test_ready_asks_the_device(rig: SDFRig) -> None:
    assert rig.device.ready() == "SDF device, 8 key pairs named"
    rig.fault("random", -1)
    with pytest.raises(SigningUnavailable):
        rig.device.ready()


@pytest.mark.parametrize("path", ["/no/such/library.so", "libc.so.6"])
def test_a_library_that_is_none_is_said(path: str) -> None:
    with pytest.raises(KeystoreUnavailable, match="TRUST_SDF_LIBRARY"):
        SDFLibrary.load(path, Dialect.WITH_ALGORITHM)


def test_a_device_is_not_copied(rig: SDFRig) -> None:
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(rig.device)


def test_the_structures_have_the_layout_of_the_headers() -> None:
    import ctypes

    assert ctypes.sizeof(ECCrefPublicKey) == 132
    assert ctypes.sizeof(ECCSignature) == 128
    assert (ECCCipher.M.offset, ECCCipher.L.offset, ctypes.sizeof(ECCCipher)) == (128, 160, 164)
    point = SM2PublicKey(*G)
    raw = bytes(ECCCipher.of(SM2Ciphertext(point, bytes(range(32)), b"data")))
    assert raw[:64] == bytes(32) + point.point[1:33]
    assert raw[64:128] == bytes(32) + point.point[33:]
    assert raw[128:160] == bytes(range(32))
    assert raw[160:164] == (4).to_bytes(4, "little")
    assert raw[164:168] == b"data"


def field(value: int) -> bytes:
    """Return a field of 512 bits."""
    return value.to_bytes(64, "big")


@pytest.mark.parametrize(
    ("bits", "x", "y"),
    [(255, *G), (512, *G), (256, G[0] + P, G[1]), (256, G[0], G[1] + P), (256, G[0], G[1] ^ 1), (256, 0, 0)],
)
def test_every_field_of_a_public_key_is_checked(bits: int, x: int, y: int) -> None:
    raw = bits.to_bytes(4, "little") + field(x) + field(y)
    with pytest.raises(KeyMalformed):
        ECCrefPublicKey.from_buffer_copy(raw).point()


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (1 << 256, 1), (1, 1 << 256), (1, N - 1)])
def test_every_field_of_a_signature_is_checked(r: int, s: int) -> None:
    with pytest.raises(SignatureMalformed):
        ECCSignature.from_buffer_copy(field(r) + field(s)).signature()


def test_a_refusal_names_the_function_and_the_code() -> None:
    assert str(Refused("SDF_OpenDevice", 0x01000005)) == "SDF_OpenDevice: 0x01000005"
