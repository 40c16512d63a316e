"""Data keys, sealed secrets and root keys by generation: every octet counts, and nothing opens elsewhere."""

import copy
import pickle
import struct
import sys
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import data_keys, repository
from keys.data_keys import (
    BLIND_INDEX,
    PERSONAL_DATA,
    RootKeys,
    StoredProtection,
    establish,
    generation_of,
    open_data_key,
    open_secret,
    rekey_data_key,
    rekey_secret,
    seal_secret,
    wrap_data_key,
)
from keys.errors import KeystoreSealed, KeystoreUnavailable
from keys.tables import DataKeyRow
from keys.wrapping import EnvelopeProtection, RootKey, seal_envelope
from trust import repository as ground
from trust.crypto import sm4
from trust.errors import Unavailable
from trust.protection import ProtectionUnavailable
from trust.store import Store

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
PLAIN = b"a private key"


def roots(*secrets: bytes) -> RootKeys:
    """Return root keys of the generations 1, 2 and so on."""
    return RootKeys({number: RootKey(secret) for number, secret in enumerate(secrets, start=1)})


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_is_opened(plain: bytes, context: str) -> None:
    sealed = seal_secret(roots(ONE), plain, context=context)
    assert open_secret(roots(ONE), sealed, context=context) == plain
    assert len(sealed) == 1 + 4 + 28 + 16 + 28 + len(plain)
    assert generation_of(sealed) == 1


def test_it_can_be_opened_by_another_implementation_of_its_form() -> None:
    sealed = seal_secret(roots(ONE, TWO), PLAIN, context="key a")
    form, head, wrapped, body = sealed[:1], sealed[1:5], sealed[5:49], sealed[49:]
    assert (form, struct.unpack(">I", head)) == (b"\x02", (2,))
    under = RootKey(TWO).derive("data keys")[:16]
    key = sm4.open_gcm(under, wrapped[:12], wrapped[28:], b"\x02" + head + b"key a", tag=wrapped[12:28])
    assert sm4.open_gcm(key, body[:12], body[28:], b"\x02key a", tag=body[12:28]) == PLAIN


def test_every_secret_has_a_data_key_of_its_own() -> None:
    made = {seal_secret(roots(ONE), PLAIN, context="c") for _ in range(50)}
    keys = {open_data_key(roots(ONE), one[1:49], context="c") for one in made}
    assert len(keys) == 50


SEALED = seal_secret(roots(ONE), PLAIN, context="c")


@pytest.mark.parametrize("place", range(len(SEALED)))
def test_every_octet_counts(place: int) -> None:
    for change in (0x01, 0x03, 0x80, 0xFF):
        changed = bytearray(SEALED)
        changed[place] ^= change
        with pytest.raises(KeystoreUnavailable):
            open_secret(roots(ONE), bytes(changed), context="c")


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_part_of_a_sealed_secret(length: int) -> None:
    with pytest.raises(KeystoreUnavailable):
        open_secret(roots(ONE), SEALED[:length], context="c")


@pytest.mark.parametrize("context", ["", "C", "c ", "d"])
def test_another_context(context: str) -> None:
    with pytest.raises(KeystoreUnavailable):
        open_secret(roots(ONE), SEALED, context=context)


def test_another_root_key() -> None:
    for other in (roots(TWO), RootKeys({2: RootKey(ONE)})):
        with pytest.raises(KeystoreUnavailable, match="root key"):
            open_secret(other, SEALED, context="c")


def test_parts_of_two_secrets_do_not_go_together() -> None:
    other = seal_secret(roots(ONE), PLAIN, context="c")
    with pytest.raises(KeystoreUnavailable):
        open_secret(roots(ONE), SEALED[:49] + other[49:], context="c")


# --- the first form --------------------------------------------------------------------------------------------------


