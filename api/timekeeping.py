"""The time services of an instance: one guarded clock, one ledger, an authority in each family."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Final

from api.foreign_time_authority import ForeignTimeAuthority
from api.settings import Settings
from trust.clock import Clock
from trust.clock_guard import ClockGuard, SynchronisationCheck
from trust.cms import Dialect
from trust.crypto.algorithms import Digest
from trust.founding import Role, ServiceKeys
from trust.kernel_clock import read_kernel_clock
from trust.paths import Evidence
from trust.store import Store
from trust.time_authority import TimeAuthority
from trust.time_ledger import TimeLedger
from trust.timestamping import TimeStamper

__all__ = ["Timekeeping"]

DIGESTS: Final = {Role.TIME_STAMP_SM2: Digest.SM3, Role.TIME_STAMP_P256: Digest.SHA256}


@dataclass(frozen=True, kw_only=True)
class Timekeeping:
    """Everything that states the time. `evidence` is what judges the tokens of other authorities."""

    settings: Settings
    store: Store
    clock: Clock
    service_keys: ServiceKeys
    evidence: Callable[[], Evidence]

    @cached_property
    def guard(self) -> ClockGuard:
        """The guard over the clock."""
        check = SynchronisationCheck(
            read=read_kernel_clock, maximum_error=timedelta(milliseconds=self.settings.clock_maximum_error)
        )
        return ClockGuard(
            clock=self.clock,
            store=self.store,
            maximum_step=timedelta(seconds=self.settings.clock_maximum_step),
            synchronisation=check if self.settings.asks_kernel_clock else None,
        )

    @cached_property
    def ledger(self) -> TimeLedger:
        """The ledger of tokens."""
        return TimeLedger(self.store)

    @cached_property
    def made(self) -> dict[Role, TimeAuthority]:
        """The authorities that were made so far."""
        return {}

    def authority(self, role: Role) -> TimeAuthority:
        """Return our time-stamp authority of a family: its newest key, in the dialect that the settings ask for."""
        made = self.made.get(role)
        if made is None or made.signer.certificate != self.service_keys.certificate(role):
            signer = self.service_keys.time_stamp_signer(role)
            if role is Role.TIME_STAMP_SM2:
                signer = replace(signer, dialect=Dialect(self.settings.time_stamp_dialect.value))
            made = TimeAuthority(signer=signer, clock=self.guard, name=role.value, ledger=self.ledger)
            self.made[role] = made
        return made

    def stamper(self, role: Role) -> TimeStamper:
        """Return where this instance gets its own time-stamps: from itself, or from the authority that is set."""
        addresses = {
            Role.TIME_STAMP_SM2: self.settings.time_stamp_url_sm2,
            Role.TIME_STAMP_P256: self.settings.time_stamp_url_p256,
        }
        if not addresses[role]:
            return OwnStamper(self, role)
        return ForeignTimeAuthority(addresses[role], digest=DIGESTS[role], clock=self.clock, evidence=self.evidence)


@dataclass(frozen=True)
class OwnStamper:
    """Stamps with our own authority of a family, whichever key it has at the moment."""

    timekeeping: Timekeeping
    role: Role

    def stamp(self, message: bytes) -> bytes:
        """Return a token over the hash of `message`, or raise `TimeStampingUnavailable` or `SigningUnavailable`."""
        return self.timekeeping.authority(self.role).stamp(message)
