"""A custody's destruction of keys that remembers what it was asked, and may break off."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from seal.life.destroying import KeyDestroyer
from seal.repository import DestructionProof
from tests.fakes.clock import SettableClock
from trust.errors import TrustError
from trust.signing import KeyHandle, KeyReference

__all__ = ["FakeDestroyer"]


@dataclass
class FakeDestroyer(KeyDestroyer):
    """Says that keys are gone. A key that is gone gives the proof of then."""

    clock: SettableClock
    proofs: dict[KeyHandle, DestructionProof] = field(default_factory=dict)
    asked: list[tuple[KeyHandle, tuple[str, ...], str]] = field(default_factory=list)
    failing: dict[int, TrustError] = field(default_factory=dict)
    """What to raise at the call of this number, from 1 on."""

    @override
    def destroy(self, key: KeyReference, *, witnesses: Sequence[str], reason: str) -> DestructionProof:
        """Return a proof that nobody signed."""
        self.asked.append((key.handle, tuple(witnesses), reason))
        if len(self.asked) in self.failing:
            raise self.failing[len(self.asked)]
        made = DestructionProof(
            key=key.handle,
            at=self.clock.now(),
            statement=f"{key.handle} is gone".encode(),
            signature=b"signature",
            certificate=b"certificate",
        )
        return self.proofs.setdefault(key.handle, made)
