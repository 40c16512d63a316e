"""The founding ceremony 密钥仪式: root key, database, authorities, and the first persons with their duties.

The founders are three administrators and two registrars, who register and prove everybody else. Each gets an
activation code and chooses a password alone; the transcript tells what was done, and holds no secret.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api import migrations
from api.foundation import Foundation, prove_cryptography
from api.settings import Settings
from identity.citizen_number import CitizenNumber
from identity.duties import Duty, Grant
from identity.lifecycle import SubjectState
from identity.service import RegisterPerson
from identity.subject import PersonName
from identity.tokens import IssuedToken
from trust import founding, repository
from trust.certificates import Certificate
from trust.clock import Clock, SystemClock
from trust.errors import Conflict, Invalid, TrustError
from trust.store import Transaction
from trust.typefaces import require_coverage

__all__ = [
    "CEREMONY",
    "DEMONSTRATION",
    "AdministratorsEnough",
    "Founded",
    "FounderNamedTwice",
    "FounderRecord",
    "Founders",
    "FoundersMalformed",
    "add_security_administrator",
    "hold_ceremony",
]

CEREMONY: Final = "ceremony"
"""Who acts in a ceremony, in the audit trail."""

DEMONSTRATION: Final = "（演示）"
"""Ends the operator's name of an instance whose people and organisations are made up. The name stands in the root
certificates and in all below them, so that nothing of such an instance passes for real, and it cannot be taken off."""

ENOUGH: Final = 2
"""Security administrators that an instance needs, so that one proposes and another agrees."""

MAX_OPERATOR: Final = 37
"""Characters of the operator's name, so that the names of its authorities have at most 64 (X.520, ub-common-name)."""


class FoundersMalformed(Invalid):
    """The file does not name founders; `fault` says why, without what stands there."""

    code = "instance.founders_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "fault")


class FounderNamedTwice(Invalid):
    """One person cannot hold two of the founders' duties: they watch each other."""

    code = "instance.founder_named_twice"
    detail_names: ClassVar[tuple[str, ...]] = ("duty",)


class AdministratorsEnough(Conflict):
    """Two security administrators are there: they appoint others, and no ceremony does."""

    code = "instance.administrators_enough"


Read = TypeVar("Read", bound=BaseModel)


def read_json(kind: type[Read], path: Path) -> Read:
    """Read what a JSON file tells. Raise `FoundersMalformed`, without what stands there."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise FoundersMalformed(field=place or "JSON", fault=first["msg"]) from None


class FounderRecord(BaseModel):
    """A founding person."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=100, repr=False)
    citizen_number: str = Field(min_length=18, max_length=18, repr=False)

    @classmethod
    def read(cls, path: Path) -> "FounderRecord":
        """Read one person from a JSON file. Raise `FoundersMalformed`."""
        return read_json(cls, path)


