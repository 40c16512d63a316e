"""Chains of delegations are judged by strangers: one test for each way in which one does not hold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import PKI, Party, grafted, revocation_list
from tests.fakes.clock import NOW
from tests.trust.delegated import (
    AT,
    BEARERS,
    BOUNDS,
    CODE,
    USE,
    chain_of,
    first,
    following,
    links,
    signed,
    signer_of,
)
from trust.asn1 import der
from trust.crypto.sm2 import SignatureMismatch
from trust.delegation_checks import LEEWAY, NARROWING, DelegatedUse, judge_chain, require_given, within
from trust.delegations import Bounds, Chain, Given, Matter, Statement
from trust.paths import Evidence
from trust.profiles import AUDIT, DELEGATION
from trust.verdict import Outcome, Verdict

DAY = timedelta(days=1)


@pytest.fixture(scope="session")
def party(sm2_pki: PKI) -> Party:
    """Return who signs delegations."""
    return signer_of(sm2_pki)


def judged(
    chain: Chain, pki: PKI, use: DelegatedUse = USE, *, evidence: Evidence | None = None
) -> dict[str, tuple[Outcome, str]]:
    """Return what came of each check that did not pass."""
    checks = judge_chain(chain, evidence or pki.evidence, use, at=NOW, is_proven=True)
    assert [one.name for one in checks] == [
        "delegation.chain",
        "delegation.signer",
        "delegation.use",
        "delegation.time",
    ]
    return {one.name: (one.outcome, one.finding.reason) for one in checks if one.finding is not None}


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_chain_that_leads_to_who_acted_holds(party: Party, sm2_pki: PKI, count: int) -> None:
    assert judged(chain_of(party, count), sm2_pki, replace(USE, actor=BEARERS[count].id)) == {}


# --- narrowing


WIDER: dict[str, dict[str, Any]] = {
    "matters": {"matters": BOUNDS.matters | {Matter.ACT}},
    "seals": {"seals": BOUNDS.seals | {"33019900000003"}},
    "licence_types": {"licence_types": frozenset()},
    "document_kinds": {"document_kinds": BOUNDS.document_kinds | {"order"}},
    "operations": {"operations": frozenset({"message"})},
    "purposes": {"purposes": frozenset()},
    "not_before": {"not_before": BOUNDS.not_before - timedelta(seconds=1)},
    "not_after": {"not_after": BOUNDS.not_after + timedelta(seconds=1)},
    "times": {"times": 11},
    "depth": {"depth": 3},
}


def test_every_bound_narrows() -> None:
    told = {*Bounds.__dataclass_fields__}
    assert set(NARROWING) == told == set(WIDER)


@pytest.mark.parametrize("bound", WIDER)
def test_nobody_gives_more_than_was_received(party: Party, sm2_pki: PKI, bound: str) -> None:
    found = judged(chain_of(party, 2, changes={1: WIDER[bound]}), sm2_pki)
    assert found["delegation.chain"] == (Outcome.FAILED, f"auth_1 is wider than auth_0: {bound}")


def test_nothing_is_unlimited_within_what_is_counted(party: Party, sm2_pki: PKI) -> None:
    chain = chain_of(party, 2, changes={1: {"times": None}})
    assert judged(chain, sm2_pki)["delegation.chain"][1] == "auth_1 is wider than auth_0: times"
    assert judged(chain_of(party, 2, changes={0: {"times": None}, 1: {"times": 99}}), sm2_pki) == {}


def test_what_may_not_be_given_on_is_not(party: Party, sm2_pki: PKI) -> None:
    chain = chain_of(party, 2, changes={0: {"depth": 0}, 1: {"depth": 0}})
    assert judged(chain, sm2_pki)["delegation.chain"][1] == "auth_1 is wider than auth_0: depth"


def test_where_nothing_is_named_everything_lies_within() -> None:
    open_bounds = Bounds(matters=frozenset(Matter), not_before=BOUNDS.not_before, not_after=BOUNDS.not_after, depth=3)
    narrow = replace(BOUNDS, depth=2)
    assert list(within(narrow, open_bounds)) == []
    assert list(within(open_bounds, narrow)) == [
        "matters",
        "seals",
        "licence_types",
        "document_kinds",
        "operations",
        "purposes",
        "times",
        "depth",
    ]


# --- hand-over


def test_a_chain_begins_with_its_owner(party: Party, sm2_pki: PKI) -> None:
    chain = Chain.of(links(party, 2)[1:], [party.certificate])
    found = judged(chain, sm2_pki)
    assert found["delegation.chain"] == (
        Outcome.FAILED,
        "the first statement was given within another one, which is missing",
    )


def test_links_name_each_other_by_their_hashes(party: Party, sm2_pki: PKI) -> None:
    other = signed(party, replace(first(), id="auth_9"))
    chain = Chain.of([other, links(party, 2)[1]], [party.certificate])
    assert judged(chain, sm2_pki)["delegation.chain"][1] == "auth_1 was not given within auth_9"


def test_who_gives_on_is_who_received(party: Party, sm2_pki: PKI) -> None:
    above = signed(party, first())
    stranger = replace(following(first(), above), delegator=BEARERS[4])
    chain = Chain.of([above, signed(party, stranger)], [party.certificate])
    reason = "auth_1 is given by another than the one who received auth_0"
    assert judged(chain, sm2_pki)["delegation.chain"][1] == reason


def test_nothing_is_given_on_before_it_was_received(party: Party, sm2_pki: PKI) -> None:
    above = signed(party, first())
    early = Given(actor="P1", level=2, at=AT - DAY - timedelta(seconds=1))
    chain = Chain.of([above, signed(party, replace(following(first(), above), given=early))], [party.certificate])
    assert judged(chain, sm2_pki)["delegation.chain"][1] == "auth_1 is older than auth_0"


# --- signers


def test_a_statement_that_was_altered_is_not_signed(party: Party, sm2_pki: PKI) -> None:
    statement = grafted(links(party, 1)[0], 0, 10, put=der.context(0, der.integer(11)))
    chain = Chain.of([statement], [party.certificate])
    found = judged(chain, sm2_pki, replace(USE, actor=BEARERS[1].id))
    assert found == {
        "delegation.signer": (
            Outcome.FAILED,
            "the signature on auth_0 does not hold: crypto.signature_mismatch",
        )
    }


def test_a_signature_that_is_none_fails(party: Party, sm2_pki: PKI) -> None:
    statement = grafted(links(party, 1)[0], 2, put=der.bit_string(b"\x30\x00"))
    found = judged(Chain.of([statement], [party.certificate]), sm2_pki, replace(USE, actor=BEARERS[1].id))
    assert found["delegation.signer"][0] is Outcome.FAILED


def test_keys_for_something_else_sign_no_delegations(sm2_pki: PKI) -> None:
    other = sm2_pki.issue(AUDIT)
    found = judged(chain_of(other), sm2_pki)
    assert found == {"delegation.signer": (Outcome.FAILED, "audit is not certified for delegations")}


def test_who_does_not_know_the_root_cannot_tell(party: Party, sm2_pki: PKI) -> None:
    found = judged(chain_of(party), sm2_pki, evidence=Evidence())
    assert found["delegation.signer"][0] is Outcome.INDETERMINATE


def test_a_key_that_was_revoked_vouches_for_nothing(party: Party, sm2_pki: PKI) -> None:
    lists = (revocation_list(sm2_pki.root), revocation_list(sm2_pki.issuing, {party.certificate: NOW - 2 * DAY}))
    evidence = replace(sm2_pki.evidence, revocation_lists=lists)
    assert judged(chain_of(party), sm2_pki, evidence=evidence)["delegation.signer"][0] is Outcome.FAILED


def test_delegations_are_signed_with_sm2(p256_pki: PKI) -> None:
    found = judged(chain_of(p256_pki.issue(DELEGATION)), p256_pki)
    assert found == {"delegation.signer": (Outcome.FAILED, "auth_0 is not signed with SM2")}


def test_a_statement_is_made_while_its_key_is_certified(party: Party, sm2_pki: PKI) -> None:
    given = Given(actor="P1", level=3, at=party.certificate.not_before - timedelta(seconds=1))
    chain = Chain.of([signed(party, replace(first(), given=given))], [party.certificate])
    found = judged(chain, sm2_pki, replace(USE, actor=BEARERS[1].id))
    assert found["delegation.signer"][1] == "auth_0 was given outside of the validity of its signer's certificate"


# --- the use


OTHER_USES: dict[str, tuple[dict[str, Any], str]] = {
    "who acted": ({"actor": BEARERS[1].id}, "who acted is not the one who received the delegation"),
    "seal": ({"seal": "33019900000009"}, "the first statement does not name this seal"),
    "matter": ({"matter": Matter.ACT}, "auth_0 does not permit this matter"),
    "licence type": ({"licence_type": "fire"}, "auth_0 does not permit this licence type"),
    "document kind": ({"document_kind": "order"}, "auth_0 does not permit this document kind"),
    "operation": ({"operation": "message"}, "auth_0 does not permit this operation"),
    "purpose": ({"purpose": "contract.sign"}, "auth_0 does not permit this purpose"),
}


@pytest.mark.parametrize(("changes", "reason"), OTHER_USES.values(), ids=OTHER_USES)
def test_another_use_is_not_permitted(party: Party, sm2_pki: PKI, changes: dict[str, Any], reason: str) -> None:
    assert judged(chain_of(party), sm2_pki, replace(USE, **changes)) == {"delegation.use": (Outcome.FAILED, reason)}


def test_a_use_is_permitted_by_every_link(party: Party, sm2_pki: PKI) -> None:
    chain = chain_of(party, 2, changes={1: {"seals": frozenset({"33019900000002"})}})
    assert judged(chain, sm2_pki) == {"delegation.use": (Outcome.FAILED, "auth_1 does not permit this seal")}


def test_the_owner_names_the_seal(party: Party, sm2_pki: PKI) -> None:
    chain = chain_of(party, 2, changes={0: {"seals": frozenset()}, 1: {"seals": frozenset({CODE})}})
    assert judged(chain, sm2_pki)["delegation.use"][1] == "the first statement does not name this seal"


def test_what_is_not_known_of_a_use_is_not_asked_for(party: Party, sm2_pki: PKI) -> None:
    use = replace(USE, seal=None, licence_type=None, document_kind=None, operation=None, purpose=None)
    assert judged(chain_of(party), sm2_pki, use) == {}


Moment = Callable[[], dict[str, Any]]
OTHER_TIMES: dict[str, tuple[Moment, str]] = {
    "before": (lambda: {"at": AT - DAY - timedelta(seconds=1)}, "auth_0 holds from 2026"),
    "after": (lambda: {"at": AT + 30 * DAY + timedelta(seconds=1), "stamped_at": None}, "auth_0 holds from 2026"),
    "untold": (lambda: {"at": None}, "the moment of the use is not told"),
    "proven later": (
        lambda: {"at": AT + 30 * DAY, "stamped_at": AT + 30 * DAY + LEEWAY + timedelta(seconds=1)},
        "auth_0 had ended at the moment that the time-stamp proves",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), OTHER_TIMES.values(), ids=OTHER_TIMES)
def test_another_time_is_not_permitted(party: Party, sm2_pki: PKI, changes: Moment, reason: str) -> None:
    found = judged(chain_of(party), sm2_pki, replace(USE, **changes()))
    assert set(found) == {"delegation.time"}
    assert found["delegation.time"][0] is Outcome.FAILED
    assert found["delegation.time"][1].startswith(reason)


def test_the_last_moment_is_within_the_time(party: Party, sm2_pki: PKI) -> None:
    last = AT + 30 * DAY
    for stamped_at in (None, last + LEEWAY):
        assert judged(chain_of(party), sm2_pki, replace(USE, at=last, stamped_at=stamped_at)) == {}


def test_nothing_is_used_before_it_was_given(party: Party, sm2_pki: PKI) -> None:
    for early, expected in ((LEEWAY, set()), (LEEWAY + timedelta(seconds=1), {"delegation.time"})):
        given = Given(actor="P1", level=3, at=AT + early)
        chain = Chain.of([signed(party, replace(first(), given=given))], [party.certificate])
        assert set(judged(chain, sm2_pki, replace(USE, actor=BEARERS[1].id))) == expected


def test_verdicts_tell_the_first_fault(party: Party, sm2_pki: PKI) -> None:
    checks = judge_chain(chain_of(party), sm2_pki.evidence, replace(USE, seal="9"), at=NOW, is_proven=False)
    finding = Verdict(checks=checks).finding
    assert finding is not None
    assert finding.reason == "the first statement does not name this seal"
    assert Statement.read(links(party, 1)[0]).delegation.id == "auth_0"


def test_what_was_proven_of_a_delegation_is_remembered_and_nothing_else(party: Party) -> None:
    proven = require_given.cache_info()
    delegation = b"a delegation of this test alone"
    signature = party.signer.sign(delegation)
    for _ in range(2):
        require_given(party.certificate, signature, delegation)
        with pytest.raises(SignatureMismatch):
            require_given(party.certificate, signature, delegation + b"!")
    now = require_given.cache_info()
    assert (now.hits - proven.hits, now.currsize - proven.currsize) == (1, 1)
