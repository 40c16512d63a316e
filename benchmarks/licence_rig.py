"""A founded instance that issues licences, in this process: an authority with its seal, a published type, a holder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import Instance
from benchmarks import stampings
from identity.duties import Actor, Duty, Grant
from identity.service import RegisterOrganisation
from licence.catalogue import DraftType
from licence.ordering import IssueLicence
from licence.preparing import ISSUE_PURPOSE
from licence.types.particulars import HolderCategory, TypeParticulars
from licence.types.validity import Lasting, Unit
from seal.stamping.authorising import AuthoriseStamping

__all__ = ["Rig", "rig"]


@dataclass(kw_only=True)
class Rig:
    """An instance, and who issues licences there."""

    instance: Instance
    client: Actor
    seal: str
    count: int = 0

    def commands(self, count: int) -> list[IssueLicence]:
        """Return commands to issue food permits, each with its own number, premises and key."""
        made = []
        for _ in range(count):
            self.count += 1
            record = cast.food_record(cast.ENTERPRISE) | {"premises": f"云州市云溪区桂花路{self.count}号"}
            made.append(
                IssueLicence(
                    type=cast.FOOD_TYPE,
                    seal=self.seal,
                    number=f"JY2330199{self.count:07d}",
                    holder_code=cast.ENTERPRISE.code,
                    data=record,
                    request_key=f"benchmark-{self.count}",
                )
            )
        return made


def publish(instance: Instance, authority: str) -> None:
    """Publish the type of food permits, and register who holds them."""
    base = instance.base
    officer = Actor(id="one", grants=frozenset({Grant(Duty.LICENCE_OFFICER, authority)}))
    reviewer = Actor(id="other", grants=frozenset({Grant(Duty.LICENCE_REVIEWER, authority)}))
    particulars = TypeParticulars(
        code=cast.FOOD_TYPE,
        name="食品经营许可证",
        holders=frozenset({HolderCategory.LEGAL_PERSON}),
        schema=cast.FOOD_SCHEMA,
        validity=Lasting(count=5, unit=Unit.YEARS),
    )
    draft = DraftType(issuer=authority, template="food_permit", particulars=particulars)
    kind = instance.catalogue.draft(officer, draft).id
    instance.catalogue.review(reviewer, kind)
    instance.catalogue.publish(officer, kind)
    registrar = Grant(Duty.REGISTRAR)
    command = RegisterOrganisation(name=cast.ENTERPRISE.name, credit_code=cast.ENTERPRISE.code)
    holder = base.identity.register_organisation(Actor(id="first", grants=frozenset({registrar})), command).id
    base.identity.prove(Actor(id="second", grants=frozenset({registrar})), holder)


def furnish(instance: Instance) -> tuple[Actor, str]:
    """Give an instance everything that issuing needs; return who issues, and the seal."""
    seal, _ = stampings.furnish(instance)
    base = instance.base
    with base.store.reading() as view:
        authority = instance.stampings.permitting.usable(view, seal).owner
    owner = Actor(id="one", grants=frozenset({Grant(Duty.SEAL_OWNER, authority)}))
    (permission,) = instance.authorisations.list(owner, seal)
    client = Actor(id=permission.holder, grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, authority)}), is_client=True)
    command = AuthoriseStamping(
        seal=seal,
        holder=client.id,
        purpose=ISSUE_PURPOSE,
        valid_until=base.clock.now() + timedelta(days=1),
        request_key="authorise-licences",
    )
    instance.authorisations.authorise(owner, command)
    publish(instance, authority)
    return client, seal


@contextmanager
def rig() -> Iterator[Rig]:
    """Found an instance in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        client, seal = furnish(instance)
        yield Rig(instance=instance, client=client, seal=seal)
        instance.base.store.close()