class Founders(BaseModel):
    """Who founds the instance, and its operator."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    operator: Annotated[
        str, Field(min_length=2, max_length=MAX_OPERATOR, description="Unit that operates the instance")
    ]
    system_administrator: FounderRecord
    security_administrator: FounderRecord
    auditor: FounderRecord
    registrars: Annotated[list[FounderRecord], Field(min_length=2, max_length=10)]
    second_security_administrator: FounderRecord | None = None
    """Who agrees to what the first one proposes. Without, nobody is given a duty until one is added."""

    @classmethod
    def read(cls, path: Path) -> "Founders":
        """Read the founders from a JSON file. Raise `FoundersMalformed`."""
        return read_json(cls, path)

    def duties(self) -> list[tuple[Duty, FounderRecord]]:
        """Return who gets which duty."""
        return [
            (Duty.SYSTEM_ADMINISTRATOR, self.system_administrator),
            (Duty.SECURITY_ADMINISTRATOR, self.security_administrator),
            (Duty.AUDITOR, self.auditor),
            *((Duty.REGISTRAR, registrar) for registrar in self.registrars),
            *((Duty.SECURITY_ADMINISTRATOR, one) for one in (self.second_security_administrator,) if one is not None),
        ]

    def require_possible(self, today: date) -> None:
        """Raise what is wrong with the operator or a founder, before anything is made that cannot be made again."""
        require_coverage(self.operator, field="operator")  # it stands in every certificate
        numbers: set[CitizenNumber] = set()
        for place, (duty, founder) in enumerate(self.duties(), start=1):
            try:
                PersonName(founder.name.strip())
                number = CitizenNumber.parse(founder.citizen_number, today=today)
                if number in numbers:
                    raise FounderNamedTwice(duty=duty.value)
            except TrustError as error:
                error.add_note(f"founder {place}: {duty.value}")
                raise
            numbers.add(number)


@dataclass(frozen=True, kw_only=True)
class Founder:
    """A founding person with an activation code."""

    duty: Duty
    name: str = field(repr=False)
    activation: IssuedToken


@dataclass(frozen=True, kw_only=True)
class Founded:
    """What a ceremony has made."""

    at: datetime
    operator: str
    founders: tuple[Founder, ...]
    certificates: tuple[tuple[str, Certificate], ...]
    root_key: Path

    def transcript(self) -> str:
        """Return the transcript, which holds no secret."""
        lines = [
            f"# 密钥仪式记录 Ceremony transcript — {self.operator}",
            "",
            f"{self.at.isoformat()}，根密钥文件 root key file: {self.root_key.name} (0600)",
            "",
            "| 机构 authority | 主体 subject | SM3 指纹 fingerprint |",
            "|---|---|---|",
            *(f"| {name} | {one.common_name} | `{one.fingerprint}` |" for name, one in self.certificates),
            "",
            "| 职责 duty | 统一标识 unified identifier |",
            "|---|---|",
            *(f"| {founder.duty.value} | {founder.activation.holder} |" for founder in self.founders),
            "",
        ]
        return "\n".join(lines)


def hold_ceremony(settings: Settings, founders: Founders, clock: Clock | None = None) -> Founded:
    """Found an instance. Raise `KeystoreExists`, `AlreadyFounded`, `SelfTestFailed`, or what is wrong with a person.

    A ceremony that broke off is finished by holding it again with the root key that it made.
    """
    prove_cryptography(settings)
    clock = clock or SystemClock()
    founders.require_possible(clock.now().date())
    base = Foundation.create(settings, clock)
    try:
        migrations.upgrade(base.store.writer)
        base.establish()
        try:
            founding.found(base.store, base.custody, base.authorities, operator=founders.operator)
        except founding.AlreadyFounded:
            if was_held(base):
                raise
        base.responders.keep_fresh()
        with base.store.transaction() as tx:
            people = tuple(found_person(base, tx, duty, record) for duty, record in founders.duties())
        with base.store.reading() as view:
            certificates = tuple((one.name, one.certificate) for one in base.authorities.all(view))
            at = view.now
    finally:
        base.store.close()
    return Founded(
        at=at, operator=founders.operator, founders=people, certificates=certificates, root_key=settings.root_key
    )


def add_security_administrator(settings: Settings, record: FounderRecord, clock: Clock | None = None) -> Founder:
    """Hold the ceremony that adds a security administrator, where fewer than two are left to watch each other.

    Raise `AdministratorsEnough`, or what is wrong with the person. It needs the instance's root key, as every ceremony.
    """
    base = Foundation.open(settings, clock)
    try:
        with base.store.transaction() as tx:
            if len(base.appointing.security_administrators(tx)) >= ENOUGH:
                raise AdministratorsEnough
            return found_person(base, tx, Duty.SECURITY_ADMINISTRATOR, record)
    finally:
        base.store.close()


def was_held(base: Foundation) -> bool:
    """Tell whether founders were registered: the last that a ceremony does, and all of them at once."""
    with base.store.reading() as view:
        return any(recorded.event.actor == CEREMONY for recorded in repository.events(view))


def found_person(base: Foundation, tx: Transaction, duty: Duty, record: FounderRecord) -> Founder:
    """Register a founding person as proven by the ceremony, with an account and a duty."""
    command = RegisterPerson(name=record.name, citizen_number=record.citizen_number)
    person = base.identity.add_person(tx, command, by=CEREMONY, state=SubjectState.ACTIVE)
    tx.flush()
    activation = base.access.add_account(tx, person.id, by=CEREMONY)
    base.appointing.add_grant(tx, person.id, Grant(duty), by=CEREMONY)
    return Founder(duty=duty, name=record.name, activation=activation)
