"""Orders to issue 签发申请, as they are kept until somebody has decided: JSON, which stands enciphered."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.paper import PaperOriginal
from licence.succession import Succession

__all__ = ["order_of", "payload_of"]


def payload_of(command: IssueLicence) -> dict[str, Any]:
    """Return an order as JSON keeps it, without what belongs to the request that brought it."""
    after, paper = command.after, command.paper
    return {
        "type": command.type,
        "seal": command.seal,
        "number": command.number,
        "holder_code": command.holder_code,
        "holder_name": command.holder_name,
        "data": dict(command.data),
        "first_day": None if command.first_day is None else command.first_day.isoformat(),
        "last_day": None if command.last_day is None else command.last_day.isoformat(),
        "after": None if after is None else [after.predecessor, after.event.value, after.reason],
        "paper": None if paper is None else [paper.scan, paper.issued_on.isoformat()],
    }


def order_of(payload: Mapping[str, Any]) -> IssueLicence:
    """Return the order that `payload_of` has kept."""
    after, paper = payload["after"], payload["paper"]
    return IssueLicence(
        type=payload["type"],
        seal=payload["seal"],
        number=payload["number"],
        holder_code=payload["holder_code"],
        holder_name=payload.get("holder_name"),  # orders of before tell none
        data=payload["data"],
        first_day=day(payload["first_day"]),
        last_day=day(payload["last_day"]),
        request_key="",
        after=None if after is None else succession(*after),
        paper=None if paper is None else PaperOriginal(scan=paper[0], issued_on=date.fromisoformat(paper[1])),
    )


def succession(predecessor: str, event: str, reason: str) -> Succession:
    """Return a succession by its parts."""
    return Succession(predecessor=predecessor, event=LicenceEvent(event), reason=reason)


def day(text: str | None) -> date | None:
    """Return a day, if one is told."""
    return None if text is None else date.fromisoformat(text)
