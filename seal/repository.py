"""Reads and writes the tables of seals and of their history. Rows go in and come out as frozen values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import and_, col, false, func, or_, select

from identity.subject import SubjectId
from seal.grounds import Ground
from seal.image.designs import SealDesign
from seal.kinds import SealKind
from seal.lifecycle import ENDED, SealEvent, SealState
from seal.records import CertifiedKey, DestructionProof, HistoryEntry, Seal
from seal.tables import SealDestructionRow, SealEventRow, SealRow
from trust.certificates import certificate_of
from trust.crypto.public_keys import PublicKey
from trust.identifiers import new_id
from trust.repository import next_number
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.store import Reading, Transaction

__all__ = [
    "CertifiedKey",
    "DestructionProof",
    "HistoryEntry",
    "Lookalike",
    "Page",
    "Seal",
    "SealQuery",
    "add_destruction",
    "add_history",
    "add_seal",
    "destructions",
    "find",
    "get",
    "history",
    "lookalikes",
    "namesakes",
    "next_code",
    "next_filing_number",
    "put_seal",
    "search",
    "waiting",
]


class Page(NamedTuple):
    """Which part of a long list is asked for."""

    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class SealQuery:
    """Which seals are asked for. What is None is not asked."""

    owners: frozenset[str] | None = None
    """The only owners whose seals may be told of."""

    states: frozenset[SealState] | None = None
    kind: SealKind | None = None
    text: str = ""
    """Part of the name, of the code or of the filing number."""


class Lookalike(NamedTuple):
    """What is compared of a seal with the image of another one."""

    id: str
    owner: str
    name: str
    likeness: str


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
    return CertifiedKey(key=key, certificate=None if certificate is None else certificate_of(certificate))


def to_seal(row: SealRow) -> Seal:
    """Return the value of a row."""
    return Seal(
        id=row.id,
        state=SealState(row.state),
        last_actor=row.last_actor,
        owner=SubjectId(row.owner),
        kind=SealKind(row.kind),
        name=row.name,
        design=SealDesign.from_json(row.design or {}),
        likeness=row.likeness,
        bearer=None if row.bearer is None else SubjectId(row.bearer),
        applied_at=utc(row.applied_at),
        entered_at=utc(row.entered_at or row.applied_at),
        code=row.code,
        owner_key=certified(row.owner_key, row.owner_public_key, row.owner_certificate, KeyPurpose.SEAL_OWNER),
        document_key=certified(
            row.document_key, row.document_public_key, row.document_certificate, KeyPurpose.DOCUMENT
        ),
        seal=row.seal,
        filing_number=row.filing_number,
        valid_until=None if row.valid_until is None else utc(row.valid_until),
        lost_at=None if row.lost_at is None else utc(row.lost_at),
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        ground=None if row.ground is None else Ground(row.ground),
    )


def fill(row: SealRow, seal: Seal) -> None:
    """Write what may change in a seal's life."""
    row.state, row.last_actor, row.code = seal.state, seal.last_actor, seal.code
    row.kind, row.name, row.bearer = seal.kind, seal.name, seal.bearer
    row.design, row.likeness, row.entered_at = seal.design.to_json(), seal.likeness, seal.entered_at
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
    row.superseded_by, row.ground = seal.superseded_by, None if seal.ground is None else seal.ground.value


