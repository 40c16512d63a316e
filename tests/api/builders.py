"""Builders for the tests of the API: a founded instance, one with a seal and a licence, and people who speak HTTP.

Founding takes most of a second, so that it is done once per process; each test works on a copy of the folder.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from joserfc.jwk import ECKey
from starlette.routing import BaseRoute

from api.app import create
from api.authn import BEARER
from api.ceremony import hold_ceremony
from api.demo import cast
from api.demo.documents import foreign_documents
from api.demo.evidence import seal_signature_of
from api.permissions import Permission
from api.settings import Settings
from api.wiring import Instance
from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.levels import Factor, Level
from identity.service import RegisterOrganisation, RegisterPerson
from identity.tokens import TOKEN_LIFETIME, TOKEN_PREFIX
from licence.catalogue import DraftType
from licence.service import ISSUE_PURPOSE, IssueLicence
from licence.types.particulars import HolderCategory, TypeParticulars
from seal.evidence import REQUIRED
from seal.kinds import SealKind
from seal.life.evidencing import PutForward
from seal.service import ApplyForSeal
from seal.stamping.authorising import AuthoriseStamping
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stampings import Purpose, StampPDF
from tests.fakes.clock import NOW, SettableClock
from tests.trust.pdf.paper import paper
from trust import pki_repository
from trust import repository as trail
from trust.certificates import pem
from trust.events import AuditEvent

__all__ = [
    "PUBLIC_URL",
    "Furnished",
    "Service",
    "copied",
    "grant",
    "operations_of",
    "permission_of",
    "routes_of",
    "settings_for",
]

PUBLIC_URL: Final = "https://trust.example"
STAMP: Final = Purpose(purpose="document.stamp", document_kind="notice")


def settings_for(folder: Path, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    """Return the settings of an instance in `folder`, which asks as often as it likes unless told otherwise."""
    usual = {"public_url": PUBLIC_URL, "workers": 0}
    usual |= dict.fromkeys(("login_rate", "verify_rate", "refused_rate"), "10000/minute")
    return Settings(data_dir=folder, **{**usual, **changes})


def copied(template: Path, target: Path) -> Path:
    """Copy the folder of an instance, and return the copy."""
    shutil.copytree(template, target)
    return target


def found(folder: Path) -> None:
    """Hold the founding ceremony of the story's people in `folder`."""
    hold_ceremony(settings_for(folder), cast.founders(), SettableClock())


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """An instance with a seal in use, a published type, a licence and a stamped document; and how they are named."""

    folder: Path
    authority: str
    enterprise: str
    person: str
    client: str
    seal: str
    type: str
    licence: str
    claim: str
    licence_pdf: bytes
    stamped_pdf: bytes
    plain_pdf: bytes

    @property
    def officer(self) -> Actor:
        """An officer of the authority with every duty that the life of seals and licences needs."""
        return everybody("officer", self.authority)

    @property
    def system(self) -> Actor:
        """The business system."""
        grants = frozenset({Grant(Duty.BUSINESS_SYSTEM, self.authority)})
        return Actor(id=self.client, grants=grants, is_client=True)


def grant(duty: Duty, organisation: str) -> Grant:
    """Return the grant of a duty to somebody of an organisation."""
    return Grant(duty, organisation if duty in OF_ORGANISATION else None)


def everybody(name: str, organisation: str) -> Actor:
    """Return an actor `name` with every duty but those of administrators."""
    duties = (
        Duty.SEAL_APPLICANT,
        Duty.SEAL_REVIEWER,
        Duty.SEAL_MAKER,
        Duty.SEAL_FILER,
        Duty.SEAL_OWNER,
        Duty.LICENCE_OFFICER,
        Duty.LICENCE_REVIEWER,
    )
    grants = (grant(duty, organisation) for duty in duties)
    return Actor(id=name, grants=frozenset(grants))


def papers(instance: Instance, who: Actor, organisation: str) -> tuple[str, ...]:
    """Put forward what an application for a seal needs."""
    found = []
    for kind in sorted(REQUIRED[None]):
        command = PutForward(
            organisation=organisation,
            kind=kind,
            content=paper(),
            media_type="application/pdf",
            request_key=uuid4().hex,
        )
        found.append(instance.evidence_of_seals.put_forward(who, command).id)
    return tuple(found)


