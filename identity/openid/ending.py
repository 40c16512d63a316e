"""Ending a session everywhere 单点退出 (RP-Initiated Logout 1.0; Back-Channel Logout 1.0).

Whoever ends a session need not know of business systems: those that take part in one are looked through, and whose
session is over is told so through the outbox. What is delivered is a token that is signed at that moment.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from identity.business_systems import Client
from identity.client_repository import ClientRepository
from identity.openid.grants import Participant
from identity.openid.hints import Hint, Hints
from identity.openid.keys import ProviderKeys
from identity.openid.metadata import ClientMetadata
from identity.openid.repository import BATCH, OpenIDRepository
from identity.openid.subjects import Pseudonyms
from trust import outbox
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.outbox_repository import Message
from trust.store import Store, Transaction

__all__ = ["NOTICE_LIFETIME", "TOPIC", "Ending", "topic_of"]

TOPIC: Final = "openid.logout"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS: Final = 120
NOTICE_LIFETIME: Final = timedelta(days=1)
"""After so long nobody is told any more: every token of the session has ended by itself."""


def topic_of(client: str) -> str:
    """Return the topic of the notices to one business system: the silence of one delays no other."""
    return f"{TOPIC}:{client}"


class Ending:
    """The use cases of logging out."""

    def __init__(
        self,
        *,
        issuer: str,
        store: Store,
        clients: ClientRepository,
        repository: OpenIDRepository,
        keys: ProviderKeys,
        pseudonyms: Pseudonyms,
    ) -> None:
        self.issuer = issuer
        self.store = store
        self.clients = clients
        self.repository = repository
        self.keys = keys
        self.pseudonyms = pseudonyms

    # --- asked for by a business system

    def hint(self, token: str) -> Hint | None:
        """Return what an ID token of ours says, however old it is; None for what is none."""
        return Hints(issuer=self.issuer, keys=self.keys).read(token)

    def is_of(self, hint: Hint, session: str) -> bool:
        """Tell whether a hint is about this session."""
        with self.store.reading() as view:
            found = self.repository.participant(view, session=session, client=hint.client)
        return found is not None and found.sid == hint.sid

    def destination(self, client: str, address: str) -> tuple[Client, str] | None:
        """Return where a browser goes after logging out, if the business system has registered exactly that."""
        with self.store.reading() as view:
            found, registered = self.clients.find(view, client), self.repository.metadata(view, client)
        if found is None or registered is None or address not in registered.post_logout_redirect_uris:
            return None
        return found, address

    # --- telling the others

    def sweep(self, *, session: str = "") -> int:
        """Put a notice into the outbox for everybody who takes part in a session that is over; return how many.

        Of one `session`, or of all.
        """
        told = 0
        while True:
            with self.store.reading() as view:
                over = self.repository.sessions_over(view, only=session)
            for name in over:
                with self.store.transaction() as tx:
                    told += self.tell(tx, name)
            if len(over) < BATCH:
                return told

    def tell(self, tx: Transaction, session: str) -> int:
        """Put the notices of one session that is over into the outbox."""
        gone = self.repository.take_participants(tx, session)
        told = 0
        for one in gone:
            registered = self.repository.metadata(tx, one.client)
            if registered is not None and registered.backchannel_logout_uri is not None:
                outbox.put(tx, topic_of(one.client), subject=one.sid, payload=notice(one))
                told += 1
        if gone:
            facts: dict[str, Fact] = {"session": session, "systems": len(gone), "told": told}
            tx.record(
                AuditEvent(tag="openid_session:end:done", actor=gone[0].person, subject=gone[0].person, facts=facts)
            )
        return told

    def forget(self) -> int:
        """Forget what has expired, and return how many rows that were."""
        with self.store.reading() as view:
            if not self.repository.has_expired(view):
                return 0
        with self.store.transaction() as tx:
            gone = self.repository.forget(tx)
            facts: dict[str, Fact] = {"rows": gone}
            tx.record(AuditEvent(tag="openid_token:forget:done", actor="system", subject="openid", facts=facts))
            return gone

    def logout_token(self, message: Message) -> tuple[str, str] | None:
        """Return where a notice goes, and the token that tells of it (Back-Channel Logout 1.0, 2.4).

        None where the business system does not want to be told any more. Raise `SigningUnavailable`.
        """
        content: Mapping[str, Any] = message.payload
        with self.store.reading() as view:
            registered = self.repository.metadata(view, content["client"])
            now = int(view.now.timestamp())
            name = new_id("logout", at=view.now)
        if registered is None or registered.backchannel_logout_uri is None:
            return None
        claims = {
            "iss": self.issuer,
            "aud": content["client"],
            "sub": self.sub(content["person"], registered),
            "sid": content["sid"],
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": name,
            "events": {EVENT: {}},
        }
        algorithm = registered.id_token_signed_response_alg
        return registered.backchannel_logout_uri, self.keys.signed(algorithm, claims, kind="logout+jwt")

    def sub(self, person: str, registered: ClientMetadata) -> str:
        """Return what a business system knows a person by."""
        return self.pseudonyms.person(person, sector=registered.sector)


def notice(one: Participant) -> dict[str, Any]:
    """Return what is kept of a notice until it is delivered."""
    return {"client": one.client, "sid": one.sid, "person": one.person}
