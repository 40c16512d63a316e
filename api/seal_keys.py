"""The destruction of seals' keys by the custody, with the audit key's signature under each proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.foundation import Foundation
from seal.repository import DestructionProof
from trust.founding import Role, ServiceKeys
from trust.lifecycle import EventNotPossible
from trust.signing import KeyReference

__all__ = ["SealKeys"]

ACTOR: Final = "seal service"
"""Who acts towards the custody: both people who decide are witnesses of it."""


@dataclass(frozen=True)
class SealKeys:
    """Destroys the keys of seals."""

    base: Foundation
    service_keys: ServiceKeys

    def destroy(self, key: KeyReference, *, witnesses: Sequence[str], reason: str) -> DestructionProof:
        """Destroy a key for ever, and return the signed proof. One that is gone already gives the proof of then.

        Raise what the custody raises: `WitnessesTooFew`, `KeyUnknown`, `DestructionUnknown` for one that was destroyed
        with no proof of it.
        """
        destroyer, credential = self.base.destroyer, self.service_keys.credential(Role.AUDIT)
        try:
            proof = destroyer.destroy(key, actor=ACTOR, witnesses=witnesses, reason=reason, credential=credential)
        except EventNotPossible:
            destroyer.complete(credential=credential)
            proof = destroyer.proof(key)
        return DestructionProof(
            key=key.handle,
            at=proof.at,
            statement=proof.statement,
            signature=proof.signature,
            certificate=proof.certificate,
        )
