"""Time-stamps from an authority elsewhere, over HTTP (RFC 3161, 3.4): what a licensed provider offers.

The authority is trusted for nothing that its token does not show: every answer is judged before it is used. One that
kept somebody waiting in vain is not waited for again for a while: else a batch of licences would wait at each
signature, for longer than what was prepared for it is kept.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import httpx2

from api.prompt_client import prompt_client
from trust.clock import Clock
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.time_requests import TimeStampRequest
from trust.timestamping import TimeStampingUnavailable, TimeStampUntrusted, read_response, stated_time

__all__ = ["QUERY", "REPLY", "ForeignTimeAuthority"]

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"

WITHIN: Final = 10.0
"""Seconds for a whole answer, however slowly it comes."""

SILENCE: Final = timedelta(seconds=30)
"""For so long nobody waits for an authority that did not answer in time."""

MAX_ANSWER: Final = 256 << 10
"""Octets of an answer. A token with its chain has a few thousand."""

PAUSE: Final = 0.05
"""Seconds between two looks at our clock, while the authority's is a little ahead."""


class ForeignTimeAuthority:
    """Gets tokens from one address. Safe to share between threads."""

    def __init__(
        self,
        address: str,
        *,
        digest: Digest,
        clock: Clock,
        evidence: Callable[[], Evidence],
        within: float = WITHIN,
    ) -> None:
        self.address = address
        self.digest = digest
        self.clock = clock
        self.evidence = evidence
        self.silent_since: datetime | None = None
        self.client = prompt_client(within, timeout=httpx2.Timeout(within, connect=within / 2))

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`.

        Raise `TimeStampingUnavailable` or `TimeStampRejected` where there is none, `TimeStampUntrusted` for one that
        does not hold.
        """
        if self.is_silent():
            raise TimeStampingUnavailable
        request = TimeStampRequest.over(message, self.digest)
        answer = self.ask(request.der)
        token = read_response(answer, request, message, self.evidence(), now=self.clock.now())
        # A token must not lie in the future of whoever judges it, and that is us, in a moment.
        while stated_time(token) > self.clock.now():
            time.sleep(PAUSE)
        return token

    def is_silent(self) -> bool:
        """Tell whether the authority kept somebody waiting in vain a moment ago."""
        since = self.silent_since
        return since is not None and since <= self.clock.now() < since + SILENCE

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
        except httpx2.TimeoutException:
            self.silent_since = self.clock.now()
            raise TimeStampingUnavailable from None
        except httpx2.HTTPError:
            raise TimeStampingUnavailable from None
