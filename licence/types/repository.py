"""Reads and writes the tables of licence types and their versions."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import col, exists, func, or_, select

from identity.subject import SubjectId
from licence.lifecycle import TypeState
from licence.types.kind import IssuingAuthority, LicenceType
from licence.types.particulars import TypeParticulars
from licence.types.search import TypeSearch
from licence.types.tables import LicenceTypeRow, LicenceTypeVersionRow
from trust.store import Reading, Transaction

__all__ = ["TypeRepository"]


def name_of(kind: str, number: int) -> str:
    """Return the primary key of a version."""
    return f"{kind}.{number}"


def to_type(row: LicenceTypeRow, version: LicenceTypeVersionRow) -> LicenceType:
    """Return the value of two rows."""
    return LicenceType(
        id=row.id,
        version=version.number,
        state=TypeState(version.state),
        last_actor=version.last_actor,
        issuer=SubjectId(row.issuer),
        issuing=tuple(
            IssuingAuthority(authority=SubjectId(one["authority"]), seal=one["seal"]) for one in version.issuing
        ),
        template=version.template,
        effective_from=version.effective_from,
        particulars=TypeParticulars.from_json(version.particulars, version.data_schema),
        remark=version.remark,
    )


def issuing_member(kind: LicenceType) -> list[dict[str, Any]]:
    """Return who issues licences of a type, as JSON."""
    return [{"authority": one.authority, "seal": one.seal} for one in kind.issuing]


def conditions_of(search: TypeSearch) -> Iterable[Any]:
    """Yield the conditions that a type must fit."""
    version = LicenceTypeVersionRow
    mine = col(version.type) == col(LicenceTypeRow.id)
    if search.text:
        particulars: Any = col(version.particulars)
        chinese = particulars["name"].as_string().contains(search.text, autoescape=True)
        english = particulars["name_en"].as_string().icontains(search.text, autoescape=True)
        called = exists().where(mine, or_(chinese, english))
        yield or_(col(LicenceTypeRow.code).contains(search.text, autoescape=True), called)
    if search.state is not None:
        yield exists().where(mine, col(version.state) == search.state)


class TypeRepository:
    """The tables of licence types."""

    # --- reading

    def identify(self, view: Reading, name: str) -> str | None:
        """Return the identifier of the type with an identifier or a type code, if there is one."""
        row = self.row(view, name)
        return None if row is None else row.id

    def row(self, view: Reading, name: str) -> LicenceTypeRow | None:
        """Return the row of a type by its identifier or its type code."""
        mine = or_(col(LicenceTypeRow.id) == name, col(LicenceTypeRow.code) == name)
        return view.first(select(LicenceTypeRow).where(mine))

    def hold(self, tx: Transaction, name: str) -> str | None:
        """Return the identifier of a type as `identify` does, and keep others who hold it waiting until the commit."""
        mine = or_(col(LicenceTypeRow.id) == name, col(LicenceTypeRow.code) == name)
        row = tx.first(select(LicenceTypeRow).where(mine).with_for_update())
        return None if row is None else row.id

    def versions(self, view: Reading, kind: str) -> tuple[LicenceType, ...]:
        """Return the versions of a type by its identifier, oldest first."""
        row = view.get(LicenceTypeRow, kind)
        assert row is not None  # noqa: S101 - it was just identified
        statement = select(LicenceTypeVersionRow).where(col(LicenceTypeVersionRow.type) == kind)
        found = view.exec(statement.order_by(col(LicenceTypeVersionRow.number)))
        return tuple(to_type(row, one) for one in found)

    def all(self, view: Reading) -> tuple[tuple[LicenceType, ...], ...]:
        """Return the versions of every type, in the order of type codes."""
        rows = view.exec(select(LicenceTypeRow).order_by(col(LicenceTypeRow.code)))
        return tuple(self.versions(view, row.id) for row in rows)

    def page(self, view: Reading, search: TypeSearch) -> tuple[tuple[tuple[LicenceType, ...], ...], int]:
        """Return the versions of each type of a page, in the order of type codes, and how many types there are."""
        wanted = list(conditions_of(search))
        total = view.first(select(func.count()).select_from(LicenceTypeRow).where(*wanted)) or 0
        order = select(LicenceTypeRow).where(*wanted).order_by(col(LicenceTypeRow.code))
        kinds = {row.id: row for row in view.exec(order.offset(search.offset).limit(search.limit))}
        versions: dict[str, list[LicenceType]] = {name: [] for name in kinds}
        statement = select(LicenceTypeVersionRow).where(col(LicenceTypeVersionRow.type).in_(kinds))
        for one in view.exec(statement.order_by(col(LicenceTypeVersionRow.number))):
            versions[one.type].append(to_type(kinds[one.type], one))
        return tuple(map(tuple, versions.values())), total

    # --- writing

    def add(self, tx: Transaction, kind: LicenceType) -> None:
        """Keep a new version, and its type with the first one."""
        if kind.version == 1:
            tx.add(LicenceTypeRow(id=kind.id, code=kind.code, issuer=kind.issuer))
            tx.flush()
        tx.add(
            LicenceTypeVersionRow(
                id=name_of(kind.id, kind.version),
                type=kind.id,
                number=kind.version,
                state=kind.state,
                last_actor=kind.last_actor,
                effective_from=kind.effective_from,
                template=kind.template,
                issuing=issuing_member(kind),
                particulars=kind.particulars.to_json(),
                data_schema=dict(kind.particulars.schema),
            )
        )

    def redraft(self, tx: Transaction, kind: LicenceType) -> None:
        """Write a draft anew: what a reviewer said of the one before is over."""
        row = self.version(tx, kind)
        row.state, row.remark = kind.state, kind.remark
        row.last_actor, row.template, row.issuing = kind.last_actor, kind.template, issuing_member(kind)
        row.particulars, row.data_schema = kind.particulars.to_json(), dict(kind.particulars.schema)

    def move(self, tx: Transaction, kind: LicenceType, *, effective_from: date | None) -> None:
        """Write the state of a version, who took it there, and from when on it is in effect."""
        row = self.version(tx, kind)
        row.state, row.last_actor, row.effective_from = kind.state, kind.last_actor, effective_from
        row.remark = kind.remark

    def version(self, tx: Transaction, kind: LicenceType) -> LicenceTypeVersionRow:
        """Return the row of a version that was read in this transaction."""
        row = tx.get(LicenceTypeVersionRow, name_of(kind.id, kind.version))
        assert row is not None  # noqa: S101 - it was just read
        return row
