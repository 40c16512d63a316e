"""A stamping that kills its own process at a point: `python -m tests.seal.killing FOLDER KIND POINT`."""

import os
import signal
import sys
from pathlib import Path

from api.settings import Settings
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import DigestItem
from seal.stamping.message_signatures import SignMessage
from seal.stamping.stampings import StampPDF
from tests.fakes.clock import SettableClock
from tests.seal.houses import NOTICE, House
from trust.crypto.sm3 import sm3

__all__ = ["Order", "order_of", "run"]

Order = StampPDF | StampDigests | SignMessage
KEY = "the-same-in-every-process"


def order_of(house: House, kind: str, *, count: int = 30) -> Order:
    """Return the same order whenever it is asked for."""
    seal = house.names["spare"]
    match kind:
        case "document":
            return house.stamp_command(seal=seal, request_key=KEY)
        case "message":
            return SignMessage(seal=seal, content=b"message", purpose=NOTICE, request_key=KEY)
        case _:
            items = tuple(
                DigestItem(digest=sm3(bytes([number])), property_info=f"{number}.pdf")
                for number in range(count if kind == "batch" else 1)
            )
            return StampDigests(seal=seal, items=items, purpose=NOTICE, request_key=KEY)


def run(house: House, order: Order) -> object:
    """Carry an order out as the authority's business system."""
    client = house.authority.client
    match order:
        case StampPDF():
            return house.stampings.stamp(client, order)
        case StampDigests():
            return house.digests.stamp(client, order)
        case SignMessage():
            return house.messages.sign(client, order)


def main() -> None:
    """Stamp, and die at the point."""
    folder, kind, point = sys.argv[1:]
    house = House(Settings(data_dir=Path(folder)), SettableClock())
    house.faults.meanwhile(point, lambda: os.kill(os.getpid(), signal.SIGKILL))
    run(house, order_of(house, kind))


if __name__ == "__main__":
    main()
