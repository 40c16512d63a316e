"""Reads and writes the tables of seals. Rows go in and come out as frozen values."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col, func, select

from identity.subject import SubjectId
from seal.kinds import SealKind
from seal.ledger import Authorisation, Stamping, StampingState
from seal.lifecycle import SealEvent, SealState
from seal.tables import AuthorisationRow, SealEventRow, SealRow, StampingRow
from trust.blobs import BlobId
from trust.certificates import Certificate
from trust.crypto.public_keys import PublicKey
from trust.identifiers import new_id
from trust.repository import next_number
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.store import Reading, Transaction

__all__ = [
    "CertifiedKey",
    "HistoryEntry",
    "Seal",
    "add_authorisation",
    "add_history",
    "add_seal",
    "add_stamping",
    "authorisations",
    "end_stamping",
    "find",
    "get",
    "give_back",
    "history",
    "hold",
    "next_code",
    "next_filing_number",
    "put_seal",
    "stamping",
    "stamping_by_hash",
    "stampings",
    "use_authorisation",
]


@dataclass(frozen=True, kw_only=True)
class CertifiedKey:
    """A key of a seal, and its certificate once there is one."""

    key: KeyReference
    certificate: Certificate | None = None


@dataclass(frozen=True, kw_only=True)
class Seal:
    """An electronic seal, from application on. What is made later is None until then."""

    id: str
    state: SealState
    last_actor: str
    owner: SubjectId
    kind: SealKind
    name: str
    """The seal's full name, such as 某市市场监督管理局电子证照专用章."""

    rim: str
    """The characters on the rim."""

    row: str
    """The characters below the star."""

    diameter_mm: int
    applied_at: datetime
    code: str | None = None
    """The 14-digit seal code: area and serial number."""

    owner_key: CertifiedKey | None = None
    """The owner's SM2 key, which stamps."""

    document_key: CertifiedKey | None = None
    """The owner's P-256 key, which signs beside the seal for PDF readers of the world."""

    seal: bytes | None = field(default=None, repr=False)
    """SESeal in DER."""

    filing_number: str | None = None
    valid_until: datetime | None = None
    lost_at: datetime | None = None
    """When the owner said, at the last suspension, that the seal was lost."""


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One step in the life of a seal."""

    event: SealEvent | None
    """None for the application itself."""

    state: SealState
    actor: str
    at: datetime
    reason: str
    lost_at: datetime | None = None
    """Of a suspension: since when the owner says that the seal was lost."""

    def disputes(self, moment: datetime) -> bool:
        """Tell whether a stamping at this moment is disputed: the seal was lost then, and not stopped yet."""
        return self.lost_at is not None and self.lost_at <= moment <= self.at


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def certified(
    handle: str | None, spki: bytes | None, certificate: bytes | None, purpose: KeyPurpose
) -> CertifiedKey | None:
    """Return a key of a seal from its columns."""
    if handle is None or spki is None:
        return None
    key = KeyReference(handle=KeyHandle(handle), public_key=PublicKey(spki), purpose=purpose)
    return CertifiedKey(key=key, certificate=None if certificate is None else Certificate(certificate))


def to_seal(row: SealRow) -> Seal:
    """Return the value of a row."""
    return Seal(
        id=row.id,
        state=SealState(row.state),
        last_actor=row.last_actor,
        owner=SubjectId(row.owner),
        kind=SealKind(row.kind),
        name=row.name,
        rim=row.rim,
        row=row.row,
        diameter_mm=row.diameter_mm,
        applied_at=utc(row.applied_at),
        code=row.code,
        owner_key=certified(row.owner_key, row.owner_public_key, row.owner_certificate, KeyPurpose.SEAL_OWNER),
        document_key=certified(
            row.document_key, row.document_public_key, row.document_certificate, KeyPurpose.DOCUMENT
        ),
        seal=row.seal,
        filing_number=row.filing_number,
        valid_until=None if row.valid_until is None else utc(row.valid_until),
        lost_at=None if row.lost_at is None else utc(row.lost_at),
    )


def fill(row: SealRow, seal: Seal) -> None:
    """Write what may change in a seal's life."""
    row.state, row.last_actor, row.code = seal.state, seal.last_actor, seal.code
    row.name, row.rim, row.row, row.diameter_mm = seal.name, seal.rim, seal.row, seal.diameter_mm
    if seal.owner_key is not None:
        row.owner_key, row.owner_public_key = seal.owner_key.key.handle, seal.owner_key.key.public_key.spki
        certificate = seal.owner_key.certificate
        row.owner_certificate = None if certificate is None else certificate.der
    if seal.document_key is not None:
        row.document_key, row.document_public_key = seal.document_key.key.handle, seal.document_key.key.public_key.spki
        certificate = seal.document_key.certificate
        row.document_certificate = None if certificate is None else certificate.der
    row.seal, row.filing_number = seal.seal, seal.filing_number
    row.valid_until, row.lost_at = seal.valid_until, seal.lost_at


