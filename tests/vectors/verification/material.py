"""The trust material that cases name: anchors, lists of every kind, and policies."""

from collections.abc import Sequence

from tests.builders import revocation_list
from tests.seal.structures import CREATED
from tests.vectors.verification.cases import Book
from tests.vectors.verification.pades_trust import LATER
from tests.vectors.verification.world import DAY, MOMENT, SIGNED, World
from trust.revocation import RevocationList

__all__ = ["add"]

KEY_COMPROMISE, AUTHORITY_COMPROMISE, SUPERSEDED, CEASED = 1, 2, 4, 5
"""CRLReason (RFC 5280, 5.3.1)."""


def add(book: Book, world: World) -> None:
    """Add all of it."""
    add_for_signers(book, world)
    add_for_seals(book, world)


def add_for_signers(book: Book, world: World) -> None:
    """Add the trust material that cases name."""
    for office, name in (
        (world.sm2, "sm2"),
        (world.p256, "p256"),
        (world.stranger, "stranger"),
        (world.stranger_p256, "stranger-p256"),
    ):
        book.keep(f"trust/{name}-root.cer", office.root.certificate.der)

    def lists(name: str, told: tuple[RevocationList, ...]) -> list[tuple[str, bytes]]:
        return [(f"{name}-{place}.crl", one.der) for place, one in zip(("root", "issuing"), told, strict=True)]

    p256, signer = world.p256, world.signer.certificate
    issuing = ("p256-issuing.cer", p256.issuing.certificate.der)
    book.trust("sm2", *lists("sm2", world.sm2.lists()), ("sm2-issuing.cer", world.sm2.issuing.certificate.der))
    book.trust("p256", *lists("p256", p256.lists()), issuing)
    book.trust("p256 without lists", issuing)
    stale = p256.lists(at=MOMENT - 40 * DAY, until=MOMENT - 33 * DAY)
    book.trust("p256 stale", *lists("p256-stale", stale), issuing)
    book.trust("p256 early", *lists("p256-early", p256.lists(revoked={signer: SIGNED - DAY})), issuing)
    book.trust("p256 late", *lists("p256-late", p256.lists(revoked={signer: SIGNED + DAY})), issuing)
    broken = p256.lists(authorities={p256.issuing.certificate: SIGNED - DAY})
    book.trust("p256 authority revoked", *lists("p256-authority", broken), issuing)
    clock = p256.lists(revoked={world.clock.certificate: SIGNED - DAY})
    book.trust("p256 clock revoked", *lists("p256-clock", clock), issuing)
    stolen = world.clock.certificate
    theft = {stolen: SIGNED + 2 * DAY}
    known = p256.lists(revoked=theft, reason=KEY_COMPROMISE)
    book.trust("p256 clock stolen", *lists("p256-clock-stolen", known), issuing)
    earlier = p256.lists(revoked=theft, reason=KEY_COMPROMISE, since=SIGNED + DAY)
    book.trust("p256 clock stolen early", *lists("p256-clock-stolen-early", earlier), issuing)
    ceased = p256.lists(revoked=theft, reason=CEASED)
    book.trust("p256 clock ceased", *lists("p256-clock-ceased", ceased), issuing)
    fallen = p256.lists(authorities={p256.issuing.certificate: SIGNED + 2 * DAY}, reason=AUTHORITY_COMPROMISE)
    book.trust("p256 authority compromised", *lists("p256-authority-compromised", fallen), issuing)
    forged = revocation_list(
        p256.issuing, signer=world.stranger_p256.issuing.signer, this_update=MOMENT - DAY, number=9
    )
    book.trust("p256 forged", lists("p256", p256.lists())[0], ("p256-forged.crl", forged.der), issuing)
    day, week = LATER - DAY, LATER + 7 * DAY
    book.trust("p256 2032", *lists("p256-2032", p256.lists(at=day, until=week)), issuing)
    sm2 = ("sm2-issuing.cer", world.sm2.issuing.certificate.der)
    book.trust("sm2 2032", *lists("sm2-2032", world.sm2.lists(at=day, until=week)), sm2)
    book.keep("trust/ends.toml", b'version = 1\n[algorithms]\n"ECDSA-SHA256" = 2026-06-01\n')
    book.keep("trust/ended-since.toml", b'version = 1\n[algorithms]\n"ECDSA-SHA256" = 2026-11-15\n')
    book.keep("trust/seals-only.toml", b'version = 1\n[anchors]\nothers = ["sealing", "seal_making"]\n')
    book.keep("trust/strict.toml", b'version = 1\nfatal = ["TRY_LATER", "NO_CERTIFICATE_CHAIN_FOUND"]\n')
    book.keep("trust/fresh.toml", b"version = 1\n[revocation]\nmaximum_age_hours = 12\n")


def add_for_seals(book: Book, world: World) -> None:
    """Add the lists that cases name."""
    issuing = ("sm2-issuing.cer", world.sm2.issuing.certificate.der)

    def lists(name: str, told: Sequence[RevocationList]) -> None:
        files = [(f"{name}-{place}.crl", one.der) for place, one in zip(("root", "issuing"), told, strict=True)]
        book.trust(name.replace("-", " "), *files, issuing)

    book.trust("sm2 without lists", issuing)
    owner, maker = world.owner.certificate, world.maker.certificate
    lists("sm2-owner-early", world.sm2.lists(revoked={owner: SIGNED - DAY}))
    lists("sm2-owner-late", world.sm2.lists(revoked={owner: SIGNED + DAY}))
    lists("sm2-maker-late", world.sm2.lists(revoked={maker: SIGNED + DAY}, reason=SUPERSEDED))
    lists("sm2-maker-early", world.sm2.lists(revoked={maker: CREATED - DAY}))
