"""What every service of sharing asks: who there is, which types and licences there are, what was granted and agreed."""

from dataclasses import dataclass

from identity.service import IdentityService
from licence.catalogue import Catalogue
from licence.repository import LicenceRepository
from licence.sharing.repository import SharingRepository
from trust.store import Store

__all__ = ["Sources"]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the services of sharing look."""

    store: Store
    identity: IdentityService
    catalogue: Catalogue
    licences: LicenceRepository
    repository: SharingRepository
