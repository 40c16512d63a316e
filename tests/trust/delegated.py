"""Delegations for tests: an authority for seals gives to another, that to one of its own, and so on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tests.builders import PKI, Party
from tests.fakes.clock import NOW
from trust.delegation_checks import DelegatedUse
from trust.delegations import Bounds, Chain, Delegation, Given, Matter, PartyKind, Statement, sign_delegation
from trust.delegations import Party as Bearer
from trust.profiles import DELEGATION

__all__ = ["AT", "BOUNDS", "CODE", "USE", "chain_of", "first", "following", "links", "signed", "signer_of"]

AT: Final = NOW.replace(microsecond=0)
DAY: Final = timedelta(days=1)
CODE: Final = "33019900000001"
BEARERS: Final = (
    Bearer(PartyKind.ORGANISATION, "O0000000000000001"),
    Bearer(PartyKind.ORGANISATION, "O0000000000000002"),
    Bearer(PartyKind.PERSON, "P0000000000000003"),
    Bearer(PartyKind.PERSON, "P0000000000000004"),
    Bearer(PartyKind.CLIENT, "client_5"),
    Bearer(PartyKind.CLIENT, "client_6"),
)
BOUNDS: Final = Bounds(
    matters=frozenset({Matter.SEAL_STAMP, Matter.LICENCE_ISSUE}),
    seals=frozenset({CODE, "33019900000002"}),
    licence_types=frozenset({"food", "shop"}),
    document_kinds=frozenset({"notice", "reply"}),
    operations=frozenset({"document", "digest"}),
    purposes=frozenset({"document.stamp", "licence.issue"}),
    not_before=AT - DAY,
    not_after=AT + 30 * DAY,
    times=10,
    depth=3,
)
USE: Final = DelegatedUse(
    matter=Matter.SEAL_STAMP,
    actor=BEARERS[2].id,
    seal=CODE,
    licence_type="food",
    document_kind="notice",
    operation="document",
    purpose="document.stamp",
    at=AT,
    stamped_at=AT,
)


def first(**changes: Any) -> Delegation:  # noqa: ANN401 - fields of `Bounds`
    """Return what the owner gives."""
    given = Given(actor="P0000000000000009", level=3, session="ses_1", at=AT - DAY)
    bounds = replace(BOUNDS, **changes)
    return Delegation(id="auth_0", delegator=BEARERS[0], delegate=BEARERS[1], bounds=bounds, given=given)


def following(parent: Delegation, statement: bytes, **changes: Any) -> Delegation:  # noqa: ANN401 - likewise
    """Return what who received a delegation gives on."""
    place = BEARERS.index(parent.delegate)
    bounds = replace(parent.bounds, **{"depth": max(parent.bounds.depth - 1, 0), **changes})
    given = Given(actor=parent.delegate.id, level=2, at=AT - DAY)
    return Delegation(
        id=f"auth_{place}",
        delegator=parent.delegate,
        delegate=BEARERS[place + 1],
        bounds=bounds,
        parent=Statement.read(statement).digest,
        given=given,
    )


def signer_of(pki: PKI) -> Party:
    """Return who signs delegations under a PKI."""
    return pki.issue(DELEGATION)


def signed(party: Party, delegation: Delegation) -> bytes:
    """Return the statement."""
    return sign_delegation(delegation, party.signer, party.certificate)


def links(party: Party, count: int = 2, *, changes: Mapping[int, Mapping[str, Any]] | None = None) -> list[bytes]:
    """Return statements, each given within the one before; `changes` are those of some bounds, by place."""
    told = changes or {}
    delegation = first(**told.get(0, {}))
    made = [signed(party, delegation)]
    for place in range(1, count):
        delegation = following(delegation, made[-1], **told.get(place, {}))
        made.append(signed(party, delegation))
    return made


def chain_of(party: Party, count: int = 2, *, changes: Mapping[int, Mapping[str, Any]] | None = None) -> Chain:
    """Return a chain of so many statements."""
    return Chain.of(links(party, count, changes=changes), [party.certificate])