def add_seal(tx: Transaction, seal: Seal) -> None:
    """Keep a new seal."""
    row = SealRow(
        id=seal.id,
        state=seal.state,
        last_actor=seal.last_actor,
        owner=seal.owner,
        kind=seal.kind,
        name=seal.name,
        applied_at=seal.applied_at,
        supersedes=seal.supersedes,
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


def search(view: Reading, query: SealQuery, page: Page) -> tuple[tuple[Seal, ...], int]:
    """Return a page of the seals that fit a query, newest first, and how many fit."""
    wanted: list[Any] = []
    if query.owners is not None:
        wanted.append(col(SealRow.owner).in_(sorted(query.owners)))
    if query.states is not None:
        wanted.append(col(SealRow.state).in_(sorted(query.states)))
    if query.kind is not None:
        wanted.append(col(SealRow.kind) == query.kind.value)
    if query.text:
        columns = (col(SealRow.name), col(SealRow.code), col(SealRow.filing_number))
        wanted.append(or_(*(one.contains(query.text, autoescape=True) for one in columns)))
    return paged(view, wanted, page, order=(col(SealRow.id).desc(),))


def waiting(
    view: Reading, wanted: Sequence[tuple[SealState, Collection[str] | None]], page: Page
) -> tuple[tuple[Seal, ...], int]:
    """Return a page of the seals in these states, of these owners or, where that is None, of all: longest first."""
    parts = [
        col(SealRow.state) == state.value
        if owners is None
        else and_(col(SealRow.state) == state.value, col(SealRow.owner).in_(sorted(owners)))
        for state, owners in wanted
    ]
    order = (func.coalesce(col(SealRow.entered_at), col(SealRow.applied_at)), col(SealRow.id))
    return paged(view, [or_(false(), *parts)], page, order=order)


def paged(view: Reading, wanted: Sequence[Any], page: Page, *, order: Sequence[Any]) -> tuple[tuple[Seal, ...], int]:
    """Return a page of the seals that fit all conditions, and how many fit."""
    count = view.first(select(func.count()).select_from(SealRow).where(*wanted)) or 0
    # The names are found first, in an index that has all that is asked for: rows, which are long, are read of the page
    # alone.
    names = select(SealRow.id).where(*wanted).order_by(*order).offset(page.offset).limit(page.limit)
    rows = view.exec(select(SealRow).where(col(SealRow.id).in_(names)).order_by(*order))
    return tuple(to_seal(row) for row in rows), count


def lookalikes(view: Reading) -> tuple[Lookalike, ...]:
    """Return what the images of all seals look like that have not ended."""
    row = SealRow
    statement = select(row.id, row.owner, row.name, row.likeness).where(
        col(row.likeness).is_not(None), col(row.state).not_in(sorted(ENDED))
    )
    return tuple(Lookalike(*map(str, found)) for found in view.rows(statement))


def namesakes(view: Reading, name: str, *, but: str) -> tuple[str, ...]:
    """Return the seals of this whole name that have not ended, of all owners but one."""
    statement = select(SealRow.id).where(
        col(SealRow.name) == name, col(SealRow.owner) != but, col(SealRow.state).not_in(sorted(ENDED))
    )
    return tuple(view.exec(statement.order_by(col(SealRow.id))))


def next_code(tx: Transaction, area: str) -> str:
    """Return the next 14-digit seal code of an area, without gaps or doubles."""
    return f"{area}{next_number(tx, f'seal code {area}'):08d}"


def next_filing_number(tx: Transaction, area: str) -> str:
    """Return the next number under which a seal of an area is filed in this year."""
    return f"BA{area}{tx.now.year}{next_number(tx, f'seal filing {area} {tx.now.year}'):06d}"


def add_history(tx: Transaction, seal: str, entry: HistoryEntry) -> int:
    """Add a step to the history of a seal, and return its place there, from 1 on."""
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
            ground=None if entry.ground is None else entry.ground.value,
            changes=dict(entry.changes) or None,
        )
    )
    return count + 1


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
            ground=None if row.ground is None else Ground(row.ground),
            changes=row.changes or {},
        )
        for row in rows
    )


def add_destruction(tx: Transaction, seal: str, proof: DestructionProof) -> None:
    """Keep the proof that a key of a seal is gone."""
    tx.add(
        SealDestructionRow(
            seal=seal,
            key=proof.key,
            at=proof.at,
            statement=proof.statement,
            signature=proof.signature,
            certificate=proof.certificate,
        )
    )


def destructions(view: Reading, seal: str) -> tuple[DestructionProof, ...]:
    """Return the proofs that the keys of a seal are gone."""
    rows = view.exec(
        select(SealDestructionRow).where(col(SealDestructionRow.seal) == seal).order_by(col(SealDestructionRow.key))
    )
    return tuple(
        DestructionProof(
            key=row.key, at=utc(row.at), statement=row.statement, signature=row.signature, certificate=row.certificate
        )
        for row in rows
    )
