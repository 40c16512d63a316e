"""Which backend holds private keys: the one that was chosen, and none that leaks."""

from collections.abc import Iterator

import pytest

from keys import private_keys, secret_halves
from keys.private_keys import SM2Key
from keys.sm2 import SM2PrivateKey
from tests.sm2_backends import SECRET_HALVES, half_named
from trust.crypto import backends
from trust.crypto.algorithms import KEYS
from trust.crypto.backends import EVIDENCE, BackendChoice, BackendLeaks
from trust.crypto.libcrypto import LibcryptoBackend
from trust.crypto.reference import ReferenceBackend


@pytest.fixture
def as_it_was() -> Iterator[None]:
    """Let this process compute afterwards with what it would choose itself."""
    yield
    backends.use(BackendChoice.AUTO)


@pytest.mark.parametrize("name", ["reference", "gmssl", "no such backend"])
def test_a_backend_that_leaks_holds_no_private_key(name: str) -> None:
    with pytest.raises(BackendLeaks):
        secret_halves.half(name)


def test_every_secret_half_is_of_a_backend_that_does_not_leak() -> None:
    assert {name for name, evidence in EVIDENCE.items() if evidence.constant_time} == set(secret_halves.HALVES)
    for name, half in secret_halves.HALVES.items():
        assert half.name == name


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("name", SECRET_HALVES)
def test_the_chosen_backend_holds_the_keys(name: str) -> None:
    half = half_named(name)
    backends.use(BackendChoice(name))
    assert secret_halves.in_use() is half
    made = private_keys.generate(KEYS["sm2"])
    assert isinstance(made, SM2Key)
    assert isinstance(made.key, half)
    read = private_keys.from_secret("sm2", made.secret)
    assert isinstance(read, SM2Key)
    assert isinstance(read.key, half)


def test_every_half_of_this_machine_is_known() -> None:
    assert secret_halves.available() == tuple(secret_halves.half(one.name) for one in backends.available())


def test_a_library_that_leaks_has_no_half() -> None:
    assert secret_halves.available((ReferenceBackend(), LibcryptoBackend())) == (SM2PrivateKey,)
    assert secret_halves.available(()) == ()
