"""SM2 verification: the standard's vector, crafted equations, backends that must agree; which of them is chosen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.builders import read_vectors
from tests.sm2_backends import TABLES, VERIFIERS, library_named, verifier_named
from trust.crypto import backends, libcrypto
from trust.crypto.backends import EVIDENCE, BackendChoice, BackendLeaks, SM2Library
from trust.crypto.botan import BotanMissing
from trust.crypto.gmssl import GmsslBackend, sign_with_published_key
from trust.crypto.libcrypto import LibcryptoBackend, LibcryptoMissing
from trust.crypto.reference import ReferenceBackend, multiply, multiply_and_add
from trust.crypto.sm2 import (
    DEFAULT_USER_ID,
    G,
    N,
    P,
    SignatureMalformed,
    SignatureMismatch,
    SM2Backend,
    SM2Digest,
    SM2PublicKey,
    SM2Signature,
    digest,
)
from trust.errors import Unavailable


@pytest.fixture(params=VERIFIERS)
def backend(request: pytest.FixtureRequest) -> SM2Backend:
    """Return each backend in turn."""
    return verifier_named(request.param)


@dataclass(frozen=True, kw_only=True)
class SignatureCase:
    """A case of signature.json."""

    name: str
    user_id: str
    message: str
    private_key: str
    public_x: str
    public_y: str
    z: str
    e: str
    nonce: str
    nonce_x: str
    nonce_y: str
    r: str
    s: str
    expect: str


@dataclass(frozen=True, kw_only=True)
class ChangedCase:
    """A case of changed_message.json."""

    name: str
    message: str
    public_x: str
    public_y: str
    r: str
    s: str
    expect: str


(STANDARD,) = read_vectors("sm2/signature.json", SignatureCase)
(CHANGED,) = read_vectors("sm2/changed_message.json", ChangedCase)
D = int(STANDARD.private_key, 16)
KEY = SM2PublicKey(int(STANDARD.public_x, 16), int(STANDARD.public_y, 16))
MESSAGE = bytes.fromhex(STANDARD.message)
SIGNATURE = SM2Signature(int(STANDARD.r, 16), int(STANDARD.s, 16))


def x_of(point: tuple[int, int] | None) -> int:
    """Return the x coordinate of a point that is not at infinity."""
    assert point is not None
    return point[0]


def e_of(number: int) -> SM2Digest:
    """Return a number as a digest."""
    return SM2Digest((number % N).to_bytes(32, "big"))


def signed_by_formula(e: SM2Digest, nonce: int) -> SM2Signature:
    """Return the signature of GB/T 32918.2, 6.1 with the published private key."""
    r = (int.from_bytes(e, "big") + x_of(multiply(nonce))) % N
    return SM2Signature(r, pow(1 + D, -1, N) * (nonce - r * D) % N)


def test_the_vector_is_one_that_must_hold() -> None:
    assert STANDARD.expect == "valid"
    assert bytes.fromhex(STANDARD.user_id) == DEFAULT_USER_ID


def test_an_unknown_key_in_a_vector_file_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown or missing keys"):
        read_vectors("sm2/signature.json", ChangedCase)


def test_the_public_key_of_the_vector() -> None:
    assert multiply(D) == (KEY.x, KEY.y)


def test_z_and_e_of_the_vector() -> None:
    assert KEY.z().hex() == STANDARD.z
    assert digest(KEY, MESSAGE).hex() == STANDARD.e


def test_e_depends_on_the_user_id() -> None:
    assert digest(KEY, MESSAGE, user_id=b"ALICE123@YAHOO.COM") != digest(KEY, MESSAGE)


def test_the_vector_holds(backend: SM2Backend) -> None:
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE, backend=backend)


def test_the_vector_holds_by_default() -> None:
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE)


def test_the_vector_with_a_changed_message_does_not_hold(backend: SM2Backend) -> None:
    key = SM2PublicKey(int(CHANGED.public_x, 16), int(CHANGED.public_y, 16))
    signature = SM2Signature(int(CHANGED.r, 16), int(CHANGED.s, 16))
    assert CHANGED.expect == "untrusted/crypto.signature_mismatch"
    with pytest.raises(SignatureMismatch):
        backends.verify(key, digest(key, bytes.fromhex(CHANGED.message)), signature, backend=backend)


def test_the_printed_nonce_gives_the_printed_signature() -> None:
    nonce = int(STANDARD.nonce, 16)
    assert multiply(nonce) == (int(STANDARD.nonce_x, 16), int(STANDARD.nonce_y, 16))
    assert sign_with_published_key(D, digest(KEY, MESSAGE), nonce) == SIGNATURE
    assert signed_by_formula(digest(KEY, MESSAGE), nonce) == SIGNATURE


@pytest.mark.parametrize(
    ("key", "e", "signature"),
    [
        pytest.param(KEY, e_of(int(STANDARD.e, 16) + 1), SIGNATURE, id="another e"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.r ^ 1, SIGNATURE.s), id="another r"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.r, SIGNATURE.s ^ 1), id="another s"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.s, SIGNATURE.r), id="r and s swapped"),
        pytest.param(SM2PublicKey(KEY.x, P - KEY.y), None, SIGNATURE, id="the negative key"),
        pytest.param(SM2PublicKey(*G), None, SIGNATURE, id="another key"),
        pytest.param(KEY, digest(KEY, MESSAGE, user_id=b"someone else"), SIGNATURE, id="another user"),
    ],
)
def test_what_was_not_signed_does_not_hold(
    backend: SM2Backend, key: SM2PublicKey, e: SM2Digest | None, signature: SM2Signature
) -> None:
    with pytest.raises(SignatureMismatch):
        backends.verify(key, e or digest(KEY, MESSAGE), signature, backend=backend)


@pytest.mark.parametrize("e", [bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N + 5).to_bytes(32, "big")])
def test_e_may_be_anything_below_2_to_the_256(backend: SM2Backend, e: bytes) -> None:
    backends.verify(KEY, SM2Digest(e), signed_by_formula(SM2Digest(e), 0x1234567), backend=backend)


def test_small_r_and_s_hold_where_the_equation_does(backend: SM2Backend) -> None:
    r, s = 0x1234567890ABCDEF, 0xFEDCBA0987654321
    e = e_of(r - x_of(multiply_and_add(s, G, r + s, (KEY.x, KEY.y))))
    backends.verify(KEY, e, SM2Signature(r, s), backend=backend)


def test_equal_points_are_doubled_except_by_gmssl(backend: SM2Backend) -> None:
    s = 0x777
    t = s * pow(D, -1, N) % N  # so that t·P = s·G
    r = (t - s) % N
    holds = backend.verify(KEY, e_of(r - x_of(multiply(2 * s))), SM2Signature(r, s))
    assert holds is not isinstance(backend, GmsslBackend)


def test_the_point_at_infinity_signs_nothing(backend: SM2Backend) -> None:
    t = 0x55555
    s = -t * D % N  # so that s·G + t·P is the point at infinity
    r = (t - s) % N
    with pytest.raises(SignatureMismatch):
        backends.verify(KEY, e_of(r), SM2Signature(r, s), backend=backend)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        pytest.param(0x1234567890ABCDEF, 0, id="s = 0: e = r − x(r·P) forges for everybody"),
        pytest.param(N - 0xFEDCBA0987654321, 0xFEDCBA0987654321, id="r + s = n: e = r − x(s·G) needs no key"),
        pytest.param(0, 0xFEDCBA0987654321, id="r = 0"),
    ],
)
def test_a_forgery_that_fulfils_the_equation_cannot_even_be_built(r: int, s: int) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature(r, s)


# --- which backend computes -------------------------------------------------------------------------------------------


class Library(ReferenceBackend):
    """A library of some name and version, that computes as the reference does."""

    def __init__(self, name: str, version: str) -> None:
        self.name, self.version = name, version


def offering(*libraries: Library) -> dict[str, Callable[[], SM2Library]]:
    """Return what a machine offers that has these libraries alone."""

    def no_libcrypto() -> SM2Library:
        raise LibcryptoMissing(cure="install it")

    def no_botan() -> SM2Library:
        raise BotanMissing(cure="install it")

    offers: dict[str, Callable[[], SM2Library]] = {"libcrypto": no_libcrypto, "botan": no_botan}
    return offers | {one.name: partial(itself, one) for one in libraries}


def itself(library: Library) -> SM2Library:
    """Return a library that is there."""
    return library


OPENSSL, BOTAN_2, BOTAN_3 = (
    Library("libcrypto", "OpenSSL 3.0.19"),
    Library("botan", "Botan 2.19.3"),
    Library("botan", "Botan 3.7.1"),
)


@pytest.mark.parametrize(
    ("libraries", "verifies", "signs"),
    [
        pytest.param((OPENSSL,), "libcrypto", "libcrypto", id="libcrypto alone does both"),
        pytest.param((OPENSSL, BOTAN_2), "libcrypto", "botan", id="Botan 2 signs, and another verifies"),
        pytest.param((OPENSSL, BOTAN_3), "botan", "botan", id="Botan 3 is faster at both"),
        pytest.param((BOTAN_2,), "botan", "botan", id="Botan alone does both"),
        pytest.param((), "reference", "reference", id="without any the reference verifies"),
    ],
)
def test_what_auto_chooses(libraries: tuple[Library, ...], verifies: str, signs: str) -> None:
    chosen = backends.choose(BackendChoice.AUTO, offering(*libraries))
    assert (chosen.verifies.name, chosen.signs) == (verifies, signs)


@pytest.mark.parametrize("choice", [BackendChoice.LIBCRYPTO, BackendChoice.BOTAN])
def test_what_is_asked_for_by_name_is_taken(choice: BackendChoice) -> None:
    chosen = backends.choose(choice, offering(OPENSSL, BOTAN_3))
    assert (chosen.verifies.name, chosen.signs) == (choice.value, choice.value)


@pytest.mark.parametrize(
    ("choice", "error"), [(BackendChoice.LIBCRYPTO, LibcryptoMissing), (BackendChoice.BOTAN, BotanMissing)]
)
def test_what_is_asked_for_and_missing_is_not_replaced(choice: BackendChoice, error: type[Unavailable]) -> None:
    with pytest.raises(error):
        backends.choose(choice, offering())


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """Let this process compute afterwards with what it would choose itself."""
    yield
    backends.use(BackendChoice.AUTO)


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("name", ["libcrypto", "botan"])
def test_the_choice_is_the_process_s(name: str) -> None:
    library_named(name)
    chosen = backends.use(BackendChoice(name))
    assert backends.in_use() is chosen
    assert (backends.preferred().name, chosen.signs) == (name, name)
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE)


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize(("signs", "judges"), [("libcrypto", "botan"), ("botan", "libcrypto")])
def test_what_one_library_signed_another_one_judges(signs: str, judges: str) -> None:
    library_named(signs), library_named(judges)
    backends.use(BackendChoice(signs))
    second = backends.second_opinion()
    assert second.name == judges
    assert backends.second_opinion() is second
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE, backend=second)
    backends.use(BackendChoice(judges))
    assert backends.second_opinion().name == signs


def test_where_there_is_one_library_alone_the_reference_judges() -> None:
    assert backends.independent_of("libcrypto", offering()).name == "reference"


@pytest.mark.usefixtures("as_it_was")
def test_who_verifies_anyway_gives_the_second_opinion_where_another_signs() -> None:
    chosen = backends.use(BackendChoice.AUTO)
    if chosen.verifies.name != chosen.signs:
        assert backends.second_opinion() is chosen.verifies


def test_every_library_of_this_machine_is_known() -> None:
    names = [library.name for library in backends.available()]
    assert names == [library_named(name).name for name in ("libcrypto", "botan")]
    assert backends.available(offering()) == ()


class LibcryptoWithoutSM2(libcrypto.Libcrypto):
    """Behaves like a libcrypto that was built without SM2, as some distributions do: it reads no such key."""

    def __init__(self) -> None:
        self.functions = dict.fromkeys(libcrypto.PROTOTYPES, lambda *_: None)


def test_a_libcrypto_without_sm2_is_none() -> None:
    offers = offering() | {"libcrypto": lambda: LibcryptoBackend(LibcryptoWithoutSM2())}
    chosen = backends.choose(BackendChoice.AUTO, offers)
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE, backend=chosen.verifies)
    assert chosen.verifies.name == "reference"


# --- who may hold private keys ----------------------------------------------------------------------------------------


def test_there_is_evidence_for_every_backend() -> None:
    assert set(EVIDENCE) == set(VERIFIERS) - {TABLES}
    assert all(one.told for one in EVIDENCE.values())


@pytest.mark.parametrize("name", ["reference", "gmssl", "another"])
def test_a_backend_that_leaks_gets_no_private_key(name: str) -> None:
    with pytest.raises(BackendLeaks) as refused:
        backends.require_constant_time(name)
    assert refused.value.details == {"backend": name}
    assert refused.value.code == "crypto.backend_leaks"


def test_the_others_get_one_on_this_machine() -> None:
    backends.require_constant_time("botan")
    backends.require_constant_time("libcrypto")


@pytest.mark.parametrize("machine", ["aarch64", "arm64", "riscv64"])
@pytest.mark.parametrize(
    ("version", "leaks"),
    [
        ("OpenSSL 3.0.19 27 Jan 2026", False),
        ("OpenSSL 3.1.8", False),
        ("OpenSSL 3.2.0", True),
        ("OpenSSL 3.5.4", True),
        ("OpenSSL 4.0.3", True),
        ("some other library", True),
    ],
)
def test_libcrypto_is_refused_where_its_sm2_branches_on_secrets(machine: str, version: str, leaks: bool) -> None:  # noqa: FBT001
    backends.require_constant_time("libcrypto", version=version, machine="x86_64")
    if leaks:
        with pytest.raises(BackendLeaks):
            backends.require_constant_time("libcrypto", version=version, machine=machine)
    else:
        backends.require_constant_time("libcrypto", version=version, machine=machine)