def test_a_secret_of_the_first_form_opens_and_is_brought_up() -> None:
    old = seal_envelope(RootKey(ONE).derive("private keys"), PLAIN, context="c")
    assert generation_of(old) == 1
    assert open_secret(roots(ONE), old, context="c") == PLAIN
    new = rekey_secret(roots(ONE, TWO), old, context="c")
    assert (new[:1], generation_of(new)) == (b"\x02", 2)
    assert open_secret(RootKeys({2: RootKey(TWO)}), new, context="c") == PLAIN
    with pytest.raises(KeystoreUnavailable):
        open_secret(roots(TWO), old, context="c")


@pytest.mark.parametrize(
    "sealed",
    [b"", b"\x03" + SEALED[1:], b"\x00", b"\x02", SEALED[:76]],
    ids=["nothing", "version 3", "version 0 alone", "version 2 alone", "cut off"],
)
def test_what_is_of_no_form(sealed: bytes) -> None:
    with pytest.raises(KeystoreUnavailable):
        generation_of(sealed)
    with pytest.raises(KeystoreUnavailable):
        rekey_secret(roots(ONE), sealed, context="c")


# --- a new root key --------------------------------------------------------------------------------------------------


def test_a_new_root_key_changes_the_wrapped_data_key_alone() -> None:
    both, new = roots(ONE, TWO), RootKeys({2: RootKey(TWO)})
    moved = rekey_secret(both, SEALED, context="c")
    assert moved[49:] == SEALED[49:]
    assert generation_of(moved) == 2
    assert open_secret(new, moved, context="c") == PLAIN


def test_a_data_key_moves_as_well() -> None:
    wrapped = wrap_data_key(roots(ONE), b"k" * 16, context="c")
    moved = rekey_data_key(roots(ONE, TWO), wrapped, context="c")
    assert open_data_key(RootKeys({2: RootKey(TWO)}), moved, context="c") == b"k" * 16
    assert data_keys.data_key_generation(moved) == 2


def test_a_data_key_without_an_envelope_derives_from_the_first_root_key() -> None:
    assert open_data_key(roots(ONE), None, context=PERSONAL_DATA) == RootKey(ONE).derive("personal data")
    assert data_keys.data_key_generation(None) == 0
    moved = rekey_data_key(roots(ONE, TWO), None, context=BLIND_INDEX)
    assert open_data_key(roots(ONE, TWO), moved, context=BLIND_INDEX) == RootKey(ONE).derive("blind index")


@pytest.mark.parametrize("length", [0, 4, 31, 47])
def test_a_wrapped_data_key_that_is_too_short(length: int) -> None:
    wrapped = wrap_data_key(roots(ONE), b"k" * 16, context="c")
    with pytest.raises(KeystoreUnavailable):
        open_data_key(roots(ONE), wrapped[:length], context="c")


# --- sealed and unsealed ---------------------------------------------------------------------------------------------


def test_nothing_opens_while_sealed() -> None:
    held = roots(ONE)
    held.seal()
    assert held.is_sealed
    for act in (
        lambda: open_secret(held, SEALED, context="c"),
        lambda: seal_secret(held, PLAIN, context="c"),
        lambda: held.newest,
    ):
        with pytest.raises(KeystoreSealed) as refused:
            act()
        assert (refused.value.code, isinstance(refused.value, Unavailable)) == ("keys.sealed", True)
    held.unseal({1: RootKey(ONE)})
    assert open_secret(held, SEALED, context="c") == PLAIN


def test_sealing_wipes_the_root_key() -> None:
    root = RootKey(ONE)
    RootKeys.of(root).seal()
    with pytest.raises(ValueError, match="closed"):
        assert root.secret


def test_a_generation_that_came_later_is_looked_for() -> None:
    there = {1: ONE}
    held = RootKeys({1: RootKey(ONE)}, reload=lambda: {number: RootKey(one) for number, one in there.items()})
    later = seal_secret(roots(ONE, TWO), PLAIN, context="c")
    with pytest.raises(KeystoreUnavailable):
        open_secret(held, later, context="c")
    there[2] = TWO
    assert open_secret(held, later, context="c") == PLAIN
    assert generation_of(seal_secret(held, PLAIN, context="c")) == 2


