"""Every table of the house: what migrations compare, and what goes with a demonstration."""

import api.verification_jobs.tables
import identity.authentication.tables
import identity.delegation.tables
import identity.notices.tables
import identity.openid.tables
import identity.proofing.tables
import identity.recovery.tables
import identity.subjects.tables
import identity.tables
import keys.tables
import licence.bulk.tables
import licence.live.tables
import licence.pictures.tables
import licence.sharing.tables
import licence.status.tables
import licence.tables
import licence.types.tables
import seal.tables
import trust.tables
from trust.rows import METADATA

__all__ = ["METADATA"]

TABLES = (
    trust.tables,
    keys.tables,
    identity.subjects.tables,
    identity.tables,
    identity.delegation.tables,
    identity.notices.tables,
    identity.openid.tables,
    identity.proofing.tables,
    identity.recovery.tables,
    seal.tables,
    licence.tables,
    licence.bulk.tables,
    licence.live.tables,
    licence.pictures.tables,
    licence.sharing.tables,
    licence.status.tables,
    licence.types.tables,
    api.verification_jobs.tables,
)
"""Imported so that METADATA knows every table."""
