"""Addresses of others: at which this service asks, and to which it sends browsers."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

__all__ = ["parts_of"]

NOWHERE: Final = urlsplit("")


def parts_of(address: str) -> SplitResult:
    """Return the parts of an address; none where its host can be none (RFC 1035, 2.3.4; RFC 3986, 3.2.2), or its port.

    What was taken in here can be split, and looked up, without a fault later.
    """
    try:
        parts = urlsplit(address)
        (parts.hostname or "").encode("idna")
        is_one = parts.port != 0
    except ValueError:
        return NOWHERE
    return parts if is_one else NOWHERE
