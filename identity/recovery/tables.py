"""The table of recoveries 账号找回."""

from datetime import datetime

from sqlmodel import Field

from trust.rows import LivingRow

__all__ = ["RecoveryRow"]


class RecoveryRow(LivingRow, table=True):
    """A recovery of an account. It holds no personal data, and of its secret the hash alone."""

    __tablename__ = "recovery"

    id: str = Field(primary_key=True)
    person: str | None = Field(default=None, foreign_key="person.id", index=True)
    """Whose account it is; None where the number that was told belongs to nobody here, which nobody is told."""

    digest: str = Field(unique=True)
    """Of the applicant's secret."""

    proofing_order: str = Field(unique=True)
    state: str
    begun_at: datetime
    ready_at: datetime | None = None
    ends_at: datetime
