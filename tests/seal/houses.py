"""A founded instance whose every adapter may fail, copied from one template: with its people, a seal, licence types.

`House` is what api/wiring.py builds, with a `tests.fakes.faulty` adapter before each real one; nothing fails until a
test says so. Building the template takes two seconds, copying it a few milliseconds.
"""

import json
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from joserfc.jwk import ECKey

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from identity.access import AccessService
from identity.appointing import AppointingService
from identity.clients import ClientService
from identity.delegation.service import MandateService
from identity.delegation.signing import MandateSigning
from identity.duties import Actor, Duty, Grant
from identity.repository import IdentityRepository
from identity.service import IdentityService, RegisterOrganisation, RegisterPerson
from keys.data_keys import RootKeys, StoredProtection
from keys.keyring import Keyring
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from licence.catalogue import Catalogue, DraftType
from licence.repository import LicenceRepository
from licence.service import ISSUE_PURPOSE, LicenceService
from licence.template.rendering import Renderer
from licence.types.particulars import HolderCategory, TypeParticulars
from licence.types.repository import TypeRepository
from licence.verification import VerificationService
from seal.evidence import REQUIRED, EvidenceKind
from seal.grounds import Ground
from seal.kinds import SealKind
from seal.ledger import stamping_repository
from seal.ledger.entries import Authorisation, StampingState
from seal.life.evidencing import EvidenceService, PutForward
from seal.life.workshop import Workshop
from seal.repository import Seal
from seal.service import ApplyForSeal, RemakeSeal, SealService
from seal.stamping.approvals import ApprovalService
from seal.stamping.authorising import AuthorisationService, AuthoriseStamping, DelegateStamping
from seal.stamping.digest_stampings import DigestStampingService
from seal.stamping.intents import Intents
from seal.stamping.message_signatures import MessageSigningService
from seal.stamping.orders import StampOrder
from seal.stamping.permitting import Permitting
from seal.stamping.places import AtPoint
from seal.stamping.signed_authorisations import SignedAuthorisations
from seal.stamping.stampings import Purpose, Stampers, StampingService, StampPDF
from tests.fakes.clock import SettableClock
from tests.fakes.destroyer import FakeDestroyer
from tests.fakes.faulty import Faults, FaultyBlobs, FaultyCustody, FaultyJournal, FaultyStamper
from tests.trust.pdf.paper import paper
from trust import repository as trail
from trust import typefaces
from trust.audit import AuditTrail
from trust.authority import Authorities
from trust.blobs import LocalBlobs
from trust.errors import TrustError
from trust.events import AuditEvent
from trust.founding import Role, ServiceKeys
from trust.store import Store
from trust.time_authority import TimeAuthority

__all__ = ["CENTRE", "NOTICE", "REASON", "House", "Staff", "actor", "at_once", "build_template"]

TEMPLATES: Final = Path(cast.__file__).parent.parent.parent / "licence" / "templates"
CENTRE: Final = StampOrder(places=(AtPoint(page=1, x_mm=150, y_mm=240),), reason="通知签发")
NOTICE: Final = Purpose(purpose="document.stamp", document_kind="notice")
REASON: Final = "材料齐全"
YEAR: Final = timedelta(days=365)
LETTER: Final = paper()
"""A document that somebody puts forward."""
SHORT_SCHEMA: Final[Mapping[str, Any]] = cast.FOOD_SCHEMA


