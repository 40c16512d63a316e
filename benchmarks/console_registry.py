"""The registry of a province for the console: 100,000 licences and 10,000 seals, with the people and events they take.

One of everything is made by the service itself; the rest are copies under other names (benchmarks/many_rows.py).
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from api.demo import cast
from benchmarks.licence_rig import Rig
from benchmarks.many_rows import Copies
from identity import grant_repository
from identity.appointing import GrantDuty, content_of
from identity.citizen_number import CitizenNumber, check_character
from identity.documents import IdentityDocument
from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.four_eyes import repository as proposals
from identity.four_eyes.proposals import ProposalState
from identity.levels import Factor
from identity.lifecycle import SubjectState
from identity.service import RegisterPerson
from identity.subject import PersonName, SubjectKind, new_unified_identifier
from licence import repository as licences
from licence import request_repository
from licence.life.reviewing import AskStep
from licence.lifecycle import LicenceEvent, LicenceState
from seal.kinds import SealKind
from seal.lifecycle import SealState
from trust import repository as trail
from trust.events import AuditEvent, canonical, digest_of
from trust.identifiers import new_id

__all__ = ["Amounts", "Registry", "fill"]

CITIES: Final = ("云州市", "青川市", "临江市", "北原市", "南屏市", "望海市", "金河市")
BUREAUS: Final = ("市场监督管理局", "公安局", "人力资源局", "自然资源局", "卫生健康委员会", "交通运输局", "民政局")
KINDS: Final = (SealKind.BUSINESS, SealKind.FINANCE, SealKind.CONTRACT, SealKind.INVOICE)
SEAL_STATES: Final = (
    *(SealState.ACTIVE for _ in range(16)),
    *(SealState.APPLIED, SealState.SUSPENDED, SealState.CANCELLED, SealState.MADE),
)
LICENCE_STATES: Final = (
    *(LicenceState.IN_FORCE for _ in range(17)),
    *(LicenceState.SUSPENDED, LicenceState.REVOKED, LicenceState.CANCELLED),
)
TAGS: Final = (
    *("access:check:allowed", "seal:stamp:done", "licence:release:done", "session:begin:done", "access:check:refused"),
    *("identity:prove:done", "licence:suspend:done", "seal:accept:done", "token:issue:done", "certificate:issue:done"),
)
GREAT: Final = 20
"""Every so-manyth licence is held by one and the same organisation."""

STEPS: Final = 6
"""Steps in the life of a seal."""

FEW: Final = 50
"""Every so-manyth is not in the usual state."""

FAMILY: Final = "赵钱孙李周吴郑王"
GIVEN: Final = "明华强芳静磊敏杰"
FIRST_BIRTH: Final = date(1950, 1, 1)
A_DAY: Final = 900
"""People born on one day, in one area."""


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How many there are of each."""

    licences: int = 100_000
    seals: int = 10_000
    organisations: int = 20_000
    persons: int = 20_000
    accounts: int = 5_000
    clients: int = 500
    types: int = 100
    stampings: int = 100_000
    events: int = 200_000
    proposals: int = 1_000
    requests: int = 1_000

    def shared_by(self, divisor: int) -> "Amounts":
        """Return a registry that is as many times smaller."""
        return Amounts(**{name: max(10, count // divisor) for name, count in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Registry:
    """A registry that was filled, and what is asked for in it."""

    rig: Rig
    authority: str
    type: str
    holder_code: str
    organisation: str
    persons: Sequence[str]
    middle_licence: str
    middle_stamping: str
    middle_event: int

    def bearer(self, *duties: Duty) -> str:
        """Return a session of a new person who holds these duties, for the authority where they are for one."""
        base = self.rig.instance.base
        command = RegisterPerson(name="赵犇", citizen_number=number_of(secrets.randbelow(10_000) * A_DAY))
        one, other = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("one", "other"))
        person = base.identity.register_person(one, command)
        base.identity.prove(other, person.id)
        with base.store.transaction() as tx:
            for duty in duties:
                grant = Grant(duty, self.authority if duty in OF_ORGANISATION else None)
                base.appointing.add_grant(tx, person.id, grant, by="benchmark")
            proven = base.identity.require_person(tx, person.id)
            return base.access.add_session(tx, proven, {Factor.PASSKEY}, agent="benchmark").secret


def number_of(count: int) -> str:
    """Return the citizen number of a made-up person: of the first 900 on each day, others than the story's."""
    day, place = divmod(count, A_DAY)
    body = f"{cast.AREA}{FIRST_BIRTH + timedelta(days=day):%Y%m%d}{place:03d}"
    return body + check_character(body)


def body_of(prefix: str, number: int) -> str:
    """Return an identifier of 26 characters, in the order of the numbers."""
    return f"{prefix}_{number:026d}"


@dataclass
class Filling:
    """Fills the registry of a rig."""

    rig: Rig
    amounts: Amounts

    def __post_init__(self) -> None:
        base = self.rig.instance.base
        self.base = base
        self.copies = Copies(base.store)
        self.now: datetime = base.clock.now()
        with base.store.reading() as view:
            self.authority = self.rig.instance.stampings.permitting.usable(view, self.rig.seal).owner

    def all(self) -> Registry:
        """Make one of everything, and copies of it."""
        issued = self.rig.instance.licences.issue(self.rig.client, *self.rig.commands(1))
        organisations = self.organisations()
        persons = self.persons()
        self.accounts(persons)
        self.clients(organisations)
        self.seals(organisations)
        self.types(issued.type)
        names = self.licences(issued.id, [*organisations, *persons])
        stampings = self.stampings()
        self.requests(issued.id)
        self.proposals(persons)
        last = self.events([*persons[:2_000], *organisations[:2_000]])
        self.copies.analyse()
        return Registry(
            rig=self.rig,
            authority=self.authority,
            type=issued.type,
            holder_code=cast.ENTERPRISE.code,
            organisation=organisations[0],
            persons=persons,
            middle_licence=names[len(names) // 2],
            middle_stamping=stampings[len(stampings) // 2],
            middle_event=last - self.amounts.events // 2,
        )

    def at(self, number: int, *, of: int) -> datetime:
        """Return the moment of a row: they are spread over a year."""
        return self.now - timedelta(days=365) * ((of - number) / of)

    # --- identity

    def organisations(self) -> list[str]:
        """Write organisations, each proven."""
        count = self.amounts.organisations
        made = [str(new_unified_identifier(SubjectKind.ORGANISATION)) for _ in range(count)]

        def one(number: int) -> dict[str, Any]:
            return {
                "id": made[number],
                "name": f"{CITIES[number % 7]}第{number}{BUREAUS[number // 7 % 7]}",
                "credit_code": cast.organisation_code("11", f"MB1{number:06d}"),
                "registered_at": self.at(number, of=count),
                "state": SubjectState.REGISTERED if number % FEW == 0 else SubjectState.ACTIVE,
            }

        self.copies.write("organisation", count, one, id=self.authority)
        self.proofings(made, self.authority)
        return made

    def persons(self) -> list[str]:
        """Write persons with names and numbers that are enciphered, each proven."""
        one_officer, other = (Actor(id=name, grants=frozenset({Grant(Duty.REGISTRAR)})) for name in ("one", "other"))
        command = RegisterPerson(name="王小明", citizen_number=number_of(0))
        seed = self.base.identity.register_person(one_officer, command).id
        self.base.identity.prove(other, seed)
        count, repository = self.amounts.persons, self.base.identities
        made = [str(new_unified_identifier(SubjectKind.PERSON)) for _ in range(count)]

        def one(number: int) -> dict[str, Any]:
            name = PersonName(FAMILY[number % 8] + GIVEN[number // 8 % 8] + GIVEN[number // 64 % 8])
            document = IdentityDocument.of_citizen(CitizenNumber(number_of(number + 1)))
            return {
                "id": made[number],
                "protected": repository.protected(made[number], name, document),
                "number_index": repository.index_of(made[number], document),
                "registered_at": self.at(number, of=count),
                "state": SubjectState.REGISTERED if number % FEW == 0 else SubjectState.ACTIVE,
            }

        self.copies.write("person", count, one, id=seed)
        self.proofings(made, seed)
        return made

    def proofings(self, subjects: Sequence[str], seed: str) -> None:
        """Write the proofing of each."""
        count = len(subjects)
        self.copies.write(
            "proofing",
            count,
            lambda number: {"id": body_of("prf", number) + seed[0], "subject": subjects[number], "transaction": None},
            subject=seed,
        )

    def accounts(self, persons: Sequence[str]) -> None:
        """Write accounts of persons, each with a duty."""
        count = min(self.amounts.accounts, len(persons))
        with self.base.store.reading() as view:
            ((_, found),) = grant_repository.holdings(view, duty=Duty.AUDITOR, limit=1)
            seed = found.holder
        self.copies.write(
            "account",
            count,
            lambda number: {
                "id": body_of("acc", number),
                "person": persons[number],
                "username": f"clerk.{number}",
                "password_hash": "$argon2id$" if number % FEW else None,
                "activated_at": self.now if number % FEW else None,
                "activation_hash": None,
            },
            person=seed,
        )
        duties = sorted(OF_ORGANISATION - {Duty.BUSINESS_SYSTEM, Duty.PLATFORM})
        self.copies.write(
            "grant",
            count,
            lambda number: {
                "id": body_of("grant", number),
                "holder": persons[number],
                "duty": duties[number % len(duties)],
                "organisation": self.authority,
            },
            holder=seed,
        )

    def clients(self, organisations: Sequence[str]) -> None:
        """Write business systems with a key each."""
        count, seed = self.amounts.clients, self.rig.client.id
        self.copies.write(
            "client",
            count,
            lambda number: {
                "id": body_of("client", number),
                "name": f"{CITIES[number % 7]}综合业务系统{number}",
                "organisation": organisations[number % len(organisations)],
            },
            id=seed,
        )
        self.copies.write("client_key", count, lambda number: {"client": body_of("client", number)}, client=seed)

    # --- seals

    def seals(self, organisations: Sequence[str]) -> None:
        """Write seals in every state, and steps of their lives."""
        count, seed = self.amounts.seals, self.rig.seal

        def one(number: int) -> dict[str, Any]:
            at = self.at(number, of=count)
            return {
                "id": new_id("seal", at=at),
                "owner": organisations[number % len(organisations)],
                "name": f"{CITIES[number % 7]}第{number}{BUREAUS[number // 7 % 7]}业务专用章",
                "kind": KINDS[number % len(KINDS)],
                "state": SEAL_STATES[number % len(SEAL_STATES)],
                "code": f"3301{number:010d}",
                "filing_number": f"BA3301{number:010d}",
                "applied_at": at,
                "entered_at": at,
            }

        self.copies.write("seal", count, one, id=seed)
        steps = count * STEPS
        self.copies.write("seal_event", steps, lambda number: {"id": body_of("se", number), "sequence": number + 100})

    def stampings(self) -> list[str]:
        """Write lines of the ledger of one seal."""
        count = self.amounts.stampings
        made = [new_id("stamp", at=self.at(number, of=count)) for number in range(count)]

        def one(number: int) -> dict[str, Any]:
            return {
                "id": made[number],
                "at": self.at(number, of=count),
                "reference": f"云市监〔2026〕{number}号",
                "document_hash": f"{number:064x}",
                "result": None,
            }

        self.copies.write("stamping", count, one, seal=self.rig.seal)
        return sorted(made)

    # --- licences

    def types(self, seed: str) -> None:
        """Write types with a version each."""
        count = self.amounts.types
        self.copies.write(
            "licence_type",
            count,
            lambda number: {"id": body_of("type", number), "code": f"11100000MB0127{number:07d}"},
            id=seed,
        )
        self.copies.write(
            "licence_type_version",
            count,
            lambda number: {"id": body_of("tv", number), "type": body_of("type", number)},
            type=seed,
        )

    def licences(self, seed: str, holders: Sequence[str]) -> list[str]:
        """Write licences of one authority in every state; each twentieth is the same holder's."""
        count = self.amounts.licences
        row = self.copies.first("licence", id=seed)
        plain = self.base.protection.reveal(row["protected"], context=licences.context_of(seed))
        made = [new_id("lic", at=self.at(number, of=count)) for number in range(count)]
        kinds = [row["type"], *(body_of("type", number) for number in range(self.amounts.types))]

        def one(number: int) -> dict[str, Any]:
            name, at = made[number], self.at(number, of=count)
            return {
                "id": name,
                "chain": name,
                "type": kinds[number % len(kinds)] if number % 2 else row["type"],
                "holder": row["holder"] if number % GREAT == 0 else holders[number % len(holders)],
                "state": LICENCE_STATES[number % len(LICENCE_STATES)],
                "identifier": f"1.2.156.3005.2.copy.{number:012d}",
                "digest": f"{number:064x}",
                "number": f"JY23302{number:09d}",
                "status_index": 1_000_000 + number,
                "protected": self.base.protection.protect(plain, context=licences.context_of(name)),
                "entered_at": at,
                "prepared_at": at,
                "issued_on": at.date(),
                "last_day": at.date() + timedelta(days=5 * 365),
                "stamping": None,
                "file": f"{number:064x}",
            }

        self.copies.write("licence", count, one, id=seed)
        self.copies.write(
            "licence_event",
            count,
            lambda number: {"id": body_of("le", number), "licence": made[number]},
            licence=seed,
            sequence=1,
        )
        return sorted(made)

    def requests(self, licence: str) -> None:
        """Write requests for review that wait."""
        officer = Actor(id="officer", grants=frozenset({Grant(Duty.LICENCE_OFFICER, self.authority)}))
        command = AskStep(
            licence=licence, event=LicenceEvent.SUSPEND, reason="登记事项待核实", ground=None, request_key="ask"
        )
        asked = self.rig.instance.reviews.ask_step(officer, command)
        protection = self.base.protection
        row = self.copies.first("licence_request", id=asked.id)
        plain = protection.reveal(row["protected"], context=request_repository.context_of(asked.id))
        self.copies.write(
            "licence_request",
            self.amounts.requests,
            lambda number: {
                "id": body_of("lr", number),
                "requester": f"officer{number % 50}",
                "protected": protection.protect(plain, context=request_repository.context_of(body_of("lr", number))),
            },
            id=asked.id,
        )

    # --- proposals and the trail

    def proposals(self, persons: Sequence[str]) -> None:
        """Write proposals that wait: duties for persons."""
        count, protection = self.amounts.proposals, self.base.protection
        content = canonical(content_of(Grant(Duty.SEAL_MAKER), until=None))

        def one(number: int) -> dict[str, Any]:
            name = new_id("prop", at=self.now + timedelta(milliseconds=number))
            return {
                "version": 1,
                "id": name,
                "kind": GrantDuty.kind,
                "subject": persons[number % len(persons)],
                "organisation": None,
                "protected": protection.protect(content, context=proposals.context_of(name)),
                "reason": "任职通知〔2026〕12号",
                "state": ProposalState.PROPOSED,
                "open_key": None,
                "proposed_by": f"security{number % 3}",
                "proposed_at": self.now,
                "expires_at": self.now + timedelta(days=7),
                "decided_by": None,
                "decided_at": None,
                "remark": "",
            }

        self.copies.put("proposal", (one(number) for number in range(count)))

    def events(self, who: Sequence[str]) -> int:
        """Write events at the end of the trail, each with its hash; return the place of the last."""
        count = self.amounts.events
        with self.base.store.reading() as view:
            head, digest = trail.audit_head(view)

        def rows() -> Iterator[dict[str, Any]]:
            previous = digest
            for number in range(count):
                actor = who[number % len(who)]
                event = AuditEvent(
                    tag=TAGS[number % len(TAGS)], actor=actor, subject=who[-number % len(who)], facts={"number": number}
                )
                at = self.now + timedelta(milliseconds=number)
                sequence = head + 1 + number
                previous = digest_of(previous, sequence, at, event)
                yield {
                    "sequence": sequence,
                    "at": at,
                    "tag": event.tag,
                    "actor": actor,
                    "subject": event.subject,
                    "facts": dict(event.facts),
                    "digest": previous,
                }

        self.copies.put("audit_event", rows())
        newest = self.copies.first("audit_event", sequence=head + count)
        self.copies.change("audit_head", sequence=head + count, digest=newest["digest"])
        return head + count


def fill(rig: Rig, amounts: Amounts) -> Registry:
    """Fill the registry of a rig."""
    return Filling(rig, amounts).all()
