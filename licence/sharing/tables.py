"""Tables of sharing: who may ask, what holders agreed to, what was asked, and what was handed out."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary
from sqlmodel import Field

from trust.rows import LivingRow, Row

__all__ = ["LicenceConsentRow", "LicenceCopyRow", "LicenceDownloadRow", "LicenceUseRow", "SharingGrantRow"]


class SharingGrantRow(LivingRow, table=True):
    """What the issuer of licence types lets one client ask."""

    __tablename__ = "sharing_grant"

    id: str = Field(primary_key=True)
    state: str = Field(index=True)
    last_actor: str
    issuer: str = Field(foreign_key="organisation.id", index=True)
    client: str = Field(foreign_key="client.id", index=True)
    types: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    calls: list[str] = Field(sa_column=Column(JSON, nullable=False))
    purposes: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    law: str = ""
    matter: str = ""
    valid_until: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


class LicenceConsentRow(LivingRow, table=True):
    """What a holder agreed to. The words that were agreed to are enciphered."""

    __tablename__ = "licence_consent"

    id: str = Field(primary_key=True)
    grant: str = Field(foreign_key="sharing_grant.id", index=True)
    client: str
    holder: str = Field(index=True)
    licence: str | None = Field(default=None, foreign_key="licence.id")
    type_code: str
    purpose: str
    words_version: int
    words_digest: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    given_by: str
    channel: str
    given_at: datetime
    valid_until: datetime
    times: int | None = None
    used: int = 0
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class LicenceUseRow(Row, table=True):
    """One call, allowed or refused. Nothing here is ever changed; what may be personal is enciphered."""

    __tablename__ = "licence_use"
    __table_args__ = (
        Index(None, "holder", "id"),
        Index(None, "licence", "client", "id"),
        Index(None, "type_code", "id"),
        Index(None, "client", "id"),
    )

    id: str = Field(primary_key=True)
    at: datetime
    client: str
    call: str
    holder: str | None = None
    licence: str | None = None
    type_code: str | None = None
    purpose: str
    grant: str | None = None
    consent: str | None = None
    code: str = ""
    handed_out: str | None = None
    protected: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class LicenceCopyRow(LivingRow, table=True):
    """An annotated copy. For whom and for what it was made is enciphered."""

    __tablename__ = "licence_copy"
    __table_args__ = (Index(None, "licence", "client", "id"),)

    id: str = Field(primary_key=True)
    licence: str = Field(foreign_key="licence.id")
    client: str
    grant: str = Field(foreign_key="sharing_grant.id")
    consent: str | None = Field(default=None, foreign_key="licence_consent.id")
    purpose: str
    protected: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    valid_until: datetime
    made_at: datetime
    address: str | None = None
    stamping: str | None = Field(default=None, foreign_key="stamping.id", unique=True)
    file: str | None = Field(default=None, index=True)


class LicenceDownloadRow(Row, table=True):
    """A temporary address of a file, by the hash of its secret."""

    __tablename__ = "licence_download"

    digest: str = Field(primary_key=True)
    licence: str = Field(foreign_key="licence.id")
    client: str
    grant: str = Field(foreign_key="sharing_grant.id")
    consent: str | None = Field(default=None, foreign_key="licence_consent.id")
    purpose: str
    copy_of_licence: str | None = Field(default=None, foreign_key="licence_copy.id")
    made_at: datetime
    expires_at: datetime = Field(index=True)
    left: int
