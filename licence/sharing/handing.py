"""Handing out files 取证照文件: the signed original, annotated copies, and temporary addresses of both.

No file is handed out of a licence that proves nothing now. What an address leads to is looked at again when it is
used: it ends with the grant, with the consent, and with the licence.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from identity.duties import Actor
from licence.records import Licence
from licence.sharing.admitting import Admitted, Admitting, Trace
from licence.sharing.copying import Copier
from licence.sharing.entries import Call, Copy, Download, require_text
from licence.sharing.errors import CopyUnknown, DownloadUnknown, LicenceNotInForce, SharingInvalid
from licence.sharing.picturing import COARSEST, FINEST, MOST_PAGES, draw_page
from licence.verification import VerificationService
from trust import requests
from trust.blobs import BlobId, BlobStore
from trust.crypto.sm3 import sm3
from trust.identifiers import new_id
from trust.store import Reading
from trust.workers import IN_PROCESS, Workers

__all__ = ["AskForCopy", "HandingService", "IssuedAddress"]

DOWNLOAD: Final = "download"
"""The call of whoever uses a temporary address."""

COPIES: Final = "copies"
"""The call that lists the copies that were made."""

LONGEST_COPY: Final = timedelta(days=366)
LONGEST_ADDRESS: Final = timedelta(hours=24)
MOST_DOWNLOADS: Final = 10
SECRET_BYTES: Final = 32
PREFIX: Final = "xh_"
"""Lets a leaked address be recognised by whoever finds it."""

MOST_USER: Final = 60
MOST_CAUSE: Final = 100


@dataclass(frozen=True, kw_only=True)
class AskForCopy:
    """An annotated copy that is to be made."""

    identifier: str
    user: str = field(repr=False)
    """Who is to use it, as it will stand on every page."""

    cause: str = field(repr=False)
    """What for, in words."""

    valid_until: datetime
    purpose: str
    with_original: bool = False
    """Whether the signed original lies in the copy as an attached file. Who may not have it gets no such copy."""

    request_key: str


@dataclass(frozen=True, kw_only=True)
class IssuedAddress:
    """A temporary address. Its secret is told once."""

    secret: str = field(repr=False)
    expires_at: datetime
    times: int


class HandingService:
    """The calls that answer with files."""

    def __init__(
        self,
        *,
        admitting: Admitting,
        verification: VerificationService,
        copier: Copier,
        blobs: BlobStore,
        workers: Workers = IN_PROCESS,
    ) -> None:
        self.workers = workers
        self.admitting = admitting
        self.verification = verification
        self.copier = copier
        self.blobs = blobs

    def file(self, actor: Actor, identifier: str, *, purpose: str) -> bytes:
        """Return the signed original. Raise what admitting.py says, and `LicenceNotInForce`."""
        with self.admitting.call(actor, Call.FILE, purpose) as (tx, trace):
            admitted = self.admitting.by_identifier(tx, trace, Call.FILE, identifier)
            trace.handed_out = self.file_of(tx, admitted.licence)
            self.admitting.count(tx, admitted)
        return self.blobs.get(BlobId(trace.handed_out))

    def picture(self, actor: Actor, identifier: str, *, purpose: str, page: int, dpi: int) -> bytes:
        """Return a page of the original as PNG, with its seals. Raise what `file` raises, and `SharingInvalid`.

        It is drawn before it is counted: a page that is not there uses up no consent.
        """
        if not 1 <= page <= MOST_PAGES:
            raise SharingInvalid(field="page", rule="range")
        if not COARSEST <= dpi <= FINEST:
            raise SharingInvalid(field="dpi", rule="range")
        details = {"form": "png", "page": str(page)}
        first = Trace(actor=actor, call=Call.FILE, purpose=purpose, details=details)
        with self.admitting.watched(first):
            with self.admitting.store.reading() as view:
                looked_at = self.admitting.by_identifier(view, first, Call.FILE, identifier).licence
                file = self.file_of(view, looked_at)
            picture = self.drawn(self.blobs.get(BlobId(file)), page=page, dpi=dpi)
        with self.admitting.call(actor, Call.FILE, purpose) as (tx, trace):
            trace.details |= details
            admitted = self.admitting.by_identifier(tx, trace, Call.FILE, identifier)
            self.file_of(tx, admitted.licence)
            trace.handed_out = file
            self.admitting.count(tx, admitted)
        return picture

    def drawn(self, pdf: bytes, *, page: int, dpi: int) -> bytes:
        """Return a page of what was handed out as PNG. Raise `SharingInvalid` or what the workers raise."""
        return self.workers.run(draw_page, pdf, page, dpi)

    # --- annotated copies

    def copy(self, actor: Actor, command: AskForCopy) -> tuple[Copy, bytes]:
        """Make an annotated copy, or return the one that the same request made before.

        Raise what admitting.py says, `LicenceNotInForce`, `SharingInvalid`, `RequestKeyReused`, and what making and
        sealing it raises.
        """
        beside = frozenset({Call.FILE}) if command.with_original else frozenset[Call]()
        trace = Trace(actor=actor, call=Call.COPY, purpose=command.purpose, beside=beside)
        with self.admitting.watched(trace):
            copy, original, type_code = self.begin(actor, command, trace)
            made = copy if copy.file is not None else self.make(copy, original, type_code, command)
            content = self.blobs.get(made.file or BlobId(""))
        trace.handed_out = made.file
        self.admitting.note(trace)
        return made, content

    def begin(self, actor: Actor, command: AskForCopy, trace: Trace) -> tuple[Copy, Licence, str]:
        """Look at everything, and put the copy on record before it is made."""
        user = require_text(command.user, field="user", most=MOST_USER)
        cause = require_text(command.cause, field="cause", least=2, most=MOST_CAUSE)
        trace.details |= {"user": user, "cause": cause, "until": command.valid_until.isoformat()}
        if command.with_original:
            trace.details["with"] = Call.FILE.value
        asked = [command.identifier, user, cause, command.valid_until.isoformat(), command.purpose]
        fingerprint = requests.fingerprint("sharing:copy", [*asked, command.with_original])
        store, files = self.admitting.store, self.admitting.repository.files
        with store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                copy = files.copy(tx, known)
                licence = None if copy is None else self.admitting.licences.get(tx, copy.licence)
                if copy is None or licence is None or tx.now >= copy.valid_until:
                    raise CopyUnknown
                if not self.admitting.still_holds(tx, copy.grant, copy.consent):
                    raise CopyUnknown
                type_code = self.admitting.catalogue.require(tx, licence.type).code
                trace.about(licence, type_code)
                trace.grant, trace.consent = copy.grant, copy.consent
                self.file_of(tx, licence)
                return copy, licence, type_code
            if not tx.now < command.valid_until <= tx.now + LONGEST_COPY:
                raise SharingInvalid(field="valid_until", rule="range")
            admitted = self.admitting.by_identifier(tx, trace, Call.COPY, command.identifier)
            self.file_of(tx, admitted.licence)
            self.admitting.count(tx, admitted)
            copy = Copy(
                id=new_id("copy", at=tx.now),
                licence=admitted.licence.id,
                client=actor.id,
                grant=admitted.grant.id,
                consent=None if admitted.consent is None else admitted.consent.id,
                purpose=command.purpose,
                user=user,
                cause=cause,
                valid_until=command.valid_until,
                made_at=tx.now,
            )
            files.add_copy(tx, copy)
            requests.remember(tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint, result=copy.id)
            self.copier.record_begun(tx, copy)
            return copy, admitted.licence, admitted.type_code

    def make(self, copy: Copy, original: Licence, type_code: str, command: AskForCopy) -> Copy:
        """Make a copy that is on record, and say where its file is."""
        made = self.copier.make(copy, original, type_code=type_code, with_original=command.with_original)
        with self.admitting.store.transaction() as tx:
            self.admitting.repository.files.finish_copy(tx, made)
            self.copier.record_made(tx, made)
        return made

    def copies(self, actor: Actor, identifier: str, *, purpose: str) -> tuple[Copy, ...]:
        """Return the copies of a licence that this client had made, newest first. Others' are not told of."""
        with self.admitting.call(actor, COPIES, purpose) as (tx, trace):
            admitted = self.admitting.by_identifier(tx, trace, Call.COPY, identifier)
            found = self.admitting.repository.files.copies(tx, admitted.licence.id, client=actor.id)
            trace.handed_out = sm3(" ".join(one.id for one in found).encode()).hex()
            return found

    # --- temporary addresses

    def address(
        self,
        actor: Actor,
        identifier: str,
        *,
        purpose: str,
        lifetime: timedelta,
        times: int = 1,
        copy: str | None = None,
        cause: str = "",
    ) -> IssuedAddress:
        """Make a temporary address of the original, or of a copy that this client had made.

        Raise what admitting.py says, `LicenceNotInForce`, `CopyUnknown`, `SharingInvalid`.
        """
        if not timedelta(0) < lifetime <= LONGEST_ADDRESS:
            raise SharingInvalid(field="lifetime", rule="range")
        if not 1 <= times <= MOST_DOWNLOADS:
            raise SharingInvalid(field="times", rule="range")
        call = Call.FILE if copy is None else Call.COPY
        with self.admitting.call(actor, call, purpose) as (tx, trace):
            admitted = self.admitting.by_identifier(tx, trace, call, identifier)
            trace.handed_out = self.file_of(tx, admitted.licence)
            if copy is None:
                self.admitting.count(tx, admitted)
            else:
                trace.handed_out = self.own_copy(tx, actor, admitted, copy).file
            secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
            download = Download(
                digest=digest_of(secret),
                licence=admitted.licence.id,
                client=actor.id,
                grant=admitted.grant.id,
                consent=None if admitted.consent is None else admitted.consent.id,
                purpose=purpose,
                copy_of_licence=copy,
                made_at=tx.now,
                expires_at=tx.now + lifetime,
                left=times,
            )
            trace.details |= {"until": download.expires_at.isoformat(), "times": str(times)}
            if cause:
                trace.details["cause"] = require_text(cause, field="cause", most=MOST_CAUSE)
            self.admitting.repository.files.add_download(tx, download)
            return IssuedAddress(secret=secret, expires_at=download.expires_at, times=times)

    def download(self, secret: str) -> bytes:
        """Return what a temporary address leads to, and count it. Raise `DownloadUnknown` for whatever is wrong."""
        digest = digest_of(secret)
        with self.admitting.store.reading() as view:
            found = self.admitting.repository.files.download(view, digest)
        if found is None:
            raise DownloadUnknown
        bearer = Actor(id=found.client, grants=frozenset(), is_client=True)
        with self.admitting.call(bearer, DOWNLOAD, found.purpose) as (tx, trace):
            trace.grant, trace.consent = found.grant, found.consent
            licence = self.admitting.licences.get(tx, found.licence)
            if licence is None:
                raise DownloadUnknown  # pragma: no cover - a foreign key holds it
            trace.about(licence, self.admitting.catalogue.require(tx, licence.type).code)
            holds = self.admitting.still_holds(tx, found.grant, found.consent)
            if not holds or not self.verification.standing(tx, licence).is_in_force:
                raise DownloadUnknown
            if not self.admitting.repository.files.use_download(tx, digest):
                raise DownloadUnknown
            copied = (
                None
                if found.copy_of_licence is None
                else self.admitting.repository.files.copy(tx, found.copy_of_licence)
            )
            if copied is not None and tx.now >= copied.valid_until:
                raise DownloadUnknown
            trace.handed_out = licence.file if copied is None else copied.file
        return self.blobs.get(BlobId(trace.handed_out or ""))

    # --- building blocks

    def file_of(self, view: Reading, licence: Licence) -> str:
        """Return where the file of a licence is that proves something now, or raise `LicenceNotInForce`."""
        if licence.file is None or not self.verification.standing(view, licence).is_in_force:
            raise LicenceNotInForce(state=licence.state.value)
        return licence.file

    def own_copy(self, view: Reading, actor: Actor, admitted: Admitted, name: str) -> Copy:
        """Return a finished copy of a licence that this client had made and that has not expired."""
        found = self.admitting.repository.files.copy(view, name)
        fits = found is not None and found.client == actor.id and found.licence == admitted.licence.id
        if found is None or not fits or found.file is None or view.now >= found.valid_until:
            raise CopyUnknown
        return found


def digest_of(secret: str) -> str:
    """Return the name under which the database knows a secret. 256 random bits need no salt."""
    return sm3(secret.encode()).hex()
