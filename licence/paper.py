"""Paper licences that are made electronic 存量证照电子化: what is told of the original, and the scan that shows it.

The electronic licence is set like any other of its type and bears the original's number. It says on its page, in its
metadata and whenever it is verified that it was made from paper, and when that was issued. The scan is evidence: it
stands enciphered in the blob store, and is shown to the issuer alone.
"""

from dataclasses import dataclass
from datetime import date

from licence import scan_repository
from licence.errors import DataInvalid, ScanTaken, ScanUnknown
from licence.records import Licence
from licence.scan_repository import Scan
from trust.store import Reading, Transaction

__all__ = ["PaperOriginal", "attach_scan", "hold_scan", "mark_of", "require_scan", "text_of_mark"]


@dataclass(frozen=True, kw_only=True)
class PaperOriginal:
    """The paper licence that an electronic one is made from."""

    scan: str
    issued_on: date


def mark_of(licence: Licence) -> str:
    """Return what the page of a licence says of the paper that it was made from; nothing where there was none."""
    return text_of_mark(licence.paper_issued_on)


def text_of_mark(issued_on: date | None) -> str:
    """Return what a page says of paper that was issued on a day; nothing where there was none."""
    return "" if issued_on is None else f"由纸质证照数字化，原证颁发于 {issued_on.isoformat()}"


def require_scan(view: Reading, paper: PaperOriginal, *, issuer: str, today: date) -> Scan:
    """Return the scan of a paper licence of an authority from which nothing was made so far.

    Raise `ScanUnknown`, `ScanTaken`, or `DataInvalid` where the paper is of the future.
    """
    if paper.issued_on > today:
        raise DataInvalid(field="paper.issued_on", rule="maximum")
    found = scan_repository.get(view, paper.scan)
    if found is None or found.issuer != issuer:
        raise ScanUnknown
    if found.licence is not None:
        raise ScanTaken(licence=found.licence)
    return found


def hold_scan(tx: Transaction, paper: PaperOriginal | None) -> None:
    """Let a scan that a licence was asked for with wait for it, and not be forgotten meanwhile."""
    if paper is not None:
        scan_repository.hold(tx, paper.scan)


def attach_scan(tx: Transaction, paper: PaperOriginal | None, released: Licence) -> None:
    """Write which licence was made from a scan. Raise `ScanTaken` where somebody was faster."""
    if paper is None:
        return
    require_scan(tx, paper, issuer=released.issuer, today=released.issued_on)
    scan_repository.attach(tx, paper.scan, licence=released.id)
