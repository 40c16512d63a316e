"""Time-stamps from an authority elsewhere, over HTTP (RFC 3161, 3.4): what a licensed provider offers.

The authority is trusted for nothing that its token does not show: every answer is judged before it is used.
"""

import time
from collections.abc import Callable
from typing import Final

import httpx2

from trust.clock import Clock
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.time_requests import TimeStampRequest
from trust.timestamping import TimeStampingUnavailable, TimeStampUntrusted, read_response, stated_time

__all__ = ["QUERY", "REPLY", "ForeignTimeAuthority"]

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"

TIMEOUT: Final = httpx2.Timeout(10.0, connect=5.0)
MAX_ANSWER: Final = 256 << 10
"""Octets of an answer. A token with its chain has a few thousand."""

PAUSE: Final = 0.05
"""Seconds between two looks at our clock, while the authority's is a little ahead."""


class ForeignTimeAuthority:
    """Gets tokens from one address. Safe to share between threads."""

    def __init__(self, address: str, *, digest: Digest, clock: Clock, evidence: Callable[[], Evidence]) -> None:
        self.address = address
        self.digest = digest
        self.clock = clock
        self.evidence = evidence
        # Neither a proxy of the environment nor a redirection may lead anywhere else than the operator said.
        self.client = httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`.

        Raise `TimeStampingUnavailable` or `TimeStampRejected` where there is none, `TimeStampUntrusted` for one that
        does not hold.
        """
        request = TimeStampRequest.over(message, self.digest)
        answer = self.ask(request.der)
        token = read_response(answer, request, message, self.evidence(), now=self.clock.now())
        # A token must not lie in the future of whoever judges it, and that is us, in a moment.
        while stated_time(token) > self.clock.now():
            time.sleep(PAUSE)
        return token

    def ask(self, query: bytes) -> bytes:
        """Send a request, and return the answer as it came."""
        headers = {"Content-Type": QUERY, "Accept": REPLY}
        try:
            with self.client.stream("POST", self.address, content=query, headers=headers) as response:
                if response.status_code != httpx2.codes.OK:
                    raise TimeStampingUnavailable
                if response.headers.get("content-type", "").partition(";")[0].strip().lower() != REPLY:
                    raise TimeStampUntrusted(reason="the answer is no time-stamp reply")
                answer = b""
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > MAX_ANSWER:
                        raise TimeStampUntrusted(reason="the answer is far too large")
                return answer
        except httpx2.HTTPError:
            raise TimeStampingUnavailable from None
