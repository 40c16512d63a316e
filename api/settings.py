"""Settings: the one place that reads the environment. Everything further in gets plain values.

Each is named TRUST_… in the environment; docs/settings.md lists them and is checked against this file. No secret has
a default: the root key stands in a file that `trust init` makes, or that the operator names.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Environment", "Settings", "inherited_environment"]


class Environment(StrEnum):
    """Where the instance runs. In production, what is convenient and not safe is refused."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The settings of an instance."""

    model_config = SettingsConfigDict(env_prefix="TRUST_", frozen=True, extra="ignore")

    environment: Annotated[
        Environment, Field(description="development, or production, which refuses a public address without TLS")
    ] = Environment.DEVELOPMENT
    data_dir: Annotated[Path, Field(description="Folder of the database, the files and the root key")] = Path("var")
    database_url: Annotated[
        str, Field(description="SQLAlchemy address of PostgreSQL (postgresql+psycopg://…); empty: SQLite in data_dir")
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

    @field_validator("public_url")
    @classmethod
    def without_slash(cls, address: str) -> str:
        """Take the slash off the end of the public address."""
        return address.rstrip("/")

    @model_validator(mode="after")
    def safe_in_production(self) -> Self:
        """Refuse an address in production that anybody on the way could answer for."""
        if self.environment is Environment.PRODUCTION and not self.public_url.startswith("https://"):
            raise ValueError("TRUST_PUBLIC_URL must begin with https:// in production")
        return self

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
        f"TRUST_{name.upper()}": str(value)
        for name, value in settings.model_dump(mode="json").items()
        if value is not None
    }
    return {**os.environ, **told}  # noqa: TID251 - the one place that may
