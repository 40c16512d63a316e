"""Signatures that carry delegations, as they should be and spoilt in one way each: for every verifier."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from seal.data.acting import ACTING, ActingFor
from seal.data.asn1 import SealExtension, signature_over, to_be_signed
from tests.builders import PKI, Party, cms_signer, grafted
from tests.fakes.clock import NOW
from tests.seal.kits import Bench
from tests.trust.delegated import AT, BEARERS, chain_of, first, following, links, signed, signer_of
from trust.asn1 import der
from trust.cms import Dialect
from trust.cms_signing import attribute
from trust.crypto.sm3 import sm3
from trust.delegations import Chain, Given, Matter
from trust.profiles import AUDIT

__all__ = ["CONTENT", "SPOILT", "Spoil", "acting", "message_of", "seal_signature_of"]

CONTENT: Final = b"what was sealed"
DAY: Final = timedelta(days=1)


def acting(chain: Chain, place: int = 2) -> ActingFor:
    """Return that the one at `place` of a chain has acted."""
    return ActingFor(
        actor=BEARERS[place].id,
        authorisation="auth_1",
        purpose="document.stamp",
        level=2,
        document_kind="notice",
        operation="document",
        chain=chain,
    )


def seal_signature_of(bench: Bench, told: bytes, *, back: timedelta = timedelta()) -> bytes:
    """Return a seal signature over the content that tells who acted, made so long ago."""
    tbs = to_be_signed(
        seal=bench.kit.seal,
        signed_at=AT - back,
        data_hash=sm3(CONTENT),
        property_info="content",
        extensions=(SealExtension(oid=ACTING, value=told),),
    )
    value = bench.kit.owner.sign(tbs)
    certificate = bench.kit.owner_certificate.der
    return signature_over(tbs, certificate=certificate, signature=value, time_stamp=bench.kit.seal_stamper.stamp(value))


def message_of(pki: PKI, told: bytes) -> bytes:
    """Return a signed message around the content that tells who acted."""
    signer = cms_signer(pki.signer, chain=(pki.issuing.certificate,), dialect=Dialect.GBT35275)
    return signer.sign(sm3(CONTENT), content=CONTENT, signing_time=NOW, also_signed=(attribute(ACTING, told),))


def statements(party: Party) -> Iterator[bytes]:
    """Yield two statements, the second one altered after it was signed."""
    above, below = links(party, 2)
    yield above
    yield grafted(below, 0, 11, put=der.integer(1))


Spoil = Callable[[PKI, Party], ActingFor]


def wider(bound: str, value: object) -> Spoil:
    """Return what makes a chain whose second link is wider than its first."""
    return lambda _, party: acting(chain_of(party, 2, changes={1: {bound: value}}))


def not_handed_over(_: PKI, party: Party) -> ActingFor:
    """Return a chain whose second link is given by a stranger."""
    above = signed(party, first())
    below = replace(following(first(), above), delegator=BEARERS[4])
    return acting(Chain.of([above, signed(party, below)], [party.certificate]))


def given_later(_: PKI, party: Party) -> ActingFor:
    """Return a chain that was given after its use."""
    later = Given(actor="P1", level=3, at=AT + DAY)
    above = replace(first(), given=later)
    return acting(Chain.of([signed(party, above)], [party.certificate]), 1)


SPOILT: Final[dict[str, tuple[Spoil, str]]] = {
    "another actor": (lambda _, party: acting(chain_of(party), 3), "delegation.use"),
    "another purpose": (lambda _, party: replace(acting(chain_of(party)), purpose="x"), "delegation.use"),
    "another kind": (lambda _, party: replace(acting(chain_of(party)), document_kind="order"), "delegation.use"),
    "another operation": (lambda _, party: replace(acting(chain_of(party)), operation="message"), "delegation.use"),
    "an altered statement": (
        lambda _, party: acting(Chain.of(statements(party), [party.certificate])),
        "delegation.signer",
    ),
    "a key for something else": (lambda pki, _: acting(chain_of(pki.issue(AUDIT))), "delegation.signer"),
    "an unknown signer": (lambda _, __: acting(chain_of(signer_of(PKI.found()))), "delegation.signer"),
    "no beginning": (
        lambda _, party: acting(Chain.of(links(party, 2)[1:], [party.certificate])),
        "delegation.chain",
    ),
    "no hand-over": (not_handed_over, "delegation.chain"),
    "matters": (wider("matters", first().bounds.matters | {Matter.ACT}), "delegation.chain"),
    "seals": (wider("seals", frozenset()), "delegation.chain"),
    "licence types": (wider("licence_types", frozenset({"fire"})), "delegation.chain"),
    "document kinds": (wider("document_kinds", frozenset({"notice", "order"})), "delegation.chain"),
    "operations": (wider("operations", frozenset()), "delegation.chain"),
    "purposes": (wider("purposes", frozenset({"document.stamp", "x"})), "delegation.chain"),
    "not before": (wider("not_before", AT - DAY - timedelta(seconds=1)), "delegation.chain"),
    "not after": (wider("not_after", AT + 31 * DAY), "delegation.chain"),
    "times": (wider("times", None), "delegation.chain"),
    "depth": (wider("depth", 3), "delegation.chain"),
    "not begun": (
        lambda _, party: acting(chain_of(party, 2, changes={1: {"not_before": AT + DAY}})),
        "delegation.time",
    ),
    "over": (
        lambda _, party: acting(chain_of(party, 2, changes={1: {"not_after": AT - timedelta(seconds=1)}})),
        "delegation.time",
    ),
    "given later": (given_later, "delegation.time"),
}
"""What is wrong, by name: what makes it, and the check that fails, or cannot be decided."""
