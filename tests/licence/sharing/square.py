"""A square where licences are shared: an issuer, a holder, clients that ask, and what each of them agreed to."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from api.demo import cast
from api.sharing_wiring import Sharing
from identity.duties import Actor, Duty, Grant
from identity.subject import SubjectKind
from licence.records import Licence
from licence.sharing.asking import QueryHolder
from licence.sharing.consenting import GiveConsent
from licence.sharing.copying import COPY_PURPOSE, Platform
from licence.sharing.entries import HOLDER_CODE, HOLDER_NAME, NUMBER, Call, Consent, Disclosure, SharingGrant
from licence.sharing.granting import ProposeGrant
from licence.sharing.handing import AskForCopy
from licence.sharing.repository import SharingRepository
from seal.stamping.authorising import AuthoriseStamping
from tests.licence.builders import PERSON_TYPE, Desk
from tests.seal.houses import YEAR, House, actor

__all__ = ["FIELDS", "LAW", "MONTH", "PURPOSE", "WORDS", "Square"]

PURPOSE: Final = "loan.review"
WORDS: Final = "个人住房公积金贷款资格审核"
LAW: Final = "《住房公积金管理条例》第二十六条"
MONTH: Final = timedelta(days=30)
FIELDS: Final = {
    NUMBER: Disclosure.WHOLE,
    HOLDER_NAME: Disclosure.WHOLE,
    HOLDER_CODE: Disclosure.MASKED,
    "data.operator_name": Disclosure.WHOLE,
    "data.address": Disclosure.MASKED,
}


@dataclass
class Square:
    """Everybody who has to do with sharing, over a desk that issues food permits to one company."""

    desk: Desk
    sharing: Sharing = field(init=False)
    clients: int = 0

    def __post_init__(self) -> None:
        self.sharing = self.with_platform(Platform(seal=self.house.seal, system=self.desk.staff.system))

    def with_platform(self, platform: Platform | None) -> Sharing:
        """Return the services of sharing, with what copies are sealed with."""
        house = self.house
        return Sharing(
            store=house.store,
            identity=house.identity,
            catalogue=house.catalogue,
            licences=house.registry,
            repository=SharingRepository(house.registry.protection),
            verification=house.verification,
            stampings=house.stampings,
            blobs=house.blobs,
            platform=platform,
            service_keys=house.service_keys,
            address="https://trust.example/c/",
        )

    @property
    def house(self) -> House:
        """Where it all happens."""
        return self.desk.house

    @property
    def holder(self) -> str:
        """The company that holds the permits."""
        return self.house.names["company"]

    @property
    def speaker(self) -> Actor:
        """Somebody who was appointed for the company's licences."""
        return actor(self.house.names["person"], Grant(Duty.LICENCE_HOLDER, self.holder))

    def client(self) -> Actor:
        """Return a new business system of another authority."""
        name = self.house.client(self.house.names["other"])
        return Actor(
            id=name, grants=frozenset({Grant(Duty.BUSINESS_SYSTEM, self.house.names["other"])}), is_client=True
        )

    # --- grants

    def proposal(self, client: Actor, **changes: Any) -> ProposeGrant:  # noqa: ANN401 - a command's fields
        """Return the command to propose a grant for food permits, for every call, by a law."""
        command = ProposeGrant(
            issuer=self.desk.staff.organisation,
            client=client.id,
            types={cast.FOOD_TYPE: FIELDS},
            calls=frozenset(Call),
            purposes={PURPOSE: WORDS},
            law=LAW,
            matter="",
            valid_until=self.house.clock.now() + YEAR,
            request_key=self.house.next_key(),
        )
        return replace(command, **changes)

    def grant(self, client: Actor, **changes: Any) -> SharingGrant:  # noqa: ANN401 - likewise
        """Return a grant in force."""
        granting = self.sharing.granting
        proposed = granting.propose(self.desk.staff.officer, self.proposal(client, **changes))
        return granting.approve(self.desk.staff.licence_reviewer, proposed.id)

    # --- consents

    def consent_command(self, grant: SharingGrant, licence: Licence, /, **changes: Any) -> GiveConsent:  # noqa: ANN401 - likewise
        """Return the command to agree to a grant for one licence, with the digest of its words."""
        command = GiveConsent(
            holder=self.holder,
            grant=grant.id,
            licence=licence.id,
            type_code=None,
            purpose=PURPOSE,
            valid_until=self.house.clock.now() + MONTH,
            times=None,
            channel="portal",
            words_digest="",
            request_key=self.house.next_key(),
        )
        return replace(command, **changes)

    def consent(self, grant: SharingGrant, licence: Licence, /, **changes: Any) -> Consent:  # noqa: ANN401 - likewise
        """Return a consent of the holder's."""
        command = self.consent_command(grant, licence, **changes)
        terms = self.sharing.consents.terms(self.speaker, command)
        return self.sharing.consents.give(self.speaker, replace(command, words_digest=terms.digest))

    # --- copies

    def let_copies_be_sealed(self) -> None:
        """Let the owner of the platform's seal authorise the platform's system for copies."""
        command = AuthoriseStamping(
            seal=self.house.seal,
            holder=self.desk.staff.system,
            purpose=COPY_PURPOSE,
            document_kinds=(),
            valid_until=self.house.clock.now() + YEAR,
            request_key=self.house.next_key(),
        )
        self.house.authorisations.authorise(self.desk.staff.owner, command)

    def copy_command(self, licence: Licence, **changes: Any) -> AskForCopy:  # noqa: ANN401 - likewise
        """Return the command to make a copy."""
        command = AskForCopy(
            identifier=licence.identifier,
            user="云州市住房公积金管理中心",
            cause=WORDS,
            valid_until=self.house.clock.now() + MONTH,
            purpose=PURPOSE,
            request_key=self.house.next_key(),
        )
        return replace(command, **changes)

    # --- licences

    @property
    def of_company(self) -> QueryHolder:
        """The question for the company's licences."""
        return QueryHolder(kind=SubjectKind.ORGANISATION, code=cast.ENTERPRISE.code)

    def of_person(self) -> Licence:
        """Return a licence that a person holds."""
        return self.desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
