"""Telling another platform of an account by SCIM (RFC 7644): what it is told is how things stand when it is told.

The platform's own name for an account is asked for by `externalId` before anything is created, so that a message that
is sent twice, or whose answer was lost, makes nothing twice. What the platform refuses for good stays visible.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from api.federation.asking import ASSERTION_TYPE, Answer, Asking, ClientKey
from api.scim.resource import PERSON, told_of
from identity.documents import ShownDocument
from identity.federation.errors import PlatformUnavailable
from identity.levels import Level
from identity.lifecycle import SubjectState
from identity.provisioning.repository import ProvisioningRepository, RemoteAccount
from identity.provisioning.users import SyncedUser
from identity.service import IdentityService
from identity.subject import Person
from trust.events import AuditEvent, Fact, canonical
from trust.outbox import MessageRefused, Receipt
from trust.outbox_repository import Message
from trust.store import Store

__all__ = ["AccountCarrier", "Destination"]

PRESENT: Final = frozenset({SubjectState.ACTIVE, SubjectState.FROZEN})
"""Who stands anywhere else has no account: nobody has proven the person, or the person is gone."""

TOLD: Final = "account told"
TRANSIENT: Final = frozenset(
    {
        httpx2.codes.UNAUTHORIZED,
        httpx2.codes.REQUEST_TIMEOUT,
        httpx2.codes.PRECONDITION_FAILED,
        httpx2.codes.TOO_MANY_REQUESTS,
    }
)
"""Answers after which the same is tried again later."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a platform takes accounts, and what it may be told."""

    name: str
    address: str
    token_address: Callable[[], str]
    client: str
    documents: bool
    """Whether it may know numbers of documents."""


@dataclass
class AccountCarrier:
    """Delivers messages about persons to one platform. Safe to share between threads."""

    store: Store
    identity: IdentityService
    repository: ProvisioningRepository
    destination: Destination
    key: ClientKey
    asking: Asking
    token: str = field(default="", repr=False)

    def deliver(self, message: Message) -> Receipt:
        """Tell how a person stands now. Raise `PlatformUnavailable`, `SigningUnavailable`, or `MessageRefused`."""
        with self.store.reading() as view:
            person = self.identity.repository.person(view, message.subject)
            known = self.repository.remote(view, self.destination.name, message.subject)
        remote = known.remote if known is not None else self.find(message.subject)
        if person is None or person.state not in PRESENT or person.document is None:
            return self.take_back(message.subject, remote)
        resource = self.resource(person)
        told = self.repository.protection.index(canonical(resource).decode(), kind=TOLD)
        if known is not None and known.told == told:
            return Receipt(answer="unchanged", proof=b"")
        answer = self.send("POST", "/Users", resource) if not remote else self.update(remote, resource)
        if answer.status == httpx2.codes.NOT_FOUND and remote:  # somebody there has deleted it
            answer = self.send("POST", "/Users", resource)
        name = answer.body.get("id", remote)
        if answer.status not in {httpx2.codes.OK, httpx2.codes.CREATED} or not isinstance(name, str) or not name:
            raise MessageRefused(answer=f"HTTP status {answer.status} {scim_type(answer)}".strip())
        self.keep(person.id, name, told)
        return Receipt(answer=f"HTTP status {answer.status}", proof=b"")

    def resource(self, person: Person) -> dict[str, Any]:
        """Return what a platform is told of a person."""
        document = person.document
        assert document is not None  # noqa: S101 - `deliver` tells of nobody else
        shown = ShownDocument(
            kind=document.kind, number=document.number, country=document.country, valid_until=document.valid_until
        )
        user = SyncedUser(
            username=person.id,
            external_id=person.id,
            name=person.name.value,
            document=shown,
            level=Level.NONE if person.assurance is None else Level(person.assurance.level),
            active=person.state is SubjectState.ACTIVE,
        )
        told = told_of(user)
        return told if self.destination.documents else told | {PERSON: {"level": user.level.value}}

    def find(self, person: str) -> str:
        """Return the platform's name for an account that it may have already, or nothing."""
        answer = self.send("GET", f"/Users?filter=externalId%20eq%20%22{person}%22", None)
        found = answer.body.get("Resources", [])
        if answer.status != httpx2.codes.OK or not isinstance(found, list):
            raise PlatformUnavailable(fault=f"HTTP status {answer.status} to a search")
        first = found[0] if found else {}
        name = first.get("id") if isinstance(first, dict) else None
        return name if isinstance(name, str) else ""

    def update(self, remote: str, resource: Mapping[str, Any]) -> Answer:
        """Replace an account as it stands there now: two who change it at once do not undo each other's change."""
        there = self.send("GET", f"/Users/{remote}", None)
        if there.status == httpx2.codes.NOT_FOUND:
            return there
        return self.send("PUT", f"/Users/{remote}", resource, etag=there.etag)

    def take_back(self, person: str, remote: str) -> Receipt:
        """Take an account back."""
        if not remote:
            return Receipt(answer="never told", proof=b"")
        answer = self.send("DELETE", f"/Users/{remote}", None)
        if answer.status not in {httpx2.codes.NO_CONTENT, httpx2.codes.OK, httpx2.codes.NOT_FOUND}:
            raise MessageRefused(answer=f"HTTP status {answer.status}")
        with self.store.transaction() as tx:
            self.repository.remove_remote(tx, self.destination.name, person)
            facts: dict[str, Fact] = {"target": self.destination.name}
            tx.record(AuditEvent(tag="account:take_back:done", actor="system", subject=person, facts=facts))
        return Receipt(answer=f"HTTP status {answer.status}", proof=b"")

    def keep(self, person: str, remote: str, told: str) -> None:
        """Note what the platform was told, and its name for the account."""
        with self.store.transaction() as tx:
            account = RemoteAccount(
                target=self.destination.name, person=person, remote=remote, told=told, told_at=tx.now
            )
            self.repository.put_remote(tx, account)
            facts: dict[str, Fact] = {"target": self.destination.name}
            tx.record(AuditEvent(tag="account:tell:done", actor="system", subject=person, facts=facts))

    def send(self, method: str, path: str, body: Mapping[str, Any] | None, *, etag: str = "") -> Answer:
        """Send a request with a token. Raise `PlatformUnavailable` for what is to be tried again."""
        headers = {"Accept": "application/scim+json"} | ({"If-Match": etag} if etag else {})
        if body is not None:
            headers["Content-Type"] = "application/scim+json"
        address = f"{self.destination.address}{path}"
        token = self.token or self.new_token()
        answer = self.asking.ask(method, address, token=token, body=body, headers=headers)
        if answer.status in TRANSIENT:
            self.token = ""
            raise PlatformUnavailable(fault=f"HTTP status {answer.status}")
        return answer

    def new_token(self) -> str:
        """Return a new access token of the platform (RFC 6749, 4.4). Raise `PlatformUnavailable`."""
        address = self.destination.token_address()
        assertion = self.key.assertion(self.destination.client, address)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        answer = self.asking.post(address, form)
        token = answer.body.get("access_token")
        if answer.status != httpx2.codes.OK or not isinstance(token, str):
            raise PlatformUnavailable(fault=f"HTTP status {answer.status} to a client with its key")
        self.token = token
        return token


def scim_type(answer: Answer) -> str:
    """Return what a platform calls its refusal (RFC 7644, 3.12), as far as it can be shown."""
    told = answer.body.get("scimType", "")
    return told[:50] if isinstance(told, str) and told.isprintable() else ""
