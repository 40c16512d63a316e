"""Builders for the tests of trust transfer: an instance, the province above it, and citizens of both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.federation.repository import Peer
from identity.levels import Factor, Level
from identity.service import RegisterPerson
from identity.subject import Person
from identity.tokens import SESSION_LIFETIME, SESSION_PREFIX, TOKEN_LIFETIME, TOKEN_PREFIX
from tests.api.builders import Service
from tests.fakes.clock import NOW
from tests.province import Citizen, Province

__all__ = ["FIRST", "SECOND", "Neighbourhood"]

FIRST: Final = Actor(id="a", grants=frozenset({Grant(Duty.REGISTRAR)}))
SECOND: Final = Actor(id="b", grants=frozenset({Grant(Duty.REGISTRAR)}))


@dataclass
class Neighbourhood:
    """An instance and its province."""

    service: Service
    province: Province
    folder: Path
    count: int = 300

    def citizen(self, name: str = "王小明", *, authlevel: int = 2, acr: str | None = None) -> Citizen:
        """Return somebody new with an account at the province."""
        self.count += 1
        number = cast.person_number(self.count)
        return Citizen(sub=f"u-{self.count}", name=name, number=number, authlevel=authlevel, acr=acr)

    def neighbour(self, citizen: Citizen) -> Person:
        """Register a citizen here as well, at the counter."""
        identity = self.service.instance.base.identity
        command = RegisterPerson(name=citizen.name, citizen_number=citizen.number)
        found = identity.prove(SECOND, identity.register_person(FIRST, command).id)
        assert isinstance(found, Person)
        return found

    def session(self, person: str, level: Level = Level.HIGH) -> str:
        """Return a session of a person here."""
        base = self.service.instance.base
        with base.store.transaction() as tx:
            return base.access.add_token(
                tx, person, SESSION_PREFIX, SESSION_LIFETIME, level=level, factors={Factor.PASSKEY}, agent="tests"
            ).secret

    def begin(self) -> dict[str, str]:
        """Begin a login above, as an app does."""
        answer = self.service.ask("POST", "/v1/auth/upper")
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def enter(self, citizen: Citizen, **changes: str) -> httpx2.Response:
        """Log a citizen in above, and bring back what the browser brings, with changes."""
        begun = self.begin()
        brought = self.province.authorize(begun["address"], citizen)
        return self.service.ask("POST", "/v1/auth/upper/sessions", json={"login": begun["login"], **brought, **changes})

    def platform(self, **changes: Any) -> str:  # noqa: ANN401 - any part of an agreement
        """Agree with a new client as a peer, and return its identifier."""
        secret = self.service.system_bearer()
        client: str = self.service.instance.base.access.actor_of(secret).id
        self.agree(client, **changes)
        return client

    def agree(self, client: str, **changes: Any) -> None:  # noqa: ANN401 - likewise
        """Agree with a client as a peer."""
        usual: dict[str, Any] = {
            "client": client,
            "return_addresses": ("https://city.example/sso",),
            "claims": frozenset({"name", "document", "organisation"}),
            "max_level": Level.SUBSTANTIAL,
            "approved_by": "security",
            "approved_at": NOW,
        }
        federation = self.service.instance.federation
        with self.service.instance.base.store.transaction() as tx:
            federation.peers.agree(tx, Peer(**{**usual, **changes}))

    def token_of(self, client: str) -> str:
        """Return an access token of a client."""
        base = self.service.instance.base
        with base.store.transaction() as tx:
            return base.access.add_token(tx, client, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH).secret

    def tags(self, subject: str) -> list[str]:
        """Return what the audit trail holds about somebody."""
        return [one.tag for one in self.service.events() if one.subject == subject]
