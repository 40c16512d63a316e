"""Which provider of proofing an instance asks, and everything that asks it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import Final
from urllib.parse import urlsplit

import httpx2

from api.foundation import Foundation
from api.prompt_client import prompt_client
from api.proofing.breaker import Breaker
from api.proofing.over_http import HTTPProvider
from api.proofing.simulator import UnsafeSimulatedProvider
from api.settings import Environment, ProofingBy, SettingInvalid, Settings
from identity.authentication.repository import AuthenticationRepository
from identity.federation.repository import FederationRepository
from identity.four_eyes.proposals import Handler
from identity.four_eyes.service import FourEyes
from identity.notices.notices import PersonNotices
from identity.proofing.provider import ProofingProvider
from identity.proving.asking import ProviderDesk
from identity.proving.by_provider import ProvingByProvider
from identity.proving.counter import CounterCheck, CounterChecks
from identity.proving.repository import OrderRepository
from identity.recovery.by_provider import RecoveryByProvider, RecoveryTimes
from identity.recovery.counter import CounterRecovery, RecoveryAtCounter
from identity.recovery.reopening import Reopening
from trust.certificates import Certificate, read_pem
from trust.clock import Clock
from trust.errors import TrustError
from trust.founding import Role, ServiceKeys

__all__ = ["Proofing", "configured_provider", "handlers_of"]

CONNECTIONS: Final = 8
"""A provider that is slow takes eight threads at most."""


@dataclass(frozen=True)
class Proofing:
    """Everything of proofing and recovery that one instance has."""

    base: Foundation
    service_keys: ServiceKeys
    four_eyes: FourEyes

    @cached_property
    def provider(self) -> ProofingProvider | None:
        """The provider, where the settings name one. Raise `SettingInvalid`."""
        return configured_provider(self.base.settings, self.service_keys, self.base.clock)

    @cached_property
    def desk(self) -> ProviderDesk:
        """Who asks it."""
        repository = OrderRepository(self.base.protection)
        return ProviderDesk(store=self.base.store, repository=repository, provider=self.provider)

    @cached_property
    def own(self) -> ProvingByProvider:
        """Proving oneself."""
        return ProvingByProvider(store=self.base.store, identity=self.base.identity, desk=self.desk)

    @cached_property
    def counter(self) -> CounterChecks:
        """Checks at the counter."""
        return CounterChecks(store=self.base.store, identity=self.base.identity)

    @cached_property
    def reopening(self) -> Reopening:
        """Accounts that are opened anew."""
        protection = self.base.protection
        return Reopening(
            access=self.base.access,
            authenticators=AuthenticationRepository(protection),
            elsewhere=FederationRepository(protection),
        )

    @cached_property
    def recovery(self) -> RecoveryByProvider:
        """Recovering an account oneself."""
        settings = self.base.settings
        return RecoveryByProvider(
            store=self.base.store,
            identity=self.base.identity,
            reopening=self.reopening,
            desk=self.desk,
            devices=self.base.sign_in.attempts.devices,
            times=RecoveryTimes(
                wait=timedelta(hours=settings.recovery_wait_hours),
                capped=timedelta(days=settings.recovery_capped_days),
            ),
        )

    @cached_property
    def recovery_at_counter(self) -> RecoveryAtCounter:
        """Recovering an account at the counter."""
        return RecoveryAtCounter(
            store=self.base.store,
            identity=self.base.identity,
            reopening=self.reopening,
            four_eyes=self.four_eyes,
        )

    @cached_property
    def notices(self) -> PersonNotices:
        """What persons are told."""
        return PersonNotices(self.base.store)


def handlers_of(base: Foundation) -> tuple[Handler, ...]:
    """Return the kinds of proposals that proofing and recovery have."""
    return CounterCheck(base.identity), CounterRecovery(base.identity)


def configured_provider(settings: Settings, service_keys: ServiceKeys, clock: Clock) -> ProofingProvider | None:
    """Return the provider that the settings name, if they do. Raise `SettingInvalid` for one that cannot be asked."""
    match settings.proofing_provider:
        case ProofingBy.NOBODY:
            return None
        case ProofingBy.SIMULATOR:
            if settings.environment is not Environment.DEVELOPMENT:
                fault = "the simulated provider looks at nobody: it is for development alone"
                raise SettingInvalid(setting="TRUST_PROOFING_PROVIDER", fault=fault)
            return UnsafeSimulatedProvider(clock)
        case ProofingBy.HTTP:
            timeout = timedelta(seconds=settings.proofing_seconds)
            return HTTPProvider(
                name=urlsplit(settings.proofing_url).hostname or "",
                address=settings.proofing_url,
                client_name=settings.proofing_client,
                certificate=certificate_of(settings),
                credential=partial(service_keys.credential, Role.STATUS_PUBLISHER),
                clock=clock,
                breaker=Breaker(clock),
                timeout=timeout,
                client=client_of(timeout),
            )


def client_of(timeout: timedelta) -> httpx2.Client:
    """Return a client that goes nowhere but where it is sent, and waits no longer than that."""
    return prompt_client(timeout.total_seconds(), most=CONNECTIONS)


def certificate_of(settings: Settings) -> Certificate:
    """Return the certificate of the provider. Raise `SettingInvalid`."""
    path = settings.proofing_certificate
    try:
        content = b"" if path is None else path.read_bytes()
        return Certificate(next(iter(read_pem(content, "CERTIFICATE")), content))
    except (OSError, TrustError):
        fault = "the file holds no certificate that can be read"
        raise SettingInvalid(setting="TRUST_PROOFING_CERTIFICATE", fault=fault) from None
