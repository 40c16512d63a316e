"""Use cases of pictures: putting one forward, looking at it, and forgetting those that no licence shows."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from identity.duties import Actor, Duty
from licence.entitling import Entitling
from licence.pictures.entries import KEPT_TYPE, LicencePicture
from licence.pictures.errors import PictureUnknown
from licence.pictures.reading import read_picture
from licence.pictures.repository import PictureRepository
from licence.steps import require_duty
from trust import requests
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Store
from trust.workers import IN_PROCESS, Workers

__all__ = ["UNUSED_FOR", "PictureService", "PutPicture"]

UNUSED_FOR: Final = timedelta(days=30)
"""For how long a picture waits for its licence: as long as a request for review or a bulk job may take."""


@dataclass(frozen=True, kw_only=True)
class PutPicture:
    """A picture that is put forward."""

    issuer: str
    """The authority whose licences may show it."""

    content: bytes = field(repr=False)
    request_key: str


class PictureService:
    """The use cases of pictures."""

    def __init__(
        self,
        *,
        store: Store,
        repository: PictureRepository,
        entitling: Entitling,
        workers: Workers = IN_PROCESS,
    ) -> None:
        self.store = store
        self.repository = repository
        self.entitling = entitling
        self.workers = workers

    def put(self, actor: Actor, command: PutPicture) -> LicencePicture:
        """Keep a picture, enciphered, from who issues for the authority. A repeated upload gets the same one.

        Raise `DutyMissing`, `PictureRefused`, `RequestKeyReused`, `PictureUnknown` where the repeated one was
        forgotten, or what the workers raise.
        """
        asked = [command.issuer, sm3(command.content).hex()]
        key, fingerprint = command.request_key, requests.fingerprint("licence:picture", asked)
        with self.store.reading() as view:
            known = requests.answered(view, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                found = self.repository.get(view, known)
                if found is None:
                    raise PictureUnknown
                return found
            if not self.entitling.is_delegate(view, actor, command.issuer):
                require_duty(actor, command.issuer, Duty.LICENCE_OFFICER, Duty.BUSINESS_SYSTEM)
        kept = self.workers.run(read_picture, command.content)
        with self.store.transaction() as tx:
            picture = LicencePicture(
                id=new_id("pic", at=tx.now),
                issuer=command.issuer,
                media_type=KEPT_TYPE,
                width=kept.width,
                height=kept.height,
                digest=sm3(kept.jpeg).hex(),
                content=kept.jpeg,
                uploaded_by=actor.id,
                uploaded_at=tx.now,
            )
            self.repository.add(tx, picture)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=picture.id)
            facts: dict[str, Fact] = {"digest": picture.digest, "size": picture.size}
            tx.record(AuditEvent(tag="licence_picture:put:done", actor=actor.id, subject=picture.id, facts=facts))
        return picture

    def read(self, actor: Actor, name: str) -> LicencePicture:
        """Return a picture, for those who issue for its authority or review that, and put on record who looked.

        Raise `PictureUnknown` or `DutyMissing`.
        """
        duties = Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER, Duty.BUSINESS_SYSTEM
        with self.store.transaction() as tx:
            found = self.repository.get(tx, name)
            if found is None:
                raise PictureUnknown
            require_duty(actor, found.issuer, *duties)
            facts: dict[str, Fact] = {"digest": found.digest}
            tx.record(AuditEvent(tag="licence_picture:read:done", actor=actor.id, subject=name, facts=facts))
        return found

    def tidy(self) -> int:
        """Forget the pictures that no licence shows and that have waited long enough; return how many those were."""
        with self.store.reading() as view:
            before = view.now - UNUSED_FOR
            if not self.repository.has_unused(view, before=before):
                return 0
        with self.store.transaction() as tx:
            count = self.repository.forget(tx, before=before)
            facts: dict[str, Fact] = {"count": count}
            tx.record(AuditEvent(tag="licence_picture:forget:done", actor="system", subject="pictures", facts=facts))
        return count
