"""Reads and writes the tables of the OpenID Provider, but for its keys (key_repository.py)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select

from identity import token_repository
from identity.levels import Factor, Level
from identity.openid.grants import Acting, Consent, Grant, Participant, Token, TokenKind
from identity.openid.metadata import ClientMetadata
from identity.openid.scopes import Scope, scopes_of, spelled
from identity.openid.tables import (
    OpenIDClientRow,
    OpenIDConsentRow,
    OpenIDGrantRow,
    OpenIDParticipantRow,
    OpenIDRequestRow,
    OpenIDTokenRow,
)
from trust.store import Reading, Transaction

__all__ = ["BATCH", "Kept", "OpenIDRepository"]

BATCH = 200
"""Sessions that are found at a time."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A login that was asked for, as it is kept."""

    client: str
    parameters: dict[str, str]
    is_pushed: bool
    asked_at: datetime
    expires_at: datetime


def scopes_in(text: str) -> frozenset[Scope]:
    """Return the scopes of a row."""
    return scopes_of(text) or frozenset()


def to_grant(row: OpenIDGrantRow) -> Grant:
    """Return the value of a row."""
    acting = None
    if row.organisation is not None:
        acting = Acting(organisation=row.organisation, standing=row.standing or "", delegation=row.delegation)
    return Grant(
        id=row.id,
        client=row.client,
        person=row.person,
        session=row.session,
        scopes=scopes_in(row.scope),
        nonce=row.nonce,
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        key=row.key or "",
        resource=row.resource,
        level=Level(row.level),
        factors=frozenset(map(Factor, row.factors.split())),
        authenticated_at=row.authenticated_at.astimezone(UTC),
        acting=acting,
        begun_at=row.begun_at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        ended_at=None if row.ended_at is None else row.ended_at.astimezone(UTC),
    )


def to_consent(row: OpenIDConsentRow) -> Consent:
    """Return the value of a row."""
    return Consent(
        id=row.id,
        person=row.person,
        client=row.client,
        scopes=scopes_in(row.scope),
        given_at=row.given_at.astimezone(UTC),
    )


def to_participant(row: OpenIDParticipantRow) -> Participant:
    """Return the value of a row."""
    return Participant(
        session=row.session, client=row.client, person=row.person, sid=row.sid, organisation=row.organisation
    )