def actor(name: str, *grants: Grant | Duty, is_client: bool = False) -> Actor:
    """Return somebody who acts, with duties."""
    held = frozenset(one if isinstance(one, Grant) else Grant(one) for one in grants)
    return Actor(id=name, grants=held, is_client=is_client)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Everybody who has to do with the seals and licences of one organisation, each with one duty."""

    organisation: str
    system: str
    """Its business system."""

    def of(self, duty: Duty, name: str = "") -> Actor:
        """Return somebody with `duty` for this organisation."""
        return actor(name or f"{duty.value} of {self.organisation}", Grant(duty, self.organisation))

    @property
    def applicant(self) -> Actor:
        return self.of(Duty.SEAL_APPLICANT)

    @property
    def owner(self) -> Actor:
        return self.of(Duty.SEAL_OWNER)

    @property
    def officer(self) -> Actor:
        return self.of(Duty.LICENCE_OFFICER)

    @property
    def licence_reviewer(self) -> Actor:
        return self.of(Duty.LICENCE_REVIEWER)

    @property
    def client(self) -> Actor:
        return replace(self.of(Duty.BUSINESS_SYSTEM, self.system), is_client=True)

    @property
    def reviewer(self) -> Actor:
        return actor("reviewer", Duty.SEAL_REVIEWER)

    @property
    def maker(self) -> Actor:
        return actor("maker", Duty.SEAL_MAKER)

    @property
    def filer(self) -> Actor:
        return actor("filer", Duty.SEAL_FILER)


CHECKED: dict[bytes, None] = {}
"""Templates that passed their checks in this run: a second each, and they are the same in every house."""


class House:
    """A founded instance with its services."""

    def __init__(self, settings: Settings, clock: SettableClock) -> None:
        self.settings, self.clock, self.faults = settings, clock, Faults()
        roots = RootKeys.of(RootKey.load(settings.root_key))
        self.store = Store(settings.database, clock=clock, journal=FaultyJournal(AuditTrail(), self.faults))
        self.custody = FaultyCustody(Keyring(self.store, SoftwareDevice(roots)), self.faults)
        self.authorities = Authorities(self.store, self.custody, address=settings.pki_url)
        with self.store.reading() as view:
            self.service_keys = ServiceKeys(self.custody, self.authorities, view)
        protection = StoredProtection(self.store, roots)
        people = IdentityRepository(protection)
        self.identity = IdentityService(self.store, people)
        access = AccessService(store=self.store, repository=people, identity=self.identity)
        self.appointing = AppointingService(store=self.store, repository=people, identity=self.identity)
        self.clients = ClientService(
            store=self.store,
            repository=people,
            identity=self.identity,
            appointing=self.appointing,
            access=access,
            audiences=(settings.claim_url,),
        )
        self.blobs = FaultyBlobs(LocalBlobs(settings.blobs, protection), self.faults)
        self.stampers = Stampers(
            seal=self.time_authority(Role.TIME_STAMP_SM2),
            document=self.time_authority(Role.TIME_STAMP_P256),
            certificates=lambda: tuple(
                self.service_keys.certificate(one) for one in (Role.TIME_STAMP_SM2, Role.TIME_STAMP_P256)
            ),
        )
        self.workshop = Workshop(
            store=self.store,
            custody=self.custody,
            authorities=self.authorities,
            service_keys=self.service_keys,
            blobs=self.blobs,
        )
        self.destroyer = FakeDestroyer(clock)
        self.seals = SealService(
            store=self.store,
            identity=self.identity,
            authorities=self.authorities,
            blobs=self.blobs,
            workshop=self.workshop,
            destroyer=self.destroyer,
        )
        self.evidence = EvidenceService(
            store=self.store, identity=self.identity, blobs=self.blobs, protection=protection
        )
        self.signed = SignedAuthorisations(store=self.store, service_keys=self.service_keys)
        signing = MandateSigning(store=self.store, service_keys=self.service_keys)
        self.mandates = MandateService(store=self.store, identity=self.identity, signing=signing)
        self.stampings = self.stamping_service()
        self.permitting = self.stampings.permitting
        self.authorisations = AuthorisationService(
            store=self.store, identity=self.identity, signed=self.signed, permitting=self.permitting
        )
        self.approvals = ApprovalService(store=self.store, permitting=self.permitting)
        self.digests = DigestStampingService(
            store=self.store,
            intents=self.stampings.intents,
            custody=self.custody,
            authorities=self.authorities,
            stamper=self.stampers.seal,
        )
        self.messages = MessageSigningService(
            store=self.store,
            intents=self.stampings.intents,
            custody=self.custody,
            authorities=self.authorities,
            blobs=self.blobs,
            stamper=self.stampers.seal,
        )
        self.renderer = Renderer(TEMPLATES, typefaces.FOLDER, bundles=self.blobs)
        self.registry = LicenceRepository(protection)
        self.catalogue = Catalogue(
            store=self.store,
            identity=self.identity,
            repository=TypeRepository(),
            renderer=self.renderer,
            blobs=self.blobs,
        )
        self.catalogue.passed = CHECKED
        self.licences = LicenceService(
            store=self.store,
            identity=self.identity,
            repository=self.registry,
            catalogue=self.catalogue,
            stampings=self.stampings,
            renderer=self.renderer,
            blobs=self.blobs,
            service_keys=self.service_keys,
            address=settings.claim_url,
        )
        self.verification = VerificationService(
            store=self.store,
            identity=self.identity,
            catalogue=self.catalogue,
            repository=self.registry,
            authorities=self.authorities,
            service_keys=self.service_keys,
        )
        self.names: dict[str, str] = {}
        if self.names_file.exists():
            self.names = json.loads(self.names_file.read_text(encoding="utf-8"))

    @classmethod
    def copied(cls, template: Path, folder: Path, clock: SettableClock) -> "House":
        """Open a copy of a template."""
        shutil.copytree(template, folder)
        return cls(Settings(data_dir=folder), clock)

    @property
    def names_file(self) -> Path:
        """The file that tells the identifiers of what is in a template."""
        return self.settings.data_dir / "names.json"

    def time_authority(self, role: Role) -> FaultyStamper:
        """Return a time-stamp authority of the instance."""
        inner = TimeAuthority(self.service_keys.time_stamp_signer(role), self.clock)
        return FaultyStamper(inner, self.faults, role.value)

    def stamping_service(self, *, identity: IdentityService | None = None) -> StampingService:
        """Return a stamping service, with another service of identity where a test wants one."""
        return StampingService(
            store=self.store,
            intents=Intents(store=self.store, permitting=Permitting(identity or self.identity), signed=self.signed),
            custody=self.custody,
            authorities=self.authorities,
            blobs=self.blobs,
            stampers=self.stampers,
        )

    # --- people

    @property
    def authority(self) -> Staff:
        """The authority that has a seal and issues licences."""
        return self.staff("authority")

    def staff(self, organisation: str) -> Staff:
        """Return the people of an organisation by its name in the template."""
        return Staff(organisation=self.names[organisation], system=self.names[f"client of {organisation}"])

    def register(self, name: str, credit_code: str) -> str:
        """Register and prove an organisation."""
        command = RegisterOrganisation(name=name, credit_code=credit_code)
        found = self.identity.register_organisation(actor("registrar", Duty.REGISTRAR), command).id
        self.identity.prove(actor("second registrar", Duty.REGISTRAR), found)
        return found

    def client(self, organisation: str, *, approve: bool = True) -> str:
        """Register a business system of an organisation, and approve it."""
        key = ECKey.generate_key("P-256").as_dict(private=False)
        client = self.clients.register_client(
            actor("system administrator", Duty.SYSTEM_ADMINISTRATOR),
            name="综合业务系统",
            organisation=organisation,
            public_jwk=key,
            request_key=self.next_key(),
        ).id
        if approve:
            self.clients.approve_client(actor("security administrator", Duty.SECURITY_ADMINISTRATOR), client)
        return client

    def fresh_staff(self, prefix: str = "11") -> Staff:
        """Register an organisation that nobody knows yet, and return its people."""
        serial = f"MB1{self.head() + 100:06d}"
        return Staff(organisation=self.register("云州市某某局", cast.organisation_code(prefix, serial)), system="")

    def next_key(self) -> str:
        """Return an idempotency key that nobody has used."""
        return secrets.token_hex(8)

    # --- seals

    def apply(self, staff: Staff, *, kind: SealKind = SealKind.BUSINESS, row: str = "业务专用章") -> Seal:
        """Apply for a seal."""
        return self.seals.apply(staff.applicant, self.apply_command(staff, kind=kind, row=row))

    def apply_command(self, staff: Staff, **changes: Any) -> ApplyForSeal:  # noqa: ANN401 - a command's fields
        """Return the command to apply for a seal for business."""
        command = ApplyForSeal(
            owner=staff.organisation,
            kind=SealKind.BUSINESS,
            row="业务专用章",
            evidence=self.documents(staff),
            reason="办理业务",
            request_key=self.next_key(),
        )
        return replace(command, **changes)

    def remake_command(self, staff: Staff, seal: str, **changes: Any) -> RemakeSeal:  # noqa: ANN401 - likewise
        """Return the command to apply for a seal that replaces another whose image is worn."""
        command = RemakeSeal(
            seal=seal,
            ground=Ground.IMAGE_WORN,
            evidence=self.documents(staff),
            reason="章面磨损",
            request_key=self.next_key(),
        )
        return replace(command, **changes)

    def documents(self, staff: Staff, *kinds: EvidenceKind) -> tuple[str, ...]:
        """Put documents of these kinds forward for an organisation; without kinds what an application needs."""
        found = []
        for kind in kinds or sorted(REQUIRED[None]):
            command = PutForward(
                organisation=staff.organisation,
                kind=kind,
                content=LETTER,
                media_type="application/pdf",
                request_key=self.next_key(),
            )
            found.append(self.evidence.put_forward(staff.reviewer, command).id)
        return tuple(found)

    def approved(self, staff: Staff, *, kind: SealKind = SealKind.BUSINESS, row: str = "业务专用章") -> Seal:
        """Return a seal that is ready to be made."""
        return self.seals.approve(staff.reviewer, self.apply(staff, kind=kind, row=row).id, reason=REASON)

    def active(self, staff: Staff, *, kind: SealKind = SealKind.BUSINESS, row: str = "业务专用章") -> Seal:
        """Return a seal that its owner has accepted."""
        seal = self.approved(staff, kind=kind, row=row).id
        self.seals.make(staff.maker, seal)
        self.seals.file(staff.filer, seal)
        self.seals.issue(staff.maker, seal)
        return self.seals.accept(staff.owner, seal)

    def authorise(self, seal: str, holder: Actor, **changes: Any) -> Authorisation:  # noqa: ANN401 - a command's fields
        """Let the authority authorise `holder` to stamp notices for a year, or what `changes` say."""
        command = self.authorise_command(seal, holder, **changes)
        return self.authorisations.authorise(self.authority.owner, command)

    def authorise_command(self, seal: str, holder: Actor, **changes: Any) -> AuthoriseStamping:  # noqa: ANN401 - likewise
        """Return the command to authorise `holder` to stamp notices for a year."""
        command = AuthoriseStamping(
            seal=seal,
            holder=holder.id,
            purpose=NOTICE.purpose,
            document_kinds=(NOTICE.document_kind,),
            valid_until=self.clock.now() + YEAR,
            request_key=self.next_key(),
        )
        return replace(command, **changes)

    def delegate_command(self, within: Authorisation, agent: Actor, **changes: Any) -> DelegateStamping:  # noqa: ANN401 - likewise
        """Return the command to let one of an organisation's own stamp notices within its authorisation."""
        terms = replace(self.authorise_command(within.seal, agent, valid_until=within.valid_until), **changes)
        return DelegateStamping(within=within.id, terms=terms)

    @property
    def seal(self) -> str:
        """The active seal of the authority."""
        return self.names["seal"]

    def stamp_command(self, **changes: Any) -> StampPDF:  # noqa: ANN401 - a command's fields
        """Return the command to stamp a notice."""
        command = StampPDF(
            seal=self.seal,
            pdf=paper(),
            order=CENTRE,
            purpose=NOTICE,
            request_key=self.next_key(),
        )
        return replace(command, **changes)

    # --- looking

    def states(self, seal: str = "") -> list[StampingState]:
        """Return the states of all stampings of a seal, oldest first."""
        with self.store.reading() as view:
            found = stamping_repository.stampings(view, seal=seal or self.seal)
            return [one.state for one in sorted(found, key=lambda one: one.at)]

    def used(self, authorisation: Authorisation) -> int:
        """Return how many stampings of an authorisation count."""
        with self.store.reading() as view:
            (found,) = (
                one
                for one in stamping_repository.authorisations(view, authorisation.seal)
                if one.id == authorisation.id
            )
            return found.used

    def head(self) -> int:
        """Return where the audit trail ends."""
        with self.store.reading() as view:
            return trail.audit_head(view)[0]

    def events(self, *, after: int = 0) -> list[AuditEvent]:
        """Return what the audit trail holds after a place."""
        with self.store.reading() as view:
            return [one.event for one in trail.events(view, after=after)]

    def tags(self, *, after: int = 0) -> list[str]:
        """Return the tags of what the audit trail holds after a place."""
        return [one.tag for one in self.events(after=after)]

    def reopened(self) -> "House":
        """Return the instance as it comes up after its process has died."""
        self.store.close()
        return House(self.settings, self.clock)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Do everything at the same time; return what came of each, errors too."""
    barrier = threading.Barrier(len(works))

    def work(one: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return one()
        except TrustError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))


def build_template(folder: Path, *, database_url: str = "") -> House:
    """Found an instance and put people, a seal and licence types into it."""
    clock = SettableClock()
    settings = Settings(data_dir=folder, database_url=database_url)
    hold_ceremony(settings, cast.founders(), clock)
    house = House(settings, clock)
    company = cast.ENTERPRISE
    house.names["authority"] = house.register(cast.AUTHORITY.name, cast.AUTHORITY.code)
    house.names["other"] = house.register("云州市数据管理局", cast.organisation_code("11", "MB0A00026"))
    house.names["company"] = house.register(company.name, company.code)
    person = RegisterPerson(name="王𠮷㛃", citizen_number=cast.person_number(301))
    for name in ("authority", "other"):
        house.names[f"client of {name}"] = house.client(house.names[name])
    house.names["person"] = house.identity.register_person(actor("registrar", Duty.REGISTRAR), person).id
    house.identity.prove(actor("second registrar", Duty.REGISTRAR), house.names["person"])
    staff = house.authority
    house.names["seal"] = house.active(staff, row="电子证照专用章").id
    house.names["spare"] = house.active(staff).id
    house.authorise(house.seal, staff.client)
    house.authorise(house.seal, staff.client, purpose=ISSUE_PURPOSE, document_kinds=())
    organisations, persons = frozenset({HolderCategory.LEGAL_PERSON}), frozenset({HolderCategory.NATURAL_PERSON})
    for code, name, template, schema, holders in (
        (cast.FOOD_TYPE, "食品经营许可证", "food_permit", cast.FOOD_SCHEMA, organisations),
        (cast.BUSINESS_TYPE, "营业执照", "business_licence", cast.BUSINESS_SCHEMA, organisations),
        (f"{cast.DEFINER}077", "健康证明", "food_permit", cast.FOOD_SCHEMA, persons),
    ):
        particulars = TypeParticulars(code=code, name=name, holders=holders, schema=schema)
        draft = DraftType(issuer=staff.organisation, template=template, particulars=particulars)
        house.names[code] = house.catalogue.draft(staff.officer, draft).id
        house.catalogue.review(staff.licence_reviewer, house.names[code])
        house.catalogue.publish(staff.officer, house.names[code])
    house.names_file.write_text(json.dumps(house.names), encoding="utf-8")
    return house
