"""A client of a simulated provider, with everything that both need."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx2

from api.proofing.breaker import Breaker
from api.proofing.over_http import HTTPProvider
from api.proofing.wiring import client_of
from identity.proofing.proofing import Method
from identity.proofing.provider import Claimed, Question
from tests.builders import PKI
from tests.fakes.clock import SettableClock
from tests.proofing_provider import CLIENT, SimulatedProvider, serving
from trust.profiles import DOCUMENT_SIGNER, STATUS_PUBLISHER

__all__ = ["CLAIMED", "Rig", "question", "rigged"]

CLAIMED: Final = Claimed(name="王小明", number="11010519491231002X", phone="13800001234")
TIMEOUT: Final = timedelta(seconds=10)


def question(clock: SettableClock, method: Method = Method.REMOTE, *, reference: str = "prfo_1") -> Question:
    """Return a question that is asked now."""
    return Question(reference=reference, nonce="ab" * 16, method=method, claimed=CLAIMED, asked_at=clock.now())


@dataclass(frozen=True)
class Rig:
    """A provider, who serves it, and the clock of both."""

    provider: HTTPProvider
    simulated: SimulatedProvider
    clock: SettableClock
    pki: PKI
    client: httpx2.Client

    def question(self, method: Method = Method.REMOTE) -> Question:
        """Return a question that is asked now."""
        return question(self.clock, method)


@contextmanager
def rigged(pki: PKI, clock: SettableClock) -> Iterator[Rig]:
    """Serve a provider, and yield a client of it."""
    publisher, theirs = pki.issue(STATUS_PUBLISHER), pki.issue(DOCUMENT_SIGNER)
    simulated = SimulatedProvider(theirs, publisher.certificate, clock)
    with serving(simulated) as address, client_of(TIMEOUT) as client:
        provider = HTTPProvider(
            name="127.0.0.1",
            address=address,
            client_name=CLIENT,
            certificate=theirs.certificate,
            credential=lambda: (publisher.signer, publisher.certificate),
            clock=clock,
            breaker=Breaker(clock),
            timeout=TIMEOUT,
            client=client,
        )
        yield Rig(provider, simulated, clock, pki, client)
