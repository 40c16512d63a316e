"""The instance that the console's tests look at: the people of the story, each with an account, served over HTTP."""

import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pyotp
import uvicorn
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.ceremony import Founded, hold_ceremony
from api.console.files import POLICY, TYPES
from api.demo import cast
from api.demo.passkey import SoftPasskey
from api.wiring import Instance
from identity import grant_repository
from identity.authentication.signing_in import LogIn, PasskeyAnswer
from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.levels import Level
from identity.service import RegisterPerson
from identity.subject import SubjectId
from tests.api.builders import Furnished, Service, copied, served, settings_for
from tests.fakes.clock import SettableClock
from trust.events import AuditEvent

__all__ = ["PASSWORD", "Colleague", "World", "founded_world", "populate", "serving_world"]

PASSWORD: Final = "seven quiet herons at dawn"
SECURITY: Final = Actor(
    id="security administrator", grants=frozenset({Grant(Duty.SECURITY_ADMINISTRATOR)}), level=Level.HIGH
)
FOUNDERS: Final = (
    ("system", Duty.SYSTEM_ADMINISTRATOR),
    ("security", Duty.SECURITY_ADMINISTRATOR),
    ("security2", Duty.SECURITY_ADMINISTRATOR),
    ("auditor", Duty.AUDITOR),
    ("registrar", Duty.REGISTRAR),
    ("registrar2", Duty.REGISTRAR),
)
STAFF: Final = (
    ("applicant", "何婉清", Duty.SEAL_APPLICANT),
    ("reviewer", "罗承志", Duty.SEAL_REVIEWER),
    ("maker", "唐砚秋", Duty.SEAL_MAKER),
    ("filer", "韩墨", Duty.SEAL_FILER),
    ("owner", "秦正平", Duty.SEAL_OWNER),
    ("officer", "叶书宁", Duty.LICENCE_OFFICER),
    ("licence.reviewer", "白景行", Duty.LICENCE_REVIEWER),
)
"""As in the story (api/demo/cast.py): by username, name and duty. The authority is theirs where a duty has one."""

HOLDER: Final = "holder"
"""Username of the legal representative of the enterprise: a holder without any duty."""

