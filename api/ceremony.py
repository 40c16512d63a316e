"""The founding ceremony 密钥仪式: root key, database, authorities, and the first persons with their duties.

The founders are three administrators and two registrars, who register and prove everybody else. Each gets an
activation code and chooses a password alone; the transcript tells what was done, and holds no secret.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from api import migrations
from api.settings import Settings
from api.wiring import Foundation
from identity.access import IssuedToken
from identity.duties import Duty, Grant
from identity.lifecycle import SubjectState
from identity.service import RegisterPerson
from trust import founding
from trust.certificates import Certificate
from trust.clock import Clock
from trust.crypto import selftest

__all__ = ["Founded", "FounderRecord", "Founders", "hold_ceremony"]

CEREMONY: Final = "ceremony"
"""Who acts in a ceremony, in the audit trail."""


class FounderRecord(BaseModel):
    """A founding person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    citizen_number: str = Field(min_length=18, max_length=18)


class Founders(BaseModel):
    """Who founds the instance, and its operator."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operator: Annotated[str, Field(min_length=2, max_length=50, description="Unit that operates the instance")]
    system_administrator: FounderRecord
    security_administrator: FounderRecord
    auditor: FounderRecord
    registrars: Annotated[list[FounderRecord], Field(min_length=2, max_length=10)]

    @classmethod
    def read(cls, path: Path) -> "Founders":
        """Read the founders from a JSON file."""
        return cls.model_validate_json(path.read_bytes())

    def duties(self) -> list[tuple[Duty, FounderRecord]]:
        """Return who gets which duty."""
        return [
            (Duty.SYSTEM_ADMINISTRATOR, self.system_administrator),
            (Duty.SECURITY_ADMINISTRATOR, self.security_administrator),
            (Duty.AUDITOR, self.auditor),
            *((Duty.REGISTRAR, registrar) for registrar in self.registrars),
        ]


@dataclass(frozen=True, kw_only=True)
class Founder:
    """A founding person with an activation code."""

    duty: Duty
    name: str
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
    """Found an instance. Raise `KeystoreExists`, `AlreadyFounded`, `SelfTestFailed`, or what is wrong with a person."""
    selftest.run()
    base = Foundation.create(settings, clock)
    try:
        migrations.upgrade(base.store.writer)
        founding.found(base.store, base.custody, base.authorities, operator=founders.operator)
        people = tuple(found_person(base, duty, record) for duty, record in founders.duties())
        with base.store.reading() as view:
            certificates = tuple((one.name, one.certificate) for one in base.authorities.all(view))
            at = view.now
    finally:
        base.store.close()
    return Founded(
        at=at, operator=founders.operator, founders=people, certificates=certificates, root_key=settings.root_key
    )


def found_person(base: Foundation, duty: Duty, record: FounderRecord) -> Founder:
    """Register a founding person as proven by the ceremony, with an account and a duty."""
    command = RegisterPerson(name=record.name, citizen_number=record.citizen_number)
    with base.store.transaction() as tx:
        person = base.identity.add_person(tx, command, by=CEREMONY, state=SubjectState.ACTIVE)
        tx.flush()
        activation = base.access.add_account(tx, person.id, by=CEREMONY)
        base.access.add_grant(tx, person.id, Grant(duty), by=CEREMONY)
    return Founder(duty=duty, name=record.name, activation=activation)
