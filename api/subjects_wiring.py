"""Wiring of the life of subjects: what is proposed and carried out, who looked, what is forgotten."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from identity.authentication.repository import AuthenticationRepository
from identity.federation.repository import FederationRepository
from identity.four_eyes.proposals import Handler
from identity.four_eyes.repository import ProposalRepository
from identity.openid.repository import OpenIDRepository
from identity.provisioning.repository import ProvisioningRepository
from identity.recovery.erasing import erase
from identity.service import IdentityService
from identity.subject import Organisation
from identity.subjects.closing import Closing
from identity.subjects.disclosing import DisclosureService
from identity.subjects.erasing import Erasing
from identity.subjects.history import HistoryService
from identity.subjects.merging import Merging
from identity.subjects.papers import DocumentAdding, DocumentEnding
from identity.subjects.renaming import Renaming
from identity.subjects.repository import SubjectRepository
from identity.subjects.representatives import Representing
from licence.lifecycle import LicenceState
from licence.records import has_expired
from licence.repository import LicenceRepository
from licence.sharing.repository import SharingRepository
from seal import repository as seals
from seal.lifecycle import SealState
from seal.records import Seal
from seal.repository import Page, SealQuery
from trust.protection import DataProtection
from trust.store import Reading, Store, Transaction

__all__ = ["Subjects"]

LIVING: Final = frozenset({LicenceState.PREPARED, LicenceState.IN_FORCE, LicenceState.SUSPENDED})
"""States of licences that are still needed."""

WORN: Final = frozenset(
    {
        SealState.MADE,
        SealState.FILED,
        SealState.ISSUED,
        SealState.ACTIVE,
        SealState.SUSPENDED,
        SealState.RESUMING,
        SealState.CANCELLING,
    }
)
"""States of seals that are used, or may be again."""

MOST_SEALS: Final = 1000
"""Seals of one organisation that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Everything that the life of subjects is made of, built once."""

    store: Store
    identity: IdentityService
    protection: DataProtection
    licences: LicenceRepository

    @cached_property
    def repository(self) -> SubjectRepository:
        """The tables of changes and accesses."""
        return SubjectRepository(self.protection)

    @cached_property
    def history(self) -> HistoryService:
        """Questions about what was."""
        return HistoryService(store=self.store, identity=self.identity, repository=self.repository)

    @cached_property
    def disclosures(self) -> DisclosureService:
        """Looking at personal data."""
        return DisclosureService(store=self.store, identity=self.identity, repository=self.repository)

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """What two registrars do together."""
        plain = (self.identity, self.repository)
        forgets = (
            self.forget_authenticators,
            FederationRepository(self.protection).forget,
            ProvisioningRepository(self.protection).forget,
            OpenIDRepository().forget_person,
        )
        return (
            Renaming(*plain),
            DocumentAdding(*plain),
            DocumentEnding(*plain),
            Representing(*plain),
            Closing(*plain),
            Merging(*plain, forgets=forgets),
            Erasing(
                *plain,
                needs={"licence_in_force": self.holds_licence},
                forgets=(*forgets, ProposalRepository(self.protection).erase, self.erase_proofings),
            ),
        )

    def former_seals(self, organisation: str) -> tuple[Seal, ...]:
        """Return the seals of an organisation that do not bear its present name, and are not at their end.

        Raise `SubjectUnknown`.
        """
        with self.store.reading() as view:
            return self.former_seals_in(view, self.identity.require_organisation(view, organisation))

    def former_seals_in(self, view: Reading, owner: Organisation) -> tuple[Seal, ...]:
        """Return the same for who has the organisation at hand."""
        mine, _ = seals.search(view, SealQuery(owners=frozenset({owner.id}), states=WORN), Page(limit=MOST_SEALS))
        name = " ".join(owner.name.split())
        return tuple(one for one in mine if one.bearer is None and not one.name.startswith(name))

    def holds_licence(self, view: Reading, holder: str) -> bool:
        """Tell whether a holder has a licence that proves something now, or may again."""
        names = SharingRepository(self.protection).licences_of(view, [holder])
        found = (self.licences.get(view, name) for name in names)
        return any(one.state in LIVING and not has_expired(one, view.now) for one in found if one is not None)

    def forget_authenticators(self, tx: Transaction, person: str) -> int:
        """Remove everything with which a person came back; return how many there were."""
        kept = AuthenticationRepository(self.protection)
        found = kept.of_person(tx, person)
        for one in found:
            kept.remove(tx, one.id)
        return len(found)

    def erase_proofings(self, tx: Transaction, person: str) -> int:
        """Erase what proofing keeps of a person; return how much that was."""
        return erase(tx, person, accounts=self.identity.repository)