def furnish(folder: Path, plain_pdf: bytes) -> Furnished:
    """Give a founded instance everything that a licence needs, issue one, and stamp a document."""
    instance = Instance.open(settings_for(folder), SettableClock())
    first, second = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("registrar1", "registrar2"))
    identity, clients = instance.base.identity, instance.base.clients
    people = []
    for company in (cast.AUTHORITY, cast.ENTERPRISE):
        command = RegisterOrganisation(name=company.name, credit_code=company.code)
        people.append(identity.register_organisation(first, command).id)
    person_command = RegisterPerson(name="王小明", citizen_number=cast.person_number(900))
    people.append(identity.register_person(first, person_command).id)
    for one in people:
        identity.prove(second, one)
    authority, enterprise, person = people
    registered = clients.register_client(
        Actor(id="system", grants=frozenset()),
        name="综合业务系统",
        organisation=authority,
        public_jwk=ECKey.generate_key("P-256").as_dict(private=False),
        request_key="client",
    )
    client = clients.approve_client(Actor(id="security", grants=frozenset()), registered.id).id
    officer, other = everybody("officer", authority), everybody("other", authority)
    seals = instance.seals
    wanted = ApplyForSeal(
        owner=authority,
        kind=SealKind.BUSINESS,
        row="电子证照专用章",
        evidence=papers(instance, officer, authority),
        reason="用于签发电子证照",
        request_key="seal",
    )
    seal = seals.apply(officer, wanted).id
    seals.approve(other, seal, reason="材料齐全")
    seals.make(officer, seal)
    seals.file(other, seal)
    seals.issue(officer, seal)
    seals.accept(other, seal)
    for purpose, kinds in ((ISSUE_PURPOSE, (cast.BUSINESS_TYPE,)), (STAMP.purpose, (STAMP.document_kind,))):
        instance.authorisations.authorise(
            officer,
            AuthoriseStamping(
                seal=seal,
                holder=client,
                purpose=purpose,
                document_kinds=kinds,
                valid_until=NOW + timedelta(days=365),
                request_key=purpose,
            ),
        )
    draft = DraftType(
        issuer=authority,
        template="business_licence",
        particulars=TypeParticulars(
            code=cast.BUSINESS_TYPE,
            name="营业执照",
            name_en="Business Licence",
            holders=frozenset({HolderCategory.LEGAL_PERSON}),
            schema=cast.BUSINESS_SCHEMA,
        ),
    )
    kind = instance.catalogue.draft(officer, draft).id
    instance.catalogue.review(other, kind)
    instance.catalogue.publish(officer, kind)
    system = Actor(id=client, grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, authority)}), is_client=True)
    licence = instance.licences.issue(
        system,
        IssueLicence(
            type=kind,
            seal=seal,
            number="330199002000001",
            holder_code=cast.ENTERPRISE.code,
            data=cast.business_record(cast.ENTERPRISE),
            request_key="first-licence",
        ),
    )
    stamp = StampPDF(
        seal=seal,
        pdf=plain_pdf,
        order=StampOrder(places=(AtPoint(page=1, x_mm=150, y_mm=240),), reason="通知签发"),
        purpose=STAMP,
        request_key="first-stamp",
    )
    _, stamped = instance.stampings.stamp(system, stamp)
    licence_pdf = instance.licences.file(system, licence.id)
    instance.base.store.close()
    return Furnished(
        folder=folder,
        authority=authority,
        enterprise=enterprise,
        person=person,
        client=client,
        seal=seal,
        type=kind,
        licence=licence.id,
        claim=licence.claim or "",
        licence_pdf=licence_pdf,
        stamped_pdf=stamped,
        plain_pdf=plain_pdf,
    )