def test_who_looks_again_while_others_seal_finds_nothing() -> None:
    held = RootKeys.of(RootKey(ONE))
    held.reload = lambda: {1: RootKey(ONE)}
    refused: list[str] = []

    def ask() -> None:
        with pytest.raises(KeystoreSealed):
            assert held.newest
        refused.append("sealed")

    asking = threading.Thread(target=ask)
    with held.lock:  # as `seal` holds it
        asking.start()
        while sys._current_frames()[asking.ident or 0].f_code.co_name != "look_again":
            continue
        held.roots = {}
    asking.join()
    assert refused == ["sealed"]


def test_nothing_is_wrapped_under_a_root_key_that_is_being_replaced() -> None:
    there = {1: ONE}
    held = RootKeys({1: RootKey(ONE)}, reload=lambda: {number: RootKey(one) for number, one in there.items()})
    assert generation_of(seal_secret(held, PLAIN, context="c")) == 1
    there[2] = TWO
    assert generation_of(seal_secret(held, PLAIN, context="c")) == 2


# --- the protection of personal data ---------------------------------------------------------------------------------


def established(store: Store, held: RootKeys) -> None:
    """Make the data keys of an instance."""
    with store.transaction() as tx:
        establish(tx, held)


def test_the_data_keys_of_an_instance(store: Store) -> None:
    held = roots(ONE)
    established(store, held)
    with store.reading() as view:
        made = repository.data_keys(view)
        told = [(one.event.tag, one.event.subject) for one in ground.events(view)]
    assert told == [("data_key:generate:done", PERSONAL_DATA), ("data_key:generate:done", BLIND_INDEX)]
    keys = {name: open_data_key(held, wrapped, context=name) for name, wrapped in made.items()}
    assert {name: len(key) for name, key in keys.items()} == {PERSONAL_DATA: 16, BLIND_INDEX: 32}
    with store.transaction() as tx:
        establish(tx, held)
        assert tx.events == []


def test_protection_by_stored_keys(store: Store) -> None:
    held = roots(ONE)
    established(store, held)
    first, second = StoredProtection(store, held), StoredProtection(store, held)
    protected = first.protect(b"name", context="person_1 name")
    assert second.reveal(protected, context="person_1 name") == b"name"
    assert first.index("1", kind="citizen") == second.index("1", kind="citizen")
    with pytest.raises(ProtectionUnavailable):
        first.reveal(protected, context="person_2 name")


def test_an_instance_of_before_reads_what_it_wrote(store: Store) -> None:
    old = EnvelopeProtection.derived(RootKey(ONE))
    protected, index = old.protect(b"name", context="c"), old.index("1", kind="citizen")
    with store.writer.begin() as connection:
        for name in (PERSONAL_DATA, BLIND_INDEX):
            row = {"name": name, "wrapped": None, "created_at": store.clock.now(), "version": 1}
            connection.execute(DataKeyRow.__table__.insert().values(**row))  # type: ignore[attr-defined] # set by SQLModel
    stored = StoredProtection(store, roots(ONE))
    assert (stored.reveal(protected, context="c"), stored.index("1", kind="citizen")) == (b"name", index)


@pytest.mark.parametrize("missing", [PERSONAL_DATA, BLIND_INDEX])
def test_no_protection_without_both_keys(store: Store, missing: str) -> None:
    held = roots(ONE)
    established(store, held)
    with store.writer.begin() as connection:
        connection.execute(DataKeyRow.__table__.delete().where(DataKeyRow.name == missing))  # type: ignore[attr-defined] # set by SQLModel
    with pytest.raises(ProtectionUnavailable):
        StoredProtection(store, held).protect(b"name", context="c")


SECRETIVE: dict[str, Callable[[Store], object]] = {
    "RootKeys(generations [1])": lambda _: roots(ONE),
    "StoredProtection(…)": lambda store: StoredProtection(store, roots(ONE)),
}


@pytest.mark.parametrize("told", SECRETIVE)
def test_nothing_is_shown_or_copied(sqlite_store: Store, told: str) -> None:
    thing = SECRETIVE[told](sqlite_store)
    assert repr(thing) == str(thing) == told
    for act in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            act(thing)
