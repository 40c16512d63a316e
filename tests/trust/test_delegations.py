"""The form of delegations: what is written is read again, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import PKI, Party, grafted
from tests.trust.delegated import AT, BEARERS, BOUNDS, chain_of, first, following, links, signed, signer_of
from trust.asn1 import der
from trust.delegations import (
    FORM,
    LARGEST,
    MOST_LINKS,
    MOST_NAMES,
    Bounds,
    Chain,
    Delegation,
    DelegationMalformed,
    Given,
    Matter,
    PartyKind,
    Statement,
)
from trust.delegations import Party as Bearer


@pytest.fixture(scope="session")
def party(sm2_pki: PKI) -> Party:
    """Return who signs delegations."""
    return signer_of(sm2_pki)


def test_what_is_signed_is_read_again(party: Party) -> None:
    for delegation in (first(), first(times=None), first(matters=frozenset({Matter.ACT}), seals=frozenset(), depth=0)):
        statement = Statement.read(signed(party, delegation))
        assert statement.delegation == delegation
        party.certificate.verify_message(statement.signature, delegation.der)
    child = following(first(), signed(party, first()))
    assert Statement.read(signed(party, child)).delegation == child


def test_what_is_signed_begins_with_its_own_form() -> None:
    assert first().der.startswith(b"\x30\x82")
    assert der.parse(first().der).sequence()[0].oid() == FORM


@pytest.mark.parametrize("count", range(1, MOST_LINKS + 1))
def test_a_chain_is_read_again(party: Party, count: int) -> None:
    chain = chain_of(party, count)
    assert len(chain.statements) == count
    assert chain.certificates == (party.certificate,)
    assert Chain.read(chain.der) == chain


def test_a_chain_is_small(party: Party) -> None:
    assert len(chain_of(party, 1).der) < 1_200
    assert len(chain_of(party, MOST_LINKS).der) < 3_600


def test_a_chain_has_as_few_links_as_one_and_as_many_as_four(party: Party) -> None:
    made = links(party, MOST_LINKS)
    with pytest.raises(DelegationMalformed):
        Chain.of([*made, made[-1]], [party.certificate])
    with pytest.raises(DelegationMalformed):
        Chain.of([], [party.certificate])


def test_a_chain_brings_the_certificates_of_its_signers_and_no_other(party: Party, sm2_pki: PKI) -> None:
    statement = Statement.read(links(party, 1)[0])
    other = signer_of(sm2_pki).certificate
    assert Chain.of([statement.der], [other, party.certificate]).certificates == (party.certificate,)
    for certificates in ((), (other,), (party.certificate, other), (party.certificate, party.certificate)):
        with pytest.raises(DelegationMalformed):
            Chain((statement,), certificates)


# --- values


BROKEN_BOUNDS: dict[str, dict[str, Any]] = {
    "no matter": {"matters": frozenset()},
    "an empty name": {"seals": frozenset({""})},
    "a long name": {"licence_types": frozenset({"x" * 65})},
    "a control": {"document_kinds": frozenset({"a\nb"})},
    "many names": {"operations": frozenset(str(one) for one in range(MOST_NAMES + 1))},
    "a purpose of nothing": {"purposes": frozenset({""})},
    "a moment of no zone": {"not_before": datetime(2026, 1, 1)},  # noqa: DTZ001 - that is the fault
    "a part of a second": {"not_after": AT + timedelta(days=1, microseconds=1)},
    "an end before its beginning": {"not_after": BOUNDS.not_before - timedelta(seconds=1)},
    "a depth below nothing": {"depth": -1},
    "a depth of a whole chain": {"depth": MOST_LINKS},
    "no times": {"times": 0},
    "times beyond counting": {"times": 1 << 31},
}


@pytest.mark.parametrize("changes", BROKEN_BOUNDS.values(), ids=BROKEN_BOUNDS)
def test_bounds_bound_something(changes: dict[str, Any]) -> None:
    with pytest.raises(DelegationMalformed):
        replace(BOUNDS, **changes)


def test_bounds_may_be_wide_and_may_be_a_moment() -> None:
    Bounds(matters=frozenset(Matter), not_before=AT, not_after=AT)
    replace(BOUNDS, purposes=frozenset({"x" * 64}), times=(1 << 31) - 1, depth=0)


GIVEN = Given(actor="P1", level=3, session="ses_1", at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": ""},
        {"session": "no session"},
        {"level": -1},
        {"level": 4},
        {"at": AT + timedelta(microseconds=1)},
        {"at": AT.replace(tzinfo=None)},
    ],
)
def test_who_gave_is_told_in_full(changes: dict[str, Any]) -> None:
    with pytest.raises(DelegationMalformed):
        replace(GIVEN, **changes)


@pytest.mark.parametrize("changes", [{"id": ""}, {"id": "an id"}, {"parent": b"short"}, {"delegate": BEARERS[0]}])
def test_a_delegation_is_between_two(changes: dict[str, Any]) -> None:
    with pytest.raises(DelegationMalformed):
        replace(first(), **changes)


@pytest.mark.parametrize("name", ["", "x" * 81, "a b", "某局"])
def test_who_gives_and_receives_is_told_by_an_identifier(name: str) -> None:
    with pytest.raises(DelegationMalformed):
        Bearer(PartyKind.PERSON, name)


# --- bytes, one member at a time


def text(value: str) -> bytes:
    return der.utf8_string(value)


TBS_MEMBERS: dict[str, tuple[tuple[int, ...], bytes]] = {
    "form": ((0, 0), der.oid("2.25.1")),
    "version": ((0, 1), der.integer(2)),
    "id": ((0, 2), text("")),
    "delegator": ((0, 3), der.sequence(text("organisation"))),
    "kind of the delegator": ((0, 3, 0), text("god")),
    "id of the delegator": ((0, 3, 1), text("某局")),
    "delegate": ((0, 4), der.null()),
    "kind of the delegate": ((0, 4, 0), der.printable_string("person")),
    "matters": ((0, 5), der.sequence(text("seal.stamp"), text("licence.issue"))),
    "no matters": ((0, 5), der.sequence()),
    "an unknown matter": ((0, 5, 0), text("everything")),
    "scope": ((0, 6), der.sequence(der.sequence(), der.sequence(), der.sequence())),
    "seals out of order": ((0, 6, 0), der.sequence(text("33019900000002"), text("33019900000001"))),
    "a seal twice": ((0, 6, 0), der.sequence(text("33019900000001"), text("33019900000001"))),
    "far too many seals": ((0, 6, 0), der.sequence(*(text(f"{one:03}") for one in range(MOST_NAMES + 1)))),
    "types": ((0, 6, 1), der.set_of([])),
    "kinds": ((0, 6, 2, 0), der.integer(1)),
    "operations": ((0, 6, 3, 0), text("")),
    "purposes": ((0, 7), text("document.stamp")),
    "not before": ((0, 8), der.utc_time(AT)),
    "not after": ((0, 9), der.generalized_time(AT - timedelta(days=99))),
    "times": ((0, 10), der.context(0, der.integer(0))),
    "times of two": ((0, 10), der.context(0, der.integer(1), der.integer(1))),
    "times under another tag": ((0, 10), der.context(2, der.integer(1))),
    "depth": ((0, 11), der.integer(9)),
    "parent": ((0, 12), der.context(1, der.octet_string(b"short"))),
    "a parent of two": ((0, 12), der.context(1, der.octet_string(bytes(32)), der.octet_string(bytes(32)))),
    "given": ((0, 13), der.sequence(text("P1"), der.integer(3))),
    "who gave": ((0, 13, 0), text("")),
    "level": ((0, 13, 1), der.integer(4)),
    "session": ((0, 13, 2), text("a b")),
    "when": ((0, 14), der.null()),
    "one more": ((0, 14), der.generalized_time(AT) + der.null()),
    "none left": ((0,), der.sequence()),
    "signer": ((1,), der.octet_string(bytes(31))),
    "signature": ((2,), der.octet_string(bytes(70))),
    "one more beside": ((2,), der.bit_string(b"") + der.null()),
}


@pytest.mark.parametrize(("path", "put"), TBS_MEMBERS.values(), ids=TBS_MEMBERS)
def test_a_statement_of_another_form_is_refused(party: Party, path: tuple[int, ...], put: bytes) -> None:
    child = links(party, 2)[1]
    with pytest.raises(DelegationMalformed):
        Statement.read(grafted(child, *path, put=put))


def test_a_statement_may_lack_its_number_of_times_and_its_parent(party: Party) -> None:
    child = links(party, 2)[1]
    without = Statement.read(grafted(grafted(child, 0, 12, put=b""), 0, 10, put=b"")).delegation
    assert (without.bounds.times, without.parent) == (None, None)


CHAINS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "something after": lambda chain: chain + b"\x00",
    "no statement": lambda chain: grafted(chain, 0, put=der.sequence()),
    "five statements": lambda chain: grafted(chain, 0, put=der.sequence(*[chain_part(chain, 0)] * 5)),
    "a broken statement": lambda chain: grafted(chain, 0, 0, put=der.null()),
    "no certificate": lambda chain: grafted(chain, 1, put=der.sequence()),
    "a certificate twice": lambda chain: grafted(chain, 1, put=der.sequence(*[chain_part(chain, 1)] * 2)),
    "a broken certificate": lambda chain: grafted(chain, 1, 0, put=der.null()),
    "far too long": lambda chain: grafted(chain, 1, 0, put=der.octet_string(bytes(LARGEST))),
}


def chain_part(chain: bytes, place: int) -> bytes:
    """Return the first of the statements, or of the certificates."""
    return der.parse(chain).sequence()[place].sequence()[0].raw


@pytest.mark.parametrize("spoil", CHAINS.values(), ids=CHAINS)
def test_a_chain_of_another_form_is_refused(party: Party, spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DelegationMalformed):
        Chain.read(spoil(chain_of(party, 2).der))


def test_a_statement_that_is_far_too_long_is_not_read(party: Party) -> None:
    with pytest.raises(DelegationMalformed):
        Statement.read(links(party, 1)[0] + bytes(LARGEST))


def test_delegations_do_not_show_their_octets(party: Party) -> None:
    told = repr(chain_of(party, 1))
    assert "\\x" not in told
    assert isinstance(first(), Delegation)
