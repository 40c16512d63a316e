"""Reads and writes what was proven of subjects, and answers what of it counts now."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, delete, func
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.levels import Level
from identity.proofing.proofing import Evidence, Method, Proofing, ProofingState, Source
from identity.proofing.tables import LevelCapRow, ProofingRow
from identity.subject import Assurance
from trust.identifiers import new_id
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = [
    "add",
    "assurance_of",
    "cap",
    "cap_of",
    "erase_evidence",
    "level_of",
    "lift_caps",
    "of_subject",
    "proofing",
    "proven_level",
    "top_level",
    "used",
    "withdraw",
]

PROOFINGS: Final = Row.metadata.tables[ProofingRow.__tablename__]
CAPS: Final = Row.metadata.tables[LevelCapRow.__tablename__]


def in_force(subject: Any, now: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column, or what it is compared with
    """Return what holds of the proofings of a subject that count now."""
    return and_(
        PROOFINGS.c.subject == subject,
        PROOFINGS.c.state == ProofingState.IN_FORCE.value,
        PROOFINGS.c.at <= now,
        PROOFINGS.c.expires_at > now,
    )


def proven_level(subject: Any) -> ScalarSelect[Any]:  # noqa: ANN401 - a column
    """Return the question which level is proven of the subject in a column; it takes `now`, and may answer None."""
    return columns(func.max(PROOFINGS.c.level)).where(in_force(subject, bindparam("now"))).scalar_subquery()


def cap_of(person: Any) -> ScalarSelect[Any]:  # noqa: ANN401 - a column
    """Return the question which level the person in a column has at most; it takes `now`, and may answer None."""
    holds = (CAPS.c.person == person) & (CAPS.c.until > bindparam("now"))
    return columns(func.min(CAPS.c.level)).where(holds).scalar_subquery()


def top_level(proven: int | None, most: int | None) -> Level:
    """Return the level of a person from the answers to `proven_level` and `cap_of`."""
    return Level(min(Level.NONE if proven is None else proven, Level.HIGH if most is None else most))


BEST: Final = Written(
    columns(
        *(PROOFINGS.c.level, PROOFINGS.c.method, PROOFINGS.c.provider, PROOFINGS.c.officers),
        *(PROOFINGS.c.at, PROOFINGS.c.expires_at, cap_of(bindparam("subject")).label("most")),
    )
    .where(in_force(bindparam("subject"), bindparam("now")))
    .order_by(PROOFINGS.c.level.desc(), PROOFINGS.c.expires_at.desc(), PROOFINGS.c.id)
    .limit(1)
)


def assurance_of(view: Reading, subject: str) -> Assurance | None:
    """Return how sure we are of a subject now: by the best proofing that counts, and no more than its cap."""
    row = next(iter(view.rows(BEST, subject=subject, now=view.now)), None)
    if row is None:
        return None
    level, method, provider, officers, at, expires_at, most = row
    return Assurance(
        level=top_level(level, most),
        source=f"{method}:{provider}" if method == Method.PLATFORM else method,
        by=provider or officers[-1],
        at=at.astimezone(UTC),
        expires_at=expires_at.astimezone(UTC),
    )


def level_of(view: Reading, subject: str) -> Level:
    """Return the level that is proven of a subject now."""
    assurance = assurance_of(view, subject)
    return Level.NONE if assurance is None else Level(assurance.level)


def add(tx: Transaction, made: Proofing) -> None:
    """Keep a proofing."""
    tx.add(
        ProofingRow(
            id=made.id,
            subject=made.subject,
            method=made.method,
            sources=" ".join(sorted(made.sources)),
            level=made.level,
            officers=list(made.officers),
            provider=made.provider,
            transaction=made.transaction or None,
            evidence=[one.told for one in made.evidence],
            at=made.at,
            expires_at=made.expires_at,
            state=made.state,
        )
    )


def of_subject(view: Reading, subject: str) -> tuple[Proofing, ...]:
    """Return the proofings of a subject, the newest first."""
    asked = select(ProofingRow).where(col(ProofingRow.subject) == subject)
    rows = view.exec(asked.order_by(col(ProofingRow.at).desc(), col(ProofingRow.id).desc()))
    return tuple(to_proofing(row) for row in rows)


def proofing(view: Reading, name: str) -> Proofing | None:
    """Return a proofing by its name, if there is one."""
    row = view.get(ProofingRow, name)
    return None if row is None else to_proofing(row)


def used(view: Reading, *, provider: str, transaction: str) -> bool:
    """Tell whether a provider's answer has made a proofing already."""
    asked = select(ProofingRow.id).where(col(ProofingRow.provider) == provider)
    return view.first(asked.where(col(ProofingRow.transaction) == transaction)) is not None


def withdraw(tx: Transaction, name: str) -> None:
    """Let a proofing count no longer."""
    row = tx.get(ProofingRow, name)
    if row is not None:
        row.state = ProofingState.WITHDRAWN


def cap(tx: Transaction, person: str, level: Level, *, until: datetime, reason: str) -> None:
    """Let a person have no more than a level until a moment."""
    name = new_id("cap", at=tx.now)
    tx.add(LevelCapRow(id=name, person=person, level=level, until=until, reason=reason))


def lift_caps(tx: Transaction, person: str) -> int:
    """Take away what a person was held to, and return how many caps those were."""
    return tx.change(delete(LevelCapRow).where(col(LevelCapRow.person) == person))


def erase_evidence(tx: Transaction, subject: str) -> int:
    """Forget the digests of what was looked at, and return of how many proofings."""
    rows = [row for row in tx.exec(select(ProofingRow).where(col(ProofingRow.subject) == subject)) if row.evidence]
    for row in rows:
        row.evidence = []
    return len(rows)


def to_proofing(row: ProofingRow) -> Proofing:
    """Return the value of a row."""
    return Proofing(
        id=row.id,
        subject=row.subject,
        method=Method(row.method),
        sources=frozenset(map(Source, row.sources.split())),
        level=Level(row.level),
        officers=tuple(row.officers),
        provider=row.provider,
        transaction=row.transaction or "",
        evidence=tuple(map(Evidence.read, row.evidence)),
        at=row.at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        state=ProofingState(row.state),
    )
