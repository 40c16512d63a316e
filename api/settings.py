"""Settings: the one place that reads the environment. Everything further in gets plain values.

Each is named TRUST_… in the environment; docs/settings.md lists them and is checked against this file. No secret has
a default: the root key stands in a file that `trust init` makes, or that the operator names.
"""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Final, Self

from limits import parse
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from trust.errors import Invalid

__all__ = ["Environment", "SettingInvalid", "Settings", "inherited_environment"]

ADDRESS: Final = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
"""A public address: what follows it in a QR code must be the path of a page."""

DATABASES: Final = ("postgresql+psycopg://", "sqlite:///")


class SettingInvalid(Invalid):
    """A setting in the environment cannot be; `fault` says why, without the value, which may be a secret."""

    code = "settings.invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("setting", "fault")


class Environment(StrEnum):
    """Where the instance runs. In production, what is convenient and not safe is refused."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings of an instance."""

    model_config = SettingsConfigDict(
        env_prefix="TRUST_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Annotated[
        Environment, Field(description="development, or production, which refuses a public address without TLS")
    ] = Environment.DEVELOPMENT
    data_dir: Annotated[Path, Field(description="Folder of the database, the files and the root key")] = Path("var")
    database_url: Annotated[
        str,
        Field(
            description="SQLAlchemy address of PostgreSQL (postgresql+psycopg://…); empty: SQLite in data_dir",
            repr=False,  # it may hold a password
        ),
    ] = ""
    root_key_file: Annotated[
        Path | None, Field(description="File of the root key, 64 hexadecimal digits, mode 0600; default: in data_dir")
    ] = None
    public_url: Annotated[
        str, Field(description="Address under which the world reaches the service; goes into QR codes and certificates")
    ] = "http://127.0.0.1:8080"
    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(description="Port to listen on", ge=1, le=65535)] = 8080
    max_body: Annotated[int, Field(description="Largest request body in octets", ge=1024)] = 34 << 20
    minimum_disk: Annotated[
        int, Field(description="Octets of free disk below which the service is not ready", ge=0)
    ] = 200 << 20
    login_rate: Annotated[str, Field(description="Logins per address, such as 10/minute")] = "10/minute"
    verify_rate: Annotated[str, Field(description="Public verifications per address, such as 120/minute")] = (
        "120/minute"
    )
    housekeeping_seconds: Annotated[
        int, Field(description="Pause between two rounds of housekeeping (lists, recovery, checkpoints)", ge=1)
    ] = 60

    @classmethod
    def read(cls) -> Self:
        """Return what the environment says, or raise `SettingInvalid` for the first setting that cannot be."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise SettingInvalid(setting=f"TRUST_{first['loc'][0]}".upper(), fault=first["msg"]) from None

    @field_validator("public_url")
    @classmethod
    def is_address(cls, address: str, others: ValidationInfo) -> str:
        """Return the public address without a slash at its end.

        In production an address is refused that anybody on the way could answer for.
        """
        if not ADDRESS.fullmatch(address):
            raise ValueError("an address begins with http:// or https://, names a host, and has no query")
        if others.data.get("environment") is Environment.PRODUCTION and not address.startswith("https://"):
            raise ValueError("the address must begin with https:// in production")
        return address.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def is_database(cls, address: str) -> str:
        """Refuse an address of a database that the service does not speak with."""
        if address and not address.startswith(DATABASES):
            raise ValueError("the address of the database begins with postgresql+psycopg://")
        return address

    @field_validator("login_rate", "verify_rate")
    @classmethod
    def is_rate(cls, rate: str) -> str:
        """Refuse at the start what could not be counted by at the first request."""
        parse(rate)
        return rate

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'trust.db').absolute()}"

    @property
    def root_key(self) -> Path:
        """The file of the root key."""
        return self.root_key_file or self.data_dir / "keys" / "root.key"

    @property
    def blobs(self) -> Path:
        """The folder of files."""
        return self.data_dir / "blobs"

    @property
    def pki_url(self) -> str:
        """Where certificates and lists are published."""
        return f"{self.public_url}/pki"

    @property
    def claim_url(self) -> str:
        """Where a QR code leads, with the slash that the claim follows."""
        return f"{self.public_url}/v/"

    @property
    def token_url(self) -> str:
        """The token endpoint, which clients name as the audience of their assertions."""
        return f"{self.public_url}/oauth2/token"


def inherited_environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with `settings` in it, for a process that is to use the same ones."""
    told = {
        f"TRUST_{name.upper()}": "" if value is None else str(value)
        for name, value in settings.model_dump(mode="json").items()
    }
    return {**os.environ, **told}  # noqa: TID251 - the one place that may
