"""Wiring of what concerns persons, organisations and access: the ground on which the rest of an instance stands."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from api.federation_wiring import Federation
from api.foundation import Foundation
from api.key_changes import OperateOnKeys, RetireKey, RotateServiceKey
from api.openid_wiring import OpenID
from api.permissions import Floors, read_floors
from api.person_notices import NoticeCarrier
from api.proofing.wiring import Proofing, handlers_of
from api.subjects_wiring import Subjects
from identity.appointing import GrantDuty
from identity.client_changes import AddClientKey, ChangeClient, RetireClient
from identity.delegation.service import MandateService
from identity.delegation.signing import MandateSigning
from identity.dpop import ProofsOfKeys
from identity.four_eyes.repository import ProposalRepository
from identity.four_eyes.service import FourEyes
from licence.repository import LicenceRepository
from trust.founding import ServiceKeys

__all__ = ["WithIdentity"]


@dataclass(frozen=True)
class WithIdentity:
    """An instance as far as it knows who acts."""

    base: Foundation
    service_keys: ServiceKeys

    @cached_property
    def floors(self) -> Floors:
        """The levels that sessions need."""
        return read_floors(self.base.settings.floors)

    @cached_property
    def proofing(self) -> Proofing:
        """Proofing, recovery, and what persons are told."""
        return Proofing(self.base, self.service_keys, self.four_eyes)

    @cached_property
    def registry(self) -> LicenceRepository:
        """The tables of licences."""
        return LicenceRepository(self.base.protection)

    @cached_property
    def subjects(self) -> Subjects:
        """The life of subjects after they were registered."""
        return Subjects(
            store=self.base.store,
            identity=self.base.identity,
            protection=self.base.protection,
            licences=self.registry,
        )

    @cached_property
    def openid(self) -> OpenID:
        """The OpenID Provider."""
        return OpenID(
            issuer=self.base.settings.public_url,
            store=self.base.store,
            custody=self.base.custody,
            identity=self.base.identity,
            clients=self.base.clients.repository,
            protection=self.base.protection,
        )

    @cached_property
    def key_proofs(self) -> ProofsOfKeys:
        """Proofs that requests hold the keys that their tokens are bound to."""
        base = self.base
        return ProofsOfKeys(base.store, base.protection, with_nonces=base.settings.dpop_nonces)

    @cached_property
    def person_notices(self) -> NoticeCarrier | None:
        """Who takes notices to persons, where the settings name a gateway."""
        settings, openid = self.base.settings, self.openid
        if not settings.person_notices_url:
            return None
        return NoticeCarrier(
            address=settings.person_notices_url, issuer=openid.issuer, store=self.base.store, keys=openid.keys
        )

    @cached_property
    def federation(self) -> Federation:
        """Trust transfer between platforms."""
        return Federation(self.base, self.service_keys, self.openid)

    @cached_property
    def four_eyes(self) -> FourEyes:
        """What one person proposes and another agrees to: a line for each kind."""
        keys = self.base.client_keys
        return FourEyes(
            store=self.base.store,
            identity=self.base.identity,
            repository=ProposalRepository(self.base.protection),
            handlers=(
                self.openid.handler,
                self.openid.key_handler,
                GrantDuty(self.base.appointing),
                AddClientKey(keys),
                ChangeClient(keys),
                RetireClient(keys),
                RotateServiceKey(self.service_keys),
                RetireKey(self.base, self.service_keys),
                OperateOnKeys(self.base),
                *handlers_of(self.base),
                *self.subjects.handlers,
                *self.federation.handlers,
            ),
            within=timedelta(days=self.base.settings.proposal_days),
        )

    @cached_property
    def mandates(self) -> MandateService:
        """The delegations of organisations and persons."""
        signing = MandateSigning(store=self.base.store, service_keys=self.service_keys)
        return MandateService(store=self.base.store, identity=self.base.identity, signing=signing)
