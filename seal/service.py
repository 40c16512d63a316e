"""The life of seals: each event by the person whose duty it is, each with its history and its audit event.

One class for whoever answers requests; its use cases stand by parts of the life in modules of their own.
"""

from collections.abc import Mapping

from identity.service import IdentityService
from seal.life.applying import ApplyForSeal, RemakeSeal, SealChanges, WantedSeal
from seal.life.concerning import Concerning
from seal.life.destroying import Destroying, KeyDestroyer
from seal.life.looking import Looking
from seal.life.producing import Producing
from seal.life.queue import DEADLINES
from seal.life.rehearsing import Rehearsing
from seal.life.stopping import Stopping
from seal.life.workshop import Workshop
from seal.lifecycle import SealState
from trust.authority import Authorities
from trust.blobs import BlobStore
from trust.store import Store

__all__ = ["ApplyForSeal", "RemakeSeal", "SealChanges", "SealService", "WantedSeal"]


class SealService(Rehearsing, Producing, Stopping, Destroying, Looking, Concerning):
    """The use cases of a seal's life."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        authorities: Authorities,
        blobs: BlobStore,
        workshop: Workshop,
        destroyer: KeyDestroyer,
        deadlines: Mapping[SealState, int] | None = None,
    ) -> None:
        super().__init__(store=store, identity=identity, authorities=authorities, blobs=blobs)
        self.workshop = workshop
        self.destroyer = destroyer
        self.deadlines = {**DEADLINES, **(deadlines or {})}