class OpenIDRepository:
    """The tables of the OpenID Provider."""

    # --- registrations

    def metadata(self, view: Reading, client: str) -> ClientMetadata | None:
        """Return what was approved for a business system, if anything was."""
        row = view.get(OpenIDClientRow, client)
        return None if row is None else ClientMetadata.of_json(row.registered)

    def put_metadata(self, tx: Transaction, client: str, registered: ClientMetadata, *, by: str, approver: str) -> None:
        """Write what was approved, in the place of what was before."""
        row = tx.get(OpenIDClientRow, client)
        content: dict[str, Any] = registered.to_json()
        if row is None:
            row = OpenIDClientRow(
                client=client, registered=content, proposed_by=by, approved_by=approver, approved_at=tx.now
            )
            tx.add(row)
        else:
            row.registered, row.proposed_by, row.approved_by, row.approved_at = content, by, approver, tx.now

    def owner_of(self, view: Reading, resource: str) -> str | None:
        """Return the business system that has registered a resource as its own, if one has."""
        rows = view.exec(select(OpenIDClientRow).order_by(col(OpenIDClientRow.client)))
        return next((row.client for row in rows if resource in row.registered.get("resources", ())), None)

    # --- logins on their way

    def add_request(self, tx: Transaction, digest: str, kept: Kept) -> None:
        """Keep a login that was asked for, and forget those that nobody has finished in time."""
        tx.change(delete(OpenIDRequestRow).where(col(OpenIDRequestRow.expires_at) <= tx.now))
        tx.add(
            OpenIDRequestRow(
                digest=digest,
                client=kept.client,
                parameters=kept.parameters,
                is_pushed=kept.is_pushed,
                asked_at=kept.asked_at,
                expires_at=kept.expires_at,
            )
        )

    def request(self, view: Reading, digest: str) -> Kept | None:
        """Return a login that was asked for, if it still holds."""
        row = view.get(OpenIDRequestRow, digest)
        if row is None or row.expires_at.astimezone(UTC) <= view.now:
            return None
        return Kept(
            client=row.client,
            parameters=dict(row.parameters),
            is_pushed=row.is_pushed,
            asked_at=row.asked_at.astimezone(UTC),
            expires_at=row.expires_at.astimezone(UTC),
        )

    def take_request(self, tx: Transaction, digest: str) -> bool:
        """Forget a login that is finished; tell whether this was the first to do so."""
        return tx.change(delete(OpenIDRequestRow).where(col(OpenIDRequestRow.digest) == digest)) == 1

    # --- grants and their tokens

    def add_grant(self, tx: Transaction, grant: Grant) -> None:
        """Keep a new grant."""
        acting = grant.acting
        tx.add(
            OpenIDGrantRow(
                id=grant.id,
                client=grant.client,
                person=grant.person,
                session=grant.session,
                scope=spelled(grant.scopes),
                nonce=grant.nonce,
                redirect_uri=grant.redirect_uri,
                challenge=grant.challenge,
                key=grant.key or None,
                resource=grant.resource,
                level=grant.level,
                factors=" ".join(sorted(grant.factors)),
                authenticated_at=grant.authenticated_at,
                organisation=None if acting is None else acting.organisation,
                standing=None if acting is None else acting.standing,
                delegation=None if acting is None else acting.delegation,
                begun_at=grant.begun_at,
                expires_at=grant.expires_at,
            )
        )
        tx.flush()

    def add_token(
        self,
        tx: Transaction,
        digest: str,
        *,
        grant: str,
        kind: TokenKind,
        scopes: frozenset[Scope],
        until: datetime,
        key: str = "",
        resource: str | None = None,
    ) -> None:
        """Keep a new token, with the key that it is bound to and what it is for, if that is anything."""
        tx.add(
            OpenIDTokenRow(
                digest=digest,
                grant=grant,
                kind=kind,
                scope=spelled(scopes),
                begun_at=tx.now,
                expires_at=until,
                key=key or None,
                resource=resource,
            )
        )

    def token(self, view: Reading, digest: str) -> Token | None:
        """Return the token with a digest and the grant that it hangs on, whether or not they hold."""
        row = view.get(OpenIDTokenRow, digest)
        grant = None if row is None else view.get(OpenIDGrantRow, row.grant)
        if row is None or grant is None:
            return None
        return Token(
            grant=to_grant(grant),
            kind=TokenKind(row.kind),
            scopes=scopes_in(row.scope),
            begun_at=row.begun_at.astimezone(UTC),
            expires_at=row.expires_at.astimezone(UTC),
            used_at=None if row.used_at is None else row.used_at.astimezone(UTC),
            key=row.key or "",
            resource=row.resource,
        )

    def use_token(self, tx: Transaction, digest: str) -> bool:
        """Mark a code or refresh token as used; tell whether it was fresh. Of several at once one alone is told so."""
        fresh = col(OpenIDTokenRow.digest) == digest, col(OpenIDTokenRow.used_at).is_(None)
        return tx.change(update(OpenIDTokenRow).where(*fresh).values(used_at=tx.now)) == 1

    def end_token(self, tx: Transaction, digest: str) -> None:
        """Forget a token."""
        tx.change(delete(OpenIDTokenRow).where(col(OpenIDTokenRow.digest) == digest))

    def end_grants(self, tx: Transaction, *, grant: str = "", person: str = "", client: str = "") -> int:
        """End one grant, or all of a person at a business system; every token of them is worth nothing from now on."""
        which: list[ColumnElement[bool]] = [col(OpenIDGrantRow.ended_at).is_(None)]
        if grant:
            which.append(col(OpenIDGrantRow.id) == grant)
        else:
            which += [col(OpenIDGrantRow.person) == person, col(OpenIDGrantRow.client) == client]
        return tx.change(update(OpenIDGrantRow).where(*which).values(ended_at=tx.now))

    def has_expired(self, view: Reading) -> bool:
        """Tell whether there is anything that `forget` would forget."""
        access = select(OpenIDTokenRow).where(
            col(OpenIDTokenRow.kind) == TokenKind.ACCESS, col(OpenIDTokenRow.expires_at) <= view.now
        )
        grant = select(OpenIDGrantRow).where(col(OpenIDGrantRow.expires_at) <= view.now)
        return view.first(access.limit(1)) is not None or view.first(grant.limit(1)) is not None

    def forget(self, tx: Transaction) -> int:
        """Forget tokens that have expired, and grants whose last token has; return how many rows that were.

        A used code is kept as long as its grant, so that its second use is noticed.
        """
        over = select(OpenIDGrantRow.id).where(col(OpenIDGrantRow.expires_at) <= tx.now)
        access = col(OpenIDTokenRow.kind) == TokenKind.ACCESS
        gone = tx.change(delete(OpenIDTokenRow).where(access, col(OpenIDTokenRow.expires_at) <= tx.now))
        gone += tx.change(delete(OpenIDTokenRow).where(col(OpenIDTokenRow.grant).in_(over)))
        return gone + tx.change(delete(OpenIDGrantRow).where(col(OpenIDGrantRow.expires_at) <= tx.now))

    def forget_person(self, tx: Transaction, person: str) -> int:
        """Forget everything that is kept of a person who was merged or erased; return how many rows that were."""
        own = select(OpenIDGrantRow.id).where(col(OpenIDGrantRow.person) == person)
        gone = tx.change(delete(OpenIDTokenRow).where(col(OpenIDTokenRow.grant).in_(own)))
        gone += tx.change(delete(OpenIDGrantRow).where(col(OpenIDGrantRow.person) == person))
        gone += tx.change(delete(OpenIDConsentRow).where(col(OpenIDConsentRow.person) == person))
        return gone + tx.change(delete(OpenIDParticipantRow).where(col(OpenIDParticipantRow.person) == person))

    # --- consents

    def consent(self, view: Reading, *, person: str, client: str) -> Consent | None:
        """Return what a person lets a business system know, if anything."""
        asked = select(OpenIDConsentRow).where(col(OpenIDConsentRow.person) == person)
        row = view.first(asked.where(col(OpenIDConsentRow.client) == client))
        return None if row is None else to_consent(row)

    def consents(self, view: Reading, person: str) -> tuple[Consent, ...]:
        """Return the consents of a person, the newest first."""
        asked = select(OpenIDConsentRow).where(col(OpenIDConsentRow.person) == person)
        rows = view.exec(asked.order_by(col(OpenIDConsentRow.given_at).desc(), col(OpenIDConsentRow.id).desc()))
        return tuple(to_consent(row) for row in rows)

    def put_consent(self, tx: Transaction, consent: Consent) -> None:
        """Write a consent, in the place of the one before."""
        where = col(OpenIDConsentRow.person) == consent.person, col(OpenIDConsentRow.client) == consent.client
        tx.change(delete(OpenIDConsentRow).where(*where))
        tx.add(
            OpenIDConsentRow(
                id=consent.id,
                person=consent.person,
                client=consent.client,
                scope=spelled(consent.scopes),
                given_at=consent.given_at,
            )
        )

    def end_consent(self, tx: Transaction, name: str) -> None:
        """Forget a consent that was withdrawn; the audit trail has it."""
        tx.change(delete(OpenIDConsentRow).where(col(OpenIDConsentRow.id) == name))

    # --- who takes part in a session

    def participant(self, view: Reading, *, session: str, client: str) -> Participant | None:
        """Return what a business system has of a session, if it takes part in it."""
        row = view.get(OpenIDParticipantRow, (session, client))
        return None if row is None else to_participant(row)

    def put_participant(self, tx: Transaction, one: Participant) -> None:
        """Write that a business system takes part in a session, and for whom the person acts there."""
        row = tx.get(OpenIDParticipantRow, (one.session, one.client))
        if row is None:
            tx.add(
                OpenIDParticipantRow(
                    session=one.session,
                    client=one.client,
                    person=one.person,
                    sid=one.sid,
                    organisation=one.organisation,
                )
            )
        else:
            row.organisation = one.organisation

    def move_participants(self, tx: Transaction, *, before: str, after: str) -> None:
        """Let those who take part in a session take part in the one that has replaced it, as do its grants."""
        rows = col(OpenIDParticipantRow.session) == before
        tx.change(update(OpenIDParticipantRow).where(rows).values(session=after))
        tx.change(update(OpenIDGrantRow).where(col(OpenIDGrantRow.session) == before).values(session=after))

    def sessions_over(self, view: Reading, *, only: str = "") -> tuple[str, ...]:
        """Return sessions that are over and in which somebody still takes part, `BATCH` at most; or `only` this one.

        The database looks for them: there are many sessions, and few of them have ended since the last look.
        """
        session = col(OpenIDParticipantRow.session)
        asked = select(OpenIDParticipantRow.session).where(~token_repository.is_open(session, now=view.now))
        asked = asked.where(session == only) if only else asked
        return tuple(view.exec(asked.distinct().order_by(session).limit(BATCH)))

    def take_participants(self, tx: Transaction, session: str) -> tuple[Participant, ...]:
        """Return who took part in a session that has ended, and forget it."""
        rows = tx.exec(select(OpenIDParticipantRow).where(col(OpenIDParticipantRow.session) == session))
        found = tuple(to_participant(row) for row in rows)
        if found:
            tx.change(delete(OpenIDParticipantRow).where(col(OpenIDParticipantRow.session) == session))
        return found
