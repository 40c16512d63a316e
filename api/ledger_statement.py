"""The monthly statement of a seal 用印月报 as a PDF: totals on the first page, then a line for each use.

It is rendered alike each time, so that asking for the same month again stamps the same file. A character that no
typeface here can draw is set as 〓, since a month must not fail on one; the digests are there in any case.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from identity.duties import Actor
from identity.service import IdentityService
from licence.template.rendering import Renderer
from seal.ledger.entries import Operation, Purpose, Stamping, StampingState
from seal.ledger.reading import LedgerReading, Month, Statement
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stampings import StampingService, StampPDF
from trust import typefaces
from trust.china_time import to_the_second
from trust.errors import TrustError
from trust.typefaces import require_coverage

__all__ = ["PURPOSE", "SEAL_CENTRE", "TEMPLATES", "Statements", "render_statement"]

TEMPLATES: Final = Path(__file__).parent / "statement_templates"
TEMPLATE: Final = "ledger_statement"
TITLE: Final = "电子印章用印月报"

PURPOSE: Final = Purpose(purpose="ledger.statement", document_kind="ledger_statement")
"""What the owner authorises, for statements to be sealed."""

SEAL_CENTRE: Final = (160.0, 247.0)
"""Millimetres from the upper left corner of the first page."""

NAMED: Final = 8
"""Values that a table of totals names."""

HALF: Final = 32
"""Digits of a digest that stand in a line."""

GETA: Final = "〓"

OPERATIONS: Final = {Operation.DOCUMENT: "文件", Operation.DIGEST: "摘要", Operation.MESSAGE: "消息"}
STATES: Final = {StampingState.PREPARED: "未完成", StampingState.DONE: "完成", StampingState.VOID: "作废"}


class Statements:
    """Statements, for reading and sealed by the seal itself."""

    def __init__(self, *, ledger: LedgerReading, stampings: StampingService, identity: IdentityService) -> None:
        self.ledger = ledger
        self.stampings = stampings
        self.identity = identity
        self.renderer = Renderer(TEMPLATES, typefaces.FOLDER)

    def read(self, actor: Actor, seal: str, month: Month) -> bytes:
        """Return the statement of a month for the seal's owner, with no seal. Raise as `LedgerReading.statement`."""
        return self.render(actor, seal, month, is_to_be_sealed=False)

    def stamp(self, actor: Actor, seal: str, month: Month, *, request_key: str) -> tuple[Stamping, bytes]:
        """Return the statement sealed with the seal that it tells of, and its own line of the ledger.

        That is a use of the seal like any other: it needs an authorisation for `PURPOSE`. Raise as
        `LedgerReading.statement` and `StampingService.stamp` do.
        """
        pdf = self.render(actor, seal, month, is_to_be_sealed=True)
        x, y = SEAL_CENTRE
        order = StampOrder(places=(AtPoint(page=1, x_mm=x, y_mm=y),), reason=f"{TITLE} {month}")
        command = StampPDF(seal=seal, pdf=pdf, order=order, purpose=PURPOSE, request_key=request_key)
        return self.stampings.stamp(actor, command)

    def render(self, actor: Actor, seal: str, month: Month, *, is_to_be_sealed: bool) -> bytes:
        """Return the statement as a PDF."""
        statement = self.ledger.statement(actor, seal, month)
        with self.ledger.store.reading() as view:
            owner = self.identity.require_organisation(view, statement.seal.owner).name
        return render_statement(self.renderer, statement, owner=owner, is_to_be_sealed=is_to_be_sealed)


def render_statement(renderer: Renderer, statement: Statement, *, owner: str, is_to_be_sealed: bool) -> bytes:
    """Return the statement as PDF/A, dated at the end of its month."""
    month, seal = statement.month, statement.seal
    data = {
        "title": TITLE,
        "period": f"{month.year}年{month.month}月",
        "seal": {"name": drawable(seal.name), "code": seal.code or "", "owner": drawable(owner)},
        "count": len(statement.lines),
        "done": statement.done,
        "sealed": is_to_be_sealed,
        "totals": [
            totals(statement, "按用途", "purpose"),
            totals(statement, "按经办", "actor"),
            totals(statement, "按文件类型", "document_kind"),
            totals(statement, "按授权", "authorisation"),
        ],
        "lines": [line(number, one) for number, one in enumerate(statement.lines, 1)],
    }
    return renderer.render(TEMPLATE, data, at=month.ends)


def totals(statement: Statement, heading: str, member: str) -> dict[str, object]:
    """Return a table of totals: the values with most uses, and how many others there are."""
    counted = list(statement.totals(member).items())
    rows = [[drawable(value), str(count)] for value, count in counted[:NAMED]]
    return {"heading": heading, "rows": rows, "rest": len(counted) - len(rows)}


def line(number: int, stamping: Stamping) -> list[str]:
    """Return a line of the table."""
    return [
        str(number),
        local(stamping.at),
        OPERATIONS[stamping.operation],
        STATES[stamping.state],
        drawable(stamping.purpose),
        drawable(stamping.document_kind),
        "\n".join((drawable(stamping.actor), stamping.document_hash[:HALF], stamping.document_hash[HALF:])),
    ]


def local(moment: datetime) -> str:
    """Return a moment in China Standard Time."""
    return to_the_second(moment)


def drawable(text: str) -> str:
    """Return a text in which every character can be drawn."""
    return "".join(map(drawn, text))


def drawn(character: str) -> str:
    """Return a character, or the mark of one that is missing."""
    try:
        require_coverage(character, field="")
    except TrustError:
        return GETA
    return character