def lay_out(furnished: Furnished, folder: Path) -> None:
    """Write files to verify, and what an instance publishes to verify them with, into `folder`."""
    instance = Instance.open(settings_for(furnished.folder), SettableClock())
    with instance.base.store.reading() as view:
        authorities = instance.base.authorities.all(view)
        lists = {one.name: pki_repository.revocation_list(view, one.name) for one in authorities}
    esl = instance.seals.find(everybody("one", furnished.authority), furnished.seal)[0].seal or b""
    instance.base.store.close()
    altered = bytearray(furnished.licence_pdf)
    altered[len(altered) // 3] ^= 1
    foreign = foreign_documents()
    contents = {
        "licence.pdf": furnished.licence_pdf,
        "stamped.pdf": furnished.stamped_pdf,
        "altered/licence.pdf": bytes(altered),
        "plain.pdf": furnished.plain_pdf,
        "password.pdf": foreign["password.pdf"],
        "broken.pdf": foreign["broken.pdf"],
        "seal.esl": esl,
        "stamp.ses": seal_signature_of(furnished.licence_pdf),
        "notes.txt": b"nothing to verify",
    }
    for one in authorities:
        place = "anchors" if one.issuer is None else "certs"
        contents[f"{place}/{one.name}.pem"] = pem(one.certificate.der)
        made = lists[one.name]
        if made is not None:
            contents[f"crl/{one.name}.crl"] = made.der
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


@dataclass
class Service:
    """An instance that answers, in this process, and people who ask it."""

    instance: Instance
    clock: SettableClock
    app: FastAPI = field(init=False)
    http: TestClient = field(init=False)
    people: int = 500

    def __post_init__(self) -> None:
        self.app = create(self.instance)
        self.http = TestClient(self.app, base_url=PUBLIC_URL, raise_server_exceptions=False)
        # Cheap parameters: what Argon2 costs is for the service to pay, not for a test.
        passwords = self.instance.base.access.passwords
        passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        passwords.nobody = passwords.hasher.hash("nobody")

    def bearer(self, *grants: Grant, factor: Factor = Factor.PASSKEY) -> str:
        """Return a session of a new person who holds exactly `grants`, begun with this factor."""
        base = self.instance.base
        self.people += 1
        command = RegisterPerson(name="赵犇", citizen_number=cast.person_number(self.people))
        registrars = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("a", "b"))
        person = base.identity.register_person(next(registrars), command)
        base.identity.prove(next(registrars), person.id)
        with base.store.transaction() as tx:
            for grant in grants:
                base.appointing.add_grant(tx, person.id, grant, by="test")
            proven = base.identity.require_person(tx, person.id)
            issued = base.access.add_session(tx, proven, {factor}, agent="tests")
        return issued.secret

    def appoint(self, person: str, grant: Grant) -> None:
        """Give somebody a duty, without the two who decide on it."""
        base = self.instance.base
        with base.store.transaction() as tx:
            base.appointing.add_grant(tx, person, grant, by="test")

    def system_bearer(self, organisation: str = "") -> str:
        """Return an access token of a new business system."""
        base = self.instance.base
        owner = organisation or self.organisation()
        key = ECKey.generate_key("P-256").as_dict(private=False)
        system, security = (Actor(id=name, grants=frozenset()) for name in ("system", "security"))
        client = base.clients.register_client(
            system, name="综合业务系统", organisation=owner, public_jwk=key, request_key=uuid4().hex
        ).id
        base.clients.approve_client(security, client)
        with base.store.transaction() as tx:
            return base.access.add_token(tx, client, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH).secret

    def organisation(self) -> str:
        """Return the identifier of a new organisation that is proven."""
        identity = self.instance.base.identity
        self.people += 1
        code = cast.organisation_code("11", f"MB0{self.people:06d}")
        first, second = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("a", "b"))
        found_one = identity.register_organisation(first, RegisterOrganisation(name="云州市某某局", credit_code=code))
        return identity.prove(second, found_one.id).id

    def ask(self, method: str, path: str, *, token: str = "", **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        """Send a request, as the bearer of `token` where there is one."""
        headers: dict[str, str] = {**request.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.http.request(method, path, headers=headers, **request)

    def head(self) -> int:
        """Return where the audit trail ends."""
        with self.instance.base.store.reading() as view:
            return trail.audit_head(view)[0]

    def events(self, *, after: int = 0) -> list[AuditEvent]:
        """Return what the audit trail holds after a place."""
        with self.instance.base.store.reading() as view:
            return [one.event for one in trail.events(view, after=after)]


@contextmanager
def served(folder: Path, clock: SettableClock | None = None, **changes: Any) -> Iterator[Service]:  # noqa: ANN401 - any setting
    """Open the instance in `folder` and let it answer, without the lifespan of the application."""
    clock = clock or SettableClock()
    service = Service(Instance.open(settings_for(folder, **changes), clock), clock)
    with start_blocking_portal() as portal:
        service.http.portal = portal  # one loop for all requests, as in service; one for each costs thrice the request
        yield service
        service.http.close()
    service.instance.workers.close()
    service.instance.base.store.close()


# --- routes


def all_routes_of(app: FastAPI) -> list[BaseRoute]:
    """Return every route of the application, those of included routers among them."""
    found_routes: list[BaseRoute] = []
    waiting: list[BaseRoute] = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        included = getattr(route, "original_router", None)
        if included is None:
            found_routes.append(route)
        else:
            waiting += included.routes
    return found_routes


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Return every route of the application that does something."""
    return [route for route in all_routes_of(app) if isinstance(route, APIRoute)]


def operations_of(app: FastAPI) -> list[tuple[str, str, APIRoute]]:
    """Return the method and the address of every operation, with its route."""
    return [
        (method, re.sub(r":\w+}", "}", route.path), route)  # as the description names it
        for route in routes_of(app)
        for method in sorted(route.methods or ())
    ]


def permission_of(route: APIRoute) -> list[Permission]:
    """Return every permission that stands on a dependency of a route."""
    found_permissions: list[Permission] = []
    waiting = list(route.dependant.dependencies)
    while waiting:
        one = waiting.pop()
        waiting += one.dependencies
        permission = getattr(one.call, "permission", None)
        if permission is not None:
            found_permissions.append(permission)
    return found_permissions


def is_secured(operation: Mapping[str, Any]) -> bool:
    """Tell whether an operation of the OpenAPI description asks for a bearer."""
    return any(BEARER.scheme_name in one for one in operation.get("security", []))
