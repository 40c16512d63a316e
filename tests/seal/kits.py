"""What stamping needs, in memory: a seal with its keys under two PKIs, and time-stamp authorities."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from seal.image.drawing import SealDesign, draw
from seal.life.making import SealOrder, make_seal
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stamp import PreparedStamp, StampKit, prepare_stamp
from seal.verification.documents import DocumentReport, judge_pdf
from tests.builders import PKI, Party, cms_signer, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.fakes.faulty import Faults, FaultyCustody, FaultyStamper
from trust.cms import Dialect
from trust.paths import Evidence
from trust.pdf.appearance import Placement
from trust.profiles import DOCUMENT_SIGNER, SEAL_MAKER, SEAL_OWNER
from trust.signing import Signer

__all__ = ["CENTRE", "Bench", "checks_failed", "order_at", "outcomes"]

DAY: Final = timedelta(days=1)
CENTRE: Final = Placement(page=1, centre_x_mm=150, centre_y_mm=240)
"""Near the lower right corner of an A4 page."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Somebody who stamps, with all that is needed, and a verifier who trusts both roots."""

    kit: StampKit
    clock: SettableClock
    faults: Faults
    custody: FaultyCustody
    maker: Party
    owner: Party
    signer: Party

    @classmethod
    def of(cls, sm2: PKI, p256: PKI, *, name: str = "某市市场监督管理局", code: str = "33019900000001") -> "Bench":
        """Make a seal and everything around it."""
        clock, faults = SettableClock(), Faults()
        custody = FaultyCustody(sm2.custody, faults)
        maker, owner, signer = sm2.issue(SEAL_MAKER), sm2.issue(SEAL_OWNER), p256.issue(DOCUMENT_SIGNER)
        design = SealDesign(name=name, row="电子证照专用章", code=code)
        order = SealOrder(
            code=code,
            name=name + design.row,
            type=6,
            design=design,
            owner_certificate=owner.certificate,
            made_at=NOW.replace(microsecond=0) - 30 * DAY,
            valid_until=NOW.replace(microsecond=0) + 300 * DAY,
        )
        document_signer = Party(
            certificate=signer.certificate, signer=Signer(FaultyCustody(p256.custody, faults), signer.key)
        )
        kit = StampKit(
            seal=make_seal(order, maker=maker.signer, maker_certificate=maker.certificate),
            image=draw(design),
            label=order.name,
            owner=Signer(custody, owner.key),
            owner_certificate=owner.certificate,
            document_signer=cms_signer(document_signer, chain=(p256.issuing.certificate,)),
            seal_stamper=FaultyStamper(time_authority(sm2.time_stamper, clock, Dialect.GBT35275), faults, "sm2"),
            document_stamper=FaultyStamper(time_authority(p256.time_stamper, clock), faults, "p256"),
            evidence=both(sm2, p256),
        )
        return cls(kit=kit, clock=clock, faults=faults, custody=custody, maker=maker, owner=owner, signer=signer)

    def prepare(self, pdf: bytes, placement: Placement = CENTRE, *, kit: StampKit | None = None) -> PreparedStamp:
        """Return a prepared stamp at one point."""
        return self.prepare_order(pdf, order_at(placement), kit=kit)

    def prepare_order(self, pdf: bytes, order: StampOrder, *, kit: StampKit | None = None) -> PreparedStamp:
        """Return a prepared stamp."""
        return prepare_stamp(pdf, kit or self.kit, order, at=self.clock.now())

    def stamp(self, pdf: bytes, placement: Placement = CENTRE) -> bytes:
        """Return the document stamped at one point."""
        return self.stamp_order(pdf, order_at(placement))

    def stamp_order(self, pdf: bytes, order: StampOrder) -> bytes:
        """Return the stamped document."""
        return self.prepare_order(pdf, order).redeem(self.clock).pdf

    def judge(self, pdf: bytes) -> DocumentReport:
        """Judge a document as a stranger would who trusts both roots."""
        return judge_pdf(pdf, self.kit.evidence, now=self.clock.now())

    def changed(self, **changes: object) -> "Bench":
        """Return this bench with another kit."""
        return replace(self, kit=replace(self.kit, **changes))  # type: ignore[arg-type] # names of StampKit


def order_at(placement: Placement) -> StampOrder:
    """Return what asks for a stamp at one point."""
    point = AtPoint(page=placement.page, x_mm=placement.centre_x_mm, y_mm=placement.centre_y_mm)
    return StampOrder(places=(point,), reason="通知签发")


def both(sm2: PKI, p256: PKI) -> Evidence:
    """Return the evidence of both families."""
    one, other = sm2.evidence, p256.evidence
    return Evidence(
        anchors=one.anchors + other.anchors,
        certificates=one.certificates + other.certificates,
        revocation_lists=one.revocation_lists + other.revocation_lists,
    )


def outcomes(report: DocumentReport) -> list[tuple[str, str, str]]:
    """Return field, outcome and sub-indication of every signature."""
    return [
        (
            one.field,
            one.report.verdict.outcome.value,
            "" if one.report.verdict.finding is None else one.report.verdict.finding.sub_indication.value,
        )
        for one in report.signatures
    ]


def checks_failed(report: DocumentReport) -> set[tuple[str, str]]:
    """Return name and sub-indication of every check that did not pass."""
    return {
        (check.name, check.finding.sub_indication.value)
        for one in report.signatures
        for check in one.report.checks
        if check.finding is not None
    }
