"""Reads and writes the tables of sharing. What may be personal is enciphered on its way in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import col, func, select

from identity.subject import SubjectId
from licence.lifecycle import LicenceState
from licence.sharing.entries import (
    Call,
    Consent,
    Disclosure,
    GrantState,
    LegalBasis,
    LicenceUse,
    SharedType,
    SharingGrant,
    SharingPurpose,
    Within,
)
from licence.sharing.file_repository import FileRepository, maybe, protect, reveal, utc
from licence.sharing.tables import (
    LicenceConsentRow,
    LicenceUseRow,
    SharingGrantRow,
)
from licence.tables import LicenceRow
from trust.identifiers import first_id
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["NEVER_ISSUED", "SharingRepository"]

NEVER_ISSUED: Final = (LicenceState.PREPARED, LicenceState.VOID)
"""States of what nobody may be told of: it is not a licence yet, or never became one."""


def to_grant(row: SharingGrantRow) -> SharingGrant:
    """Return the value of a row."""
    types = (SharedType(code=t["code"], fields={n: Disclosure(d) for n, d in t["fields"].items()}) for t in row.types)
    return SharingGrant(
        id=row.id,
        state=GrantState(row.state),
        last_actor=row.last_actor,
        issuer=row.issuer,
        client=row.client,
        types=tuple(types),
        calls=frozenset(Call(one) for one in row.calls),
        purposes=tuple(SharingPurpose(code=one["code"], words=one["words"]) for one in row.purposes),
        basis=LegalBasis(law=row.law, matter=row.matter) if row.law else None,
        valid_until=utc(row.valid_until),
        proposed_by=row.proposed_by,
        proposed_at=utc(row.proposed_at),
        decided_by=row.decided_by,
        decided_at=maybe(row.decided_at),
        ended_at=maybe(row.ended_at),
        reason=row.reason,
    )


class SharingRepository:
    """The tables of sharing."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection
        self.files = FileRepository(protection)
        """Copies and temporary addresses."""

    # --- grants

    def add_grant(self, tx: Transaction, grant: SharingGrant) -> None:
        """Keep a new grant."""
        types = [{"code": t.code, "fields": {n: d.value for n, d in t.fields.items()}} for t in grant.types]
        tx.add(
            SharingGrantRow(
                id=grant.id,
                state=grant.state,
                last_actor=grant.last_actor,
                issuer=grant.issuer,
                client=grant.client,
                types=types,
                calls=sorted(one.value for one in grant.calls),
                purposes=[{"code": one.code, "words": one.words} for one in grant.purposes],
                law="" if grant.basis is None else grant.basis.law,
                matter="" if grant.basis is None else grant.basis.matter,
                valid_until=grant.valid_until,
                proposed_by=grant.proposed_by,
                proposed_at=grant.proposed_at,
            )
        )

    def put_grant(self, tx: Transaction, grant: SharingGrant) -> None:
        """Write what became of a grant."""
        row = tx.get(SharingGrantRow, grant.id)
        if row is not None:
            row.state, row.last_actor, row.reason = grant.state, grant.last_actor, grant.reason
            row.decided_by, row.decided_at, row.ended_at = grant.decided_by, grant.decided_at, grant.ended_at

    def grant(self, view: Reading, name: str) -> SharingGrant | None:
        """Return the grant `name`, if there is one."""
        row = view.get(SharingGrantRow, name)
        return None if row is None else to_grant(row)

    def grants_of_client(self, view: Reading, client: str) -> tuple[SharingGrant, ...]:
        """Return what a client was ever granted, oldest first."""
        mine = select(SharingGrantRow).where(col(SharingGrantRow.client) == client)
        return tuple(to_grant(row) for row in view.exec(mine.order_by(col(SharingGrantRow.id))))

    def grants_of_issuers(
        self, view: Reading, issuers: frozenset[str], *, before: str | None = None, limit: int | None = None
    ) -> tuple[SharingGrant, ...]:
        """Return what these authorities ever granted, newest first; `before` is the last one of the page before."""
        mine = select(SharingGrantRow).where(col(SharingGrantRow.issuer).in_(sorted(issuers)))
        if before is not None:
            mine = mine.where(col(SharingGrantRow.id) < before)
        return tuple(to_grant(row) for row in view.exec(mine.order_by(col(SharingGrantRow.id).desc()).limit(limit)))

    def hold_grants(self, tx: Transaction, client: str) -> None:
        """Let no other call of this client be counted until the commit."""
        mine = select(SharingGrantRow.id).where(col(SharingGrantRow.client) == client)
        tx.exec(mine.order_by(col(SharingGrantRow.id)).with_for_update())

    # --- consents

    def add_consent(self, tx: Transaction, consent: Consent) -> None:
        """Keep a new consent."""
        plain = {"words": consent.words, "evidence": dict(consent.evidence)}
        tx.add(
            LicenceConsentRow(
                id=consent.id,
                grant=consent.grant,
                client=consent.client,
                holder=consent.holder,
                licence=consent.licence,
                type_code=consent.type_code,
                purpose=consent.purpose,
                words_version=consent.words_version,
                words_digest=consent.words_digest,
                protected=protect(self.protection, plain, context=f"licence consent {consent.id}"),
                given_by=consent.given_by,
                channel=consent.channel,
                given_at=consent.given_at,
                valid_until=consent.valid_until,
                times=consent.times,
            )
        )

    def withdraw_consent(self, tx: Transaction, name: str, *, actor: str) -> None:
        """Say that a consent was withdrawn."""
        row = tx.get(LicenceConsentRow, name)
        if row is not None:
            row.withdrawn_at, row.withdrawn_by = tx.now, actor

    def use_consent(self, tx: Transaction, name: str) -> bool:
        """Count a call on a consent; tell whether it still held. The database decides, so that none is counted over."""
        row = LicenceConsentRow
        statement = sa.update(row).where(
            col(row.id) == name,
            col(row.withdrawn_at).is_(None),
            col(row.valid_until) > tx.now,
            col(row.times).is_(None) | (col(row.used) < col(row.times)),
        )
        counted = statement.values(used=col(row.used) + 1).execution_options(synchronize_session=False)
        return tx.change(counted) == 1

    def consent(self, view: Reading, name: str) -> Consent | None:
        """Return the consent `name`, if there is one."""
        row = view.get(LicenceConsentRow, name)
        return None if row is None else self.to_consent(row)

    def consents_of(
        self, view: Reading, holders: Sequence[str], *, before: str | None = None, limit: int | None = None
    ) -> tuple[Consent, ...]:
        """Return what a holder ever agreed to under any identifier, newest first.

        `before` is the last one of the page before.
        """
        row = LicenceConsentRow
        mine = select(row).where(col(row.holder).in_(holders))
        if before is not None:
            mine = mine.where(col(row.id) < before)
        return tuple(self.to_consent(one) for one in view.exec(mine.order_by(col(row.id).desc()).limit(limit)))

    def consents_under(self, view: Reading, grant: str, holders: Sequence[str]) -> tuple[Consent, ...]:
        """Return what a holder ever agreed to under a grant, oldest first."""
        row = LicenceConsentRow
        mine = select(row).where(col(row.grant) == grant, col(row.holder).in_(holders))
        return tuple(self.to_consent(one) for one in view.exec(mine.order_by(col(row.id))))

    def to_consent(self, row: LicenceConsentRow) -> Consent:
        """Return the value of a row."""
        plain = reveal(self.protection, row.protected, context=f"licence consent {row.id}")
        return Consent(
            id=row.id,
            grant=row.grant,
            client=row.client,
            holder=SubjectId(row.holder),
            licence=row.licence,
            type_code=row.type_code,
            purpose=row.purpose,
            words_version=row.words_version,
            words_digest=row.words_digest,
            words=plain["words"],
            evidence=plain["evidence"],
            given_by=row.given_by,
            channel=row.channel,
            given_at=utc(row.given_at),
            valid_until=utc(row.valid_until),
            times=row.times,
            used=row.used,
            withdrawn_at=maybe(row.withdrawn_at),
            withdrawn_by=row.withdrawn_by,
        )

    # --- uses

    def add_use(self, tx: Transaction, use: LicenceUse) -> None:
        """Keep the line of a call."""
        protected = protect(self.protection, use.details, context=f"licence use {use.id}") if use.details else None
        tx.add(
            LicenceUseRow(
                id=use.id,
                at=use.at,
                client=use.client,
                call=use.call,
                holder=use.holder,
                licence=use.licence,
                type_code=use.type_code,
                purpose=use.purpose,
                grant=use.grant,
                consent=use.consent,
                code=use.code,
                handed_out=use.handed_out,
                protected=protected,
            )
        )

    def uses_of(
        self, view: Reading, holders: Sequence[str], *, consent: str | None = None, before: str | None, limit: int
    ) -> tuple[LicenceUse, ...]:
        """Return a page of the calls about a holder, newest first; `before` is the last line of the page before.

        `consent` is the one that they rested on; None: every call.
        """
        statement = select(LicenceUseRow).where(col(LicenceUseRow.holder).in_(holders))
        if consent is not None:
            statement = statement.where(col(LicenceUseRow.consent) == consent)
        if before is not None:
            statement = statement.where(col(LicenceUseRow.id) < before)
        rows = view.exec(statement.order_by(col(LicenceUseRow.id).desc()).limit(limit))
        return tuple(self.to_use(row) for row in rows)

    def uses_by(self, view: Reading, client: str, *, limit: int = 100) -> tuple[LicenceUse, ...]:
        """Return the newest calls of a client."""
        mine = select(LicenceUseRow).where(col(LicenceUseRow.client) == client)
        return tuple(self.to_use(row) for row in view.exec(mine.order_by(col(LicenceUseRow.id).desc()).limit(limit)))

    def counts(self, view: Reading, type_code: str, *, since: datetime) -> tuple[tuple[str, str, bool, int], ...]:
        """Return how often each client made each call about a type, and whether it was refused."""
        row = LicenceUseRow
        refused = col(row.code) != ""
        statement = (
            sa.select(col(row.client), col(row.call), refused, func.count())
            .where(col(row.type_code) == type_code, col(row.id) >= first_id("use", at=since))
            .group_by(col(row.client), col(row.call), refused)
            .order_by(col(row.client), col(row.call), refused)
        )
        return tuple(
            (client, call, bool(was_refused), count) for client, call, was_refused, count in view.rows(statement)
        )

    def tries(self, view: Reading, *, client: str, licence: str, code: str, since: datetime) -> int:
        """Return how often the calls of a client about a licence came to `code` of late."""
        row = LicenceUseRow
        mine = select(func.count()).select_from(row)
        mine = mine.where(
            col(row.licence) == licence,
            col(row.client) == client,
            col(row.code) == code,
            col(row.id) >= first_id("use", at=since),
        )
        return view.first(mine) or 0

    def to_use(self, row: LicenceUseRow) -> LicenceUse:
        """Return the value of a row."""
        details = (
            {} if row.protected is None else reveal(self.protection, row.protected, context=f"licence use {row.id}")
        )
        return LicenceUse(
            id=row.id,
            at=utc(row.at),
            client=row.client,
            call=row.call,
            holder=row.holder,
            licence=row.licence,
            type_code=row.type_code,
            purpose=row.purpose,
            grant=row.grant,
            consent=row.consent,
            code=row.code,
            handed_out=row.handed_out,
            details=details,
        )

    # --- licences

    def licences_of(
        self, view: Reading, holders: Sequence[str], *, before: str | None = None, limit: int | None = None
    ) -> tuple[str, ...]:
        """Return the names of the licences that a holder has or had under any identifier, newest first.

        `before` is the last one of the page before.
        """
        row = LicenceRow
        mine = select(row.id).where(col(row.holder).in_(holders), col(row.state).not_in(NEVER_ISSUED))
        if before is not None:
            mine = mine.where(col(row.id) < before)
        return tuple(view.exec(mine.order_by(col(row.id).desc()).limit(limit)))

    def licences_within(
        self, view: Reading, holders: Sequence[str], within: Sequence[Within], *, before: str | None, limit: int
    ) -> tuple[str, ...]:
        """Return those of `licences_of` that a client may know of by one of `within`, newest first."""
        row = LicenceRow
        any_of = sa.or_(
            sa.false(),
            *(
                sa.and_(
                    col(row.issuer) == one.issuer,
                    col(row.type).in_(sorted(one.types)),
                    sa.true() if one.licence is None else col(row.id) == one.licence,
                )
                for one in within
            ),
        )
        mine = select(row.id).where(col(row.holder).in_(holders), col(row.state).not_in(NEVER_ISSUED), any_of)
        if before is not None:
            mine = mine.where(col(row.id) < before)
        return tuple(view.exec(mine.order_by(col(row.id).desc()).limit(limit)))