PATIENCE: Final = 20.0
DIST: Final = os.environ.get("TRUST_CONSOLE_DIST", "")  # noqa: TID251 - which build of the console tests look at
"""A folder with another build of the console than the committed one; empty: the committed one."""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody with an account: a password, an app for one-time codes, and a passkey on their own device.

    Who has made a passkey in the browser has it there, and nowhere else.
    """

    username: str
    person: str
    name: str
    codes: str = ""
    passkey: SoftPasskey = field(default_factory=SoftPasskey)

    def code(self, clock: SettableClock) -> str:
        """Return a one-time code that was not used before: the clock goes on by a step."""
        clock.advance(timedelta(seconds=30))
        return pyotp.TOTP(self.codes).at(clock.now())

    def credential(self, host: str) -> dict[str, Any]:
        """Return the passkey as Chromium takes one for a device of its own (CDP, WebAuthn.addCredential)."""
        private = self.passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return {
            "credentialId": b64encode(self.passkey.name).decode(),
            "isResidentCredential": True,
            "rpId": host,
            "privateKey": b64encode(private).decode(),
            "userHandle": b64encode(self.person.encode()).decode(),
            "signCount": self.passkey.uses + 1,
        }


@dataclass(kw_only=True)
class World:
    """An instance that answers, who works there, and what is in it: in a story, both grow."""

    service: Service
    address: str
    people: dict[str, Colleague]
    furnished: Furnished

    @property
    def clock(self) -> SettableClock:
        """The clock of the service."""
        return self.service.clock

    def token(self, username: str) -> str:
        """Return a session of level 3 in which somebody asks the API: what a test checks, it asks for with this."""
        base = self.service.instance.base
        person = self.people[username].person
        with base.store.transaction() as tx:
            found = base.identity.require_person(tx, person)
            factor = base.sign_in.repository.of_person(tx, person)[-1].held.factor
            return base.access.add_session(tx, found, {factor}, agent="tests").secret

    def ask(self, username: str, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        """Ask the API as somebody, and return what it tells. Raise `AssertionError` where it refuses."""
        answer = self.service.ask(method, path, token=self.token(username), **request)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


def populate(furnished: Furnished, folder: Path) -> tuple[Furnished, dict[str, Colleague]]:
    """Give everybody of the story an account in a copy of a furnished instance in `folder`, and return it with them."""
    settings = settings_for(copied(furnished.folder, folder), public_url="http://localhost:1")
    clock = SettableClock()
    instance = Instance.open(settings, clock)
    instance.base.access.passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    identity = instance.base.identity
    people: dict[str, Colleague] = {}
    try:
        with instance.base.store.reading() as view:
            duties = {duty for _, duty in FOUNDERS}
            held = [one for _, one in grant_repository.holdings(view, limit=100) if one.grant.duty in duties]
            founders = {one.holder: identity.require_person(view, one.holder).name for one in held}
        by_duty = {duty: [one.holder for one in held if one.grant.duty is duty] for _, duty in FOUNDERS}
        for username, duty in FOUNDERS:
            person = by_duty[duty].pop(0)
            people[username] = equipped(instance, clock, username, person, str(founders[person]))
        for place, (username, name, staff_duty) in enumerate(STAFF, start=201):
            person = registered(instance, name, place)
            organisation = furnished.authority if staff_duty in OF_ORGANISATION else None
            with instance.base.store.transaction() as tx:
                instance.base.appointing.add_grant(
                    tx, person, Grant(staff_duty, organisation), by=people["security"].person
                )
            people[username] = equipped(instance, clock, username, person, name)
        name = cast.ENTERPRISE.representative
        people[HOLDER] = equipped(instance, clock, HOLDER, registered(instance, name, 301), name)
        represent(instance, furnished.enterprise, people[HOLDER].person)
        represent(instance, furnished.authority, people["owner"].person)
    finally:
        instance.workers.close()
        instance.base.store.close()
    return replace(furnished, folder=folder), people


def registered(instance: Instance, name: str, sequence: int) -> str:
    """Register a person, whom another officer has seen."""
    first, second = (Actor(id=one, grants=frozenset({Grant(Duty.REGISTRAR)})) for one in ("a", "b"))
    identity = instance.base.identity
    command = RegisterPerson(name=name, citizen_number=cast.person_number(sequence))
    return identity.prove(second, identity.register_person(first, command).id).id


def represent(instance: Instance, organisation: str, person: str) -> None:
    """Let somebody be the legal representative, as two officers would."""
    identity = instance.base.identity
    with instance.base.store.transaction() as tx:
        found = identity.require_organisation(tx, organisation)
        identity.repository.change_organisation(tx, replace(found, legal_representative=SubjectId(person)))
        tx.record(AuditEvent(tag="organisation:represent:done", actor="tests", subject=organisation))


def equipped(instance: Instance, clock: SettableClock, username: str, person: str, name: str) -> Colleague:
    """Give somebody an account, a password, an app for one-time codes and a passkey, as they do it themselves."""
    base = instance.base
    code = base.access.open_account(SECURITY, person).secret
    base.access.activate(code, username=username, password=PASSWORD)
    session = base.sign_in.log_in(LogIn(username=username, password=PASSWORD)).token.secret
    actor = base.access.actor_of(session)
    passkey = SoftPasskey()
    secret = base.enrolment.new_codes(actor).secret
    base.enrolment.add_codes(actor, secret=secret, code=pyotp.TOTP(secret).at(clock.now()), name="动态口令")
    clock.advance(timedelta(seconds=30))
    shown = pyotp.TOTP(secret).at(clock.now())
    session = base.sign_in.log_in(LogIn(username=username, password=PASSWORD, code=shown)).token.secret
    actor = base.access.actor_of(session)
    question = base.enrolment.ask(actor)
    party = base.sign_in.relying_party
    made = passkey.make(base.enrolment.passkey_options(actor, question), origin=party.origin)
    base.enrolment.add_key(actor, PasskeyAnswer(question=question, credential=made), name="办公电脑")
    return Colleague(username=username, person=person, name=name, codes=secret, passkey=passkey)


class OtherBuild:
    """Answers for the console from a folder, with the headers of the service, and lets it answer everything else."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app = app
        self.folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/console/"):
            await self.app(scope, receive, send)
            return
        asset = self.folder / "assets" / path.rpartition("/")[2]
        if path.startswith("/console/assets/") and asset.exists():
            response = Response(asset.read_bytes(), media_type=TYPES[asset.suffix])
        else:
            page = (self.folder / "index.html").read_bytes()
            headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
            response = Response(page, media_type="text/html; charset=utf-8", headers=headers)
        await response(scope, receive, send)


@contextmanager
def serving_world(
    furnished: Furnished, people: Mapping[str, Colleague], folder: Path, *, port: int = 0, dist: str = DIST
) -> Iterator[World]:
    """Serve a copy of the instance in `folder`. Passkeys know the host by its name: it is localhost."""
    copied(furnished.folder, folder)
    with answering(folder, port=port, dist=dist) as (service, address):
        yield World(service=service, address=address, people=dict(people), furnished=furnished)


@contextmanager
def founded_world(folder: Path, *, dist: str = DIST) -> Iterator[tuple[World, Founded]]:
    """Hold the ceremony of the story in `folder`, and serve what it leaves: an instance in which nothing has happened.

    What its people bring about, the test notes in `furnished`.
    """
    founded = hold_ceremony(settings_for(folder), cast.founders(), SettableClock())
    nothing = dict.fromkeys(("authority", "enterprise", "person", "client", "seal", "type", "licence", "claim"), "")
    empty = Furnished(folder=folder, licence_pdf=b"", stamped_pdf=b"", plain_pdf=b"", **nothing)
    with answering(folder, dist=dist) as (service, address):
        yield World(service=service, address=address, people={}, furnished=empty), founded


@contextmanager
def answering(folder: Path, *, port: int = 0, dist: str = DIST) -> Iterator[tuple[Service, str]]:
    """Serve the instance in a folder, and yield it with its address."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    address = f"http://localhost:{listening.getsockname()[1]}"
    clock = SettableClock()
    clock.advance(timedelta(hours=1))  # after all that the people did to get here
    with served(folder, clock, public_url=address, openid_rate="100000/minute") as service:
        service.http.base_url = address
        app: Any = OtherBuild(service.app, Path(dist)) if dist else service.app
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield service, address
        server.should_exit = True
        server.force_exit = True
        thread.join(PATIENCE)
        listening.close()
