"""Seal signatures that carry delegations (docs/delegation.md), as they should be and spoilt in one way each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from seal.data.acting import ACTING, ActingFor
from seal.data.asn1 import SealExtension, extension_datas
from tests.builders import Party, grafted
from tests.seal.delegated import acting
from tests.seal.structures import seal, seal_signature
from tests.trust.delegated import chain_of, links
from tests.vectors.verification.cases import Book
from tests.vectors.verification.seals import DOCUMENT, PASSED, UNKNOWN, moment
from tests.vectors.verification.world import DAY, MOMENT, World
from trust.asn1 import der
from trust.delegations import Chain
from trust.profiles import AUDIT, DELEGATION

__all__ = ["add"]

BROKEN = "failed/SIG_CONSTRAINTS_FAILURE"


def add(book: Book, world: World) -> None:
    """Add the cases."""
    party = world.sm2.issue(DELEGATION, "授权委托")
    good = seal(4, world.maker, world.owner)

    def case(name: str, told: ActingFor, expect: tuple[str, str], why: str) -> None:
        extensions = der.context(0, extension_datas((SealExtension(oid=ACTING, value=told.der),)))
        made = seal_signature(4, good, world.owner, timeInfo=moment(MOMENT), sign_extDatas=extensions)
        book.add(f"seal_signature/{name}", made, *expect, covers=DOCUMENT, why=why)

    def chained(statements: Iterable[bytes], by: Party = party) -> Chain:
        return Chain.of(statements, [by.certificate])

    def narrowed(changes: Mapping[str, Any]) -> ActingFor:
        return acting(chain_of(party, 2, changes={1: changes}))

    for count in (1, 2, 4):
        told = acting(chain_of(party, count), count)
        case(f"delegated, {count} statements", told, PASSED, "Each statement lies within the one above it.")
    told = acting(chain_of(party))
    case(
        "delegated to somebody else",
        replace(told, actor="P0000000000000009"),
        (BROKEN, "delegation.use"),
        "Who acted is not who received the delegation.",
    )
    case(
        "delegated for another purpose",
        replace(told, purpose="contract.sign"),
        (BROKEN, "delegation.use"),
        "The delegation does not name the purpose.",
    )
    other = frozenset({"33019900000002"})
    elsewhere = {0: {"seals": other}, 1: {"seals": other}}
    case(
        "delegated for another seal",
        acting(chain_of(party, 2, changes=elsewhere)),
        (BROKEN, "delegation.use"),
        "The delegation names another seal.",
    )
    case(
        "delegated more than was received",
        narrowed({"times": 11}),
        (BROKEN, "delegation.chain"),
        "Eleven uses were given of ten.",
    )
    case(
        "delegated without end",
        narrowed({"times": None}),
        (BROKEN, "delegation.chain"),
        "What is counted was given on without a count.",
    )
    case(
        "delegation without its beginning",
        acting(chained(links(party, 2)[1:])),
        (BROKEN, "delegation.chain"),
        "The owner's own statement is missing.",
    )
    case(
        "delegation that was over",
        narrowed({"not_after": MOMENT - DAY}),
        (BROKEN, "delegation.time"),
        "It ended a day before the signature.",
    )
    above, below = links(party, 2)
    case(
        "delegation altered after its signature",
        acting(chained([above, grafted(below, 0, 11, put=der.integer(1))])),
        ("failed/SIG_CRYPTO_FAILURE", "delegation.signer"),
        "The depth was altered.",
    )
    auditor = world.sm2.issue(AUDIT, "审计检查点")
    case(
        "delegation by a key for something else",
        acting(chain_of(auditor)),
        ("failed/CHAIN_CONSTRAINTS_FAILURE", "delegation.signer"),
        "A key for checkpoints signs no delegations.",
    )
    stranger = world.sm2.alone(DELEGATION, "陌生的授权者")
    case(
        "delegation by whom nobody knows",
        acting(chain_of(stranger)),
        (UNKNOWN, "delegation.signer"),
        "A stranger certified himself to sign delegations.",
    )