def add_seal(tx: Transaction, seal: Seal) -> None:
    """Keep a new seal."""
    row = SealRow(
        id=seal.id,
        state=seal.state,
        last_actor=seal.last_actor,
        owner=seal.owner,
        kind=seal.kind,
        name=seal.name,
        rim=seal.rim,
        row=seal.row,
        diameter_mm=seal.diameter_mm,
        applied_at=seal.applied_at,
    )
    fill(row, seal)
    tx.add(row)
    tx.flush()


def put_seal(tx: Transaction, seal: Seal) -> None:
    """Write a seal that has changed."""
    row = tx.get(SealRow, seal.id)
    if row is not None:
        fill(row, seal)


def get(view: Reading, name: str) -> Seal | None:
    """Return the seal `name`, if there is one."""
    row = view.get(SealRow, name)
    return None if row is None else to_seal(row)


def hold(tx: Transaction, name: str) -> None:
    """Let nobody move the seal `name` along its life until the commit, so that what was seen of it stays true."""
    tx.first(select(SealRow.id).where(col(SealRow.id) == name).with_for_update(read=True))


def find(
    view: Reading, *, owner: str | None = None, kind: SealKind | None = None, code: str | None = None
) -> tuple[Seal, ...]:
    """Return the seals of an owner, of a kind, or with a code."""
    statement = select(SealRow).order_by(col(SealRow.id))
    if owner is not None:
        statement = statement.where(col(SealRow.owner) == owner)
    if kind is not None:
        statement = statement.where(col(SealRow.kind) == kind.value)
    if code is not None:
        statement = statement.where(col(SealRow.code) == code)
    return tuple(to_seal(row) for row in view.exec(statement))


def next_code(tx: Transaction, area: str) -> str:
    """Return the next 14-digit seal code of an area, without gaps or doubles."""
    return f"{area}{next_number(tx, f'seal code {area}'):08d}"


def next_filing_number(tx: Transaction, area: str) -> str:
    """Return the next number under which a seal of an area is filed in this year."""
    return f"BA{area}{tx.now.year}{next_number(tx, f'seal filing {area} {tx.now.year}'):06d}"


def add_history(tx: Transaction, seal: str, entry: HistoryEntry) -> None:
    """Add a step to the history of a seal."""
    count = tx.first(select(func.count()).select_from(SealEventRow).where(col(SealEventRow.seal) == seal)) or 0
    tx.add(
        SealEventRow(
            id=new_id("se", at=entry.at),
            seal=seal,
            sequence=count + 1,
            event="apply" if entry.event is None else entry.event.value,
            state=entry.state,
            actor=entry.actor,
            at=entry.at,
            reason=entry.reason,
            lost_at=entry.lost_at,
        )
    )


def history(view: Reading, seal: str) -> tuple[HistoryEntry, ...]:
    """Return the history of a seal, oldest first."""
    rows = view.exec(select(SealEventRow).where(col(SealEventRow.seal) == seal).order_by(col(SealEventRow.sequence)))
    return tuple(
        HistoryEntry(
            event=None if row.event == "apply" else SealEvent(row.event),
            state=SealState(row.state),
            actor=row.actor,
            at=utc(row.at),
            reason=row.reason,
            lost_at=None if row.lost_at is None else utc(row.lost_at),
        )
        for row in rows
    )


def add_authorisation(tx: Transaction, authorisation: Authorisation) -> None:
    """Keep a new authorisation."""
    tx.add(
        AuthorisationRow(
            id=authorisation.id,
            seal=authorisation.seal,
            holder=authorisation.holder,
            purpose=authorisation.purpose,
            document_kinds=list(authorisation.document_kinds),
            valid_until=authorisation.valid_until,
            times=authorisation.times,
            granted_by=authorisation.granted_by,
            granted_at=authorisation.granted_at,
        )
    )


def authorisations(view: Reading, seal: str, *, holder: str | None = None) -> tuple[Authorisation, ...]:
    """Return the authorisations of a seal, oldest first."""
    statement = select(AuthorisationRow).where(col(AuthorisationRow.seal) == seal)
    if holder is not None:
        statement = statement.where(col(AuthorisationRow.holder) == holder)
    return tuple(to_authorisation(row) for row in view.exec(statement.order_by(col(AuthorisationRow.id))))


def to_authorisation(row: AuthorisationRow) -> Authorisation:
    """Return the value of a row."""
    return Authorisation(
        id=row.id,
        seal=row.seal,
        holder=row.holder,
        purpose=row.purpose,
        document_kinds=tuple(str(kind) for kind in row.document_kinds),
        valid_until=utc(row.valid_until),
        times=row.times,
        used=row.used,
        granted_by=row.granted_by,
        granted_at=utc(row.granted_at),
        withdrawn_at=None if row.withdrawn_at is None else utc(row.withdrawn_at),
    )


def withdraw_authorisation(tx: Transaction, name: str) -> None:
    """Write that an authorisation is withdrawn as of now."""
    row = tx.get(AuthorisationRow, name)
    if row is not None:
        row.withdrawn_at = tx.now


def use_authorisation(tx: Transaction, authorisation: Authorisation) -> bool:
    """Count one stamping; tell whether there was one left. The database decides, so that two cannot take the last."""
    has_left = col(AuthorisationRow.times).is_(None) | (col(AuthorisationRow.used) < col(AuthorisationRow.times))
    still_valid = col(AuthorisationRow.withdrawn_at).is_(None)
    statement = (
        update(AuthorisationRow)
        .where(col(AuthorisationRow.id) == authorisation.id, has_left, still_valid)
        .values(used=AuthorisationRow.used + 1)
    )
    return tx.change(statement) == 1


def give_back(tx: Transaction, authorisation: str) -> None:
    """Take back the count of a stamping that came to nothing."""
    statement = update(AuthorisationRow).where(col(AuthorisationRow.id) == authorisation)
    tx.change(statement.values(used=AuthorisationRow.used - 1))


def add_stamping(tx: Transaction, stamping: Stamping) -> None:
    """Put a stamping into the ledger."""
    tx.add(
        StampingRow(
            id=stamping.id,
            seal=stamping.seal,
            authorisation=stamping.authorisation,
            actor=stamping.actor,
            at=stamping.at,
            purpose=stamping.purpose,
            document_kind=stamping.document_kind,
            document_hash=stamping.document_hash,
            state=stamping.state,
        )
    )


def end_stamping(tx: Transaction, name: str, state: StampingState, *, result: BlobId | None = None) -> bool:
    """Say what came of a stamping; tell whether it was still open. The database decides, so that it ends once."""
    is_open = col(StampingRow.state) == StampingState.PREPARED.value
    statement = (
        update(StampingRow)
        .where(col(StampingRow.id) == name, is_open)
        .values(state=state.value, result=result, version=StampingRow.version + 1)
    )
    return tx.change(statement) == 1


def to_stamping(row: StampingRow) -> Stamping:
    """Return the value of a row."""
    return Stamping(
        id=row.id,
        seal=row.seal,
        authorisation=row.authorisation,
        actor=row.actor,
        at=utc(row.at),
        purpose=row.purpose,
        document_kind=row.document_kind,
        document_hash=row.document_hash,
        state=StampingState(row.state),
        result=None if row.result is None else BlobId(row.result),
    )


def stamping(view: Reading, name: str) -> Stamping | None:
    """Return the stamping `name`, if there is one."""
    row = view.get(StampingRow, name)
    return None if row is None else to_stamping(row)


def stamping_by_hash(view: Reading, document_hash: str) -> Stamping | None:
    """Return the finished stamping over what has this hash, if there is one."""
    row = view.first(
        select(StampingRow).where(
            col(StampingRow.document_hash) == document_hash, col(StampingRow.state) == StampingState.DONE.value
        )
    )
    return None if row is None else to_stamping(row)


def stampings(
    view: Reading, *, seal: str | None = None, state: StampingState | None = None, limit: int = 100
) -> tuple[Stamping, ...]:
    """Return stampings, newest first."""
    statement = select(StampingRow).order_by(col(StampingRow.id).desc()).limit(limit)
    if seal is not None:
        statement = statement.where(col(StampingRow.seal) == seal)
    if state is not None:
        statement = statement.where(col(StampingRow.state) == state)
    return tuple(to_stamping(row) for row in view.exec(statement))
