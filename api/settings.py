"""Settings: the one place that reads the environment. Everything further in gets plain values.

Each is named TRUST_… in the environment; docs/settings.md lists them and is checked against this file. No secret has
a default: the root key stands in a file that `trust init` makes, or that the operator names. The module is longer than
a module should be, since one class holds every setting with its words.
"""

import os
import re
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Final, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.permissions import read_floors
from identity.federation.vouching import LevelTable
from identity.proofing.rules import read_lifetimes
from licence.claim import CLAIM_LENGTH, MAX_PAYLOAD
from seal.life.queue import read_deadlines
from trust.crypto.backends import BackendChoice
from trust.errors import Invalid

__all__ = [
    "CertifiedBy",
    "ClockCheck",
    "CustodyKind",
    "Environment",
    "ProofingBy",
    "SDFDialect",
    "SealStandard",
    "SettingInvalid",
    "Settings",
    "TimeStampDialect",
    "forget_secrets",
    "indexes",
    "inherited_environment",
    "unknown_settings",
]

ADDRESS: Final = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
"""A public address: what follows it in a QR code must be the path of a page."""

OUR_OWN: Final = "Value error, "
"""What Pydantic puts before the words of a check of ours."""

CLAIM_PATH: Final = "/v/"
"""What stands between the public address and the claim in a QR code."""

INDEXES: Final = re.compile(r"[0-9]{1,5}(-[0-9]{1,5})?")
VENDOR_NUMBERS: Final = re.compile(r"key_type=0x[0-9a-fA-F]{1,8},generate=0x[0-9a-fA-F]{1,8},sign=0x[0-9a-fA-F]{1,8}")
LOOPBACK: Final = ("http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:", "http://localhost/", "http://[::1]:")
DATABASES: Final = ("postgresql+psycopg://", "sqlite:///")


class SettingInvalid(Invalid):
    """A setting in the environment cannot be; `fault` says why, without the value, which may be a secret."""

    code = "settings.invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("setting", "fault")


class Environment(StrEnum):
    """Where the instance runs. In production, what is convenient and not safe is refused."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class CustodyKind(StrEnum):
    """What keeps private keys."""

    SOFTWARE = "software"
    """Software in the process that serves: the embedded default."""

    PROCESS = "process"
    """The same software in a process of its own, behind a socket."""

    PKCS11 = "pkcs11"
    SDF = "sdf"


class SDFDialect(StrEnum):
    """How a vendor's library wants its function of deciphering called."""

    WITH_ALGORITHM = "with_algorithm"
    WITHOUT_ALGORITHM = "without_algorithm"


class TimeStampDialect(StrEnum):
    """The message around the tokens of our SM2 time-stamp authority."""

    GMT0033 = "gbt35275"
    """The national one, as GM/T 0033 asks for."""

    RFC5652 = "rfc5652"
    """The international one, which other programs read."""


class ClockCheck(StrEnum):
    """Whether the kernel has to say that something keeps the clock in step."""

    AUTO = "auto"
    """In production."""

    KERNEL = "kernel"
    OFF = "off"


class SealStandard(StrEnum):
    """Which standard the seals that are made follow."""

    GBT38540_2020 = "4"
    GMT0031_2025 = "5"


class ProofingBy(StrEnum):
    """Who proves persons who do not come to a counter."""

    NOBODY = "nobody"
    HTTP = "http"
    SIMULATOR = "simulator"


class CertifiedBy(StrEnum):
    """Whose authorities certify."""

    OWN = "own"
    OUTSIDE = "outside"


HOTLINE: Final = re.compile(r"none|[0-9+()\- ]{3,24}")
"""A telephone number as people write it."""


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
    crypto_backend: Annotated[
        BackendChoice,
        Field(description="Library that computes SM2: auto (the fastest safe one), libcrypto or botan"),
    ] = BackendChoice.AUTO
    root_secret: Annotated[
        str,
        Field(
            description="The root key itself, 64 hexadecimal digits, in place of its file",
            repr=False,
        ),
    ] = ""
    root_secret_next: Annotated[
        str,
        Field(description="The next root key, while it takes over from TRUST_ROOT_SECRET; see trust keys", repr=False),
    ] = ""
    custody: Annotated[
        str,
        Field(
            description="What makes private keys: software, process, pkcs11 or sdf; or several, such as sdf,process, "
            "of which the first that has an algorithm makes its keys"
        ),
    ] = "software"
    custody_socket: Annotated[
        Path | None, Field(description="Socket of the custody process; default: in data_dir/custody")
    ] = None
    custody_client: Annotated[
        str, Field(description="User whom the custody process answers; default: the user that it runs as")
    ] = ""
    pkcs11_module: Annotated[str, Field(description="Library of the PKCS #11 token")] = ""
    pkcs11_token: Annotated[str, Field(description="Label of the PKCS #11 token")] = ""
    pkcs11_pin_file: Annotated[Path | None, Field(description="File of the token's PIN, mode 0600")] = None
    pkcs11_sm2: Annotated[
        str,
        Field(description="The vendor's numbers for SM2: key_type=0x…,generate=0x…,sign=0x…; empty: no SM2 there"),
    ] = ""
    sdf_library: Annotated[str, Field(description="The vendor's SDF library (GM/T 0018)")] = ""
    sdf_pin_file: Annotated[
        Path | None, Field(description="File of the PIN of the device's private keys, mode 0600")
    ] = None
    sdf_keys: Annotated[
        str, Field(description="Indexes in the SDF device whose signature pairs may be used, such as 1-20,25")
    ] = ""
    sdf_encryption_keys: Annotated[
        str, Field(description="Indexes in the SDF device whose encryption pairs may be used")
    ] = ""
    sdf_dialect: Annotated[
        SDFDialect,
        Field(description="Whether SDF_InternalDecrypt_ECC takes an algorithm: with_algorithm or without_algorithm"),
    ] = SDFDialect.WITH_ALGORITHM
    root_token_key: Annotated[
        str, Field(description="Label of a token's key (TRUST_PKCS11_…) that deciphers the root key; see trust keys")
    ] = ""
    public_url: Annotated[
        str, Field(description="Address under which the world reaches the service; goes into QR codes and certificates")
    ] = "http://localhost:8080"  # by its number a machine of one's own has no passkeys in browsers
    qr_url: Annotated[
        str,
        Field(
            description="Shorter address that leads to the service as well, for QR codes; empty: the public address, "
            "where it has 28 octets at most",
            validate_default=True,
        ),
    ] = ""
    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(description="Port to listen on", ge=1, le=65535)] = 8080
    proxies: Annotated[
        str,
        Field(description="Addresses and networks of the proxies in front, whose X-Forwarded-For is believed"),
    ] = "127.0.0.1,::1"
    max_body: Annotated[int, Field(description="Largest request body in octets", ge=1024)] = 34 << 20
    minimum_disk: Annotated[
        int, Field(description="Octets of free disk below which the service is not ready", ge=0)
    ] = 200 << 20
    breached_passwords: Annotated[
        Path | None,
        Field(
            description="File of leaked passwords that nobody may choose: sorted lines DIGEST:count in upper-case "
            "hexadecimal digits of SHA-1 or SM3; default: the built-in rules alone"
        ),
    ] = None
    session_hours: Annotated[int, Field(description="Hours that a session lasts at most", ge=1, le=12)] = 8
    session_idle_l1: Annotated[
        int, Field(description="Minutes that a session begun with one factor may be left alone", ge=1, le=720)
    ] = 60
    session_idle_l2: Annotated[
        int, Field(description="Minutes that a session begun with two factors may be left alone", ge=1, le=720)
    ] = 30
    session_idle_l3: Annotated[
        int,
        Field(description="Minutes that a session begun with a key that nobody copies may be left alone", ge=1, le=720),
    ] = 15
    login_rate: Annotated[str, Field(description="Logins per address, such as 10/minute")] = "10/minute"
    refused_rate: Annotated[
        str, Field(description="Refusals per address without a session or token that holds, such as 600/minute")
    ] = "600/minute"
    client_rate: Annotated[
        str, Field(description="Requests of one business system in each process that serves, such as 6000/minute")
    ] = "6000/minute"
    client_daily_rate: Annotated[
        str, Field(description="Requests of one business system in a day, in each process that serves")
    ] = "5000000/day"
    client_stamping_rate: Annotated[
        str, Field(description="Stampings of one business system in a day, in each process that serves")
    ] = "1000000/day"
    dpop_nonces: Annotated[
        bool,
        Field(description="true: proofs of keys (DPoP) name a nonce of this service, ten minutes old at most"),
    ] = False
    agreed_rotations: Annotated[
        bool | None,
        Field(description="true: `trust` changes keys by what another person agreed to alone; unset: in production"),
    ] = None
    proposal_days: Annotated[
        int, Field(description="Days in which a proposal is decided on, or is over", ge=1, le=90)
    ] = 7
    hotline: Annotated[
        str,
        Field(description="Government service line that the public pages name; none: they name none"),
    ] = "12345"
    verify_rate: Annotated[str, Field(description="Public verifications per address, such as 120/minute")] = (
        "120/minute"
    )
    verify_client_rate: Annotated[
        str, Field(description="Verifications per business system that shows its token, such as 6000/minute")
    ] = "6000/minute"
    verify_batch: Annotated[
        int, Field(description="Files or codes that are verified in one request, and counted each", ge=1, le=1000)
    ] = 100
    verify_workers: Annotated[
        int, Field(description="Threads for verification jobs in each process that serves", ge=1, le=16)
    ] = 1
    verify_queue: Annotated[int, Field(description="Verification jobs that may wait at a time", ge=1)] = 200
    verify_queue_octets: Annotated[
        int, Field(description="Octets of files that may wait in verification jobs at a time", ge=1024)
    ] = 1 << 30
    verify_keep_hours: Annotated[
        int, Field(description="Hours after which a verification job is erased with its verdict", ge=1, le=24)
    ] = 24
    live_code_seconds: Annotated[
        int, Field(description="Seconds for which a code lives that a holder shows on a phone", ge=10, le=120)
    ] = 60
    openid_rate: Annotated[
        str, Field(description="Requests at the protocol endpoints of sign-on per address, such as 600/minute")
    ] = "600/minute"
    openid_rotation_days: Annotated[
        int, Field(description="Days after which the keys of sign-on are rotated; 0: by hand alone", ge=0, le=400)
    ] = 90
    person_notices_url: Annotated[
        str, Field(description="Gateway that tells persons of notices by telephone or mail; empty: they read them here")
    ] = ""
    status_rate: Annotated[
        str, Field(description="Questions about the status of certificates (OCSP) per address, such as 1200/minute")
    ] = "1200/minute"
    sharing_rate: Annotated[str, Field(description="Calls of the sharing interface per client, such as 600/minute")] = (
        "600/minute"
    )
    sharing_seal: Annotated[
        str, Field(description="Identifier of the seal for annotated copies; empty: no copies are made")
    ] = ""
    sharing_system: Annotated[
        str,
        Field(
            description="Identifier of the business system that the owner of that seal authorised for licence.copy",
        ),
    ] = ""
    time_stamp_rate: Annotated[str, Field(description="Requests for time-stamps per address, such as 600/minute")] = (
        "600/minute"
    )
    time_stamp_dialect: Annotated[
        TimeStampDialect,
        Field(description="Message around tokens in SM2: gbt35275 (as GM/T 0033 asks), or rfc5652 for other programs"),
    ] = TimeStampDialect.GMT0033
    time_stamp_url_sm2: Annotated[
        str, Field(description="Address of another time-stamp authority in SM2 (RFC 3161 over HTTP); empty: our own")
    ] = ""
    time_stamp_url_p256: Annotated[
        str, Field(description="Address of another time-stamp authority in P-256; empty: our own")
    ] = ""
    time_stamp_renewal_days: Annotated[
        int,
        Field(
            description="Days before the end of a licence's time-stamps from which on it gets a further one",
            ge=30,
            le=1095,
        ),
    ] = 180
    seal_certificates: Annotated[
        CertifiedBy,
        Field(description="Who certifies the owners of seals: own, or outside, a licensed authority (see trust pki)"),
    ] = CertifiedBy.OWN
    clock_maximum_step: Annotated[
        int, Field(description="Seconds that the clock may be moved in all before no time is stated", ge=1, le=3600)
    ] = 2
    clock_check: Annotated[
        ClockCheck,
        Field(description="Whether the kernel has to report a clock in step: kernel, off, or auto (in production)"),
    ] = ClockCheck.AUTO
    clock_maximum_error: Annotated[
        int, Field(description="Milliseconds by which the clock may be wrong at most, as the kernel reports it", ge=1)
    ] = 1000
    seal_deadlines: Annotated[
        str,
        Field(
            description="Days after which a step in the life of a seal is overdue, as `applied=5,made=3`; "
            "what is not named keeps its own (docs/seals.md)"
        ),
    ] = ""
    seal_version: Annotated[
        SealStandard, Field(description="Version of the seals that are made: 4 (GB/T 38540-2020), 5 (GM/T 0031-2025)")
    ] = SealStandard.GBT38540_2020
    emblem_file: Annotated[
        Path | None,
        Field(description="SVG drawing of filled outlines, the emblem of seals and licences; empty: a neutral rosette"),
    ] = None
    upper_platform_certificate: Annotated[
        Path | None,
        Field(description="Certificate of the platform above, PEM or DER: what its answers are held against"),
    ] = None
    upper_platform_id: Annotated[
        str, Field(description="Under which the platform above knows this instance (provincePubSysId); empty: none")
    ] = ""
    upper_platform_url: Annotated[
        str,
        Field(description="Address of the platform above for notices of seals; empty: they wait until there is one"),
    ] = ""
    upper_login_client: Annotated[
        str, Field(description="Under which the platform above knows this instance as a client of its login")
    ] = ""
    upper_login_levels: Annotated[
        str, Field(description="Levels of the platform above and ours, as 1=1,2=2,3=3; what is not named is L0")
    ] = "1=1,2=2,3=3"
    upper_login_issuer: Annotated[
        str, Field(description="Issuer of the platform above (OpenID Connect), where persons may log in; empty: none")
    ] = ""
    upper_accounts_url: Annotated[
        str,
        Field(description="Address of the accounts (SCIM 2.0) of the platform above; empty: it is told of no changes"),
    ] = ""
    proofing_provider: Annotated[
        ProofingBy,
        Field(description="Who proves persons online: nobody, http, or simulator, which production refuses"),
    ] = ProofingBy.NOBODY
    proofing_certificate: Annotated[
        Path | None,
        Field(description="Certificate (SM2) of the provider of proofing, PEM or DER"),
    ] = None
    proofing_client: Annotated[str, Field(description="Under which the provider of proofing knows this instance")] = (
        "xinyin"
    )
    proofing_url: Annotated[
        str,
        Field(description="Address of the provider of proofing (docs/proofing.md)", validate_default=True),
    ] = ""
    proofing_seconds: Annotated[
        int, Field(description="Seconds that an answer of the provider of proofing may take", ge=1, le=60)
    ] = 10
    proofing_days: Annotated[
        str,
        Field(
            description="Days for which a proofing of each level counts, as `1=730,3=1825`; what is not named keeps "
            "its own: 730, 1095, 1825"
        ),
    ] = ""
    recovery_wait_hours: Annotated[
        int,
        Field(description="Hours for which the owner can stop the recovery of an account", ge=1, le=720),
    ] = 24
    recovery_capped_days: Annotated[
        int,
        Field(description="Days for which an account recovered online has level 2 at most", ge=1, le=3650),
    ] = 30
    floors: Annotated[
        str,
        Field(
            description="Levels that sessions need beyond the usual ones, as `licence:issue=3` (docs/permissions.md); "
            "a floor can be raised alone"
        ),
    ] = ""
    validation_policy: Annotated[
        Path | None,
        Field(
            description="Validation policy in TOML, for what the service judges (docs/policy.md); empty: the strict one"
        ),
    ] = None
    workers: Annotated[
        int,
        Field(
            description="Confined processes that read foreign files, for the public and for those who are logged in "
            "each; 0: in the process that serves, which production refuses",
            ge=0,
            le=64,
        ),
    ] = 2
    worker_seconds: Annotated[
        int, Field(description="Seconds of processor time that reading one file may take", ge=1, le=600)
    ] = 10
    worker_memory: Annotated[int, Field(description="Octets of memory that reading one file may take", ge=64 << 20)] = (
        1 << 30
    )
    bulk_workers: Annotated[
        int,
        Field(
            description="Threads for bulk jobs in each process that serves; 0: `trust bulk work` does them elsewhere",
            ge=0,
            le=16,
        ),
    ] = 1
    bulk_upload: Annotated[
        int, Field(description="Octets of the largest table for a bulk job, whatever TRUST_MAX_BODY says", ge=1024)
    ] = 64 << 20
    bulk_rows: Annotated[int, Field(description="Rows of the largest table for a bulk job", ge=1, le=1_000_000)] = (
        100_000
    )
    bulk_chunk: Annotated[int, Field(description="Rows of a bulk job that are worked on together", ge=1, le=500)] = 100
    bulk_lease_seconds: Annotated[
        int,
        Field(description="Seconds after which rows are taken over from a process that is silent", ge=1, le=3600),
    ] = 120
    bulk_keep_days: Annotated[
        int,
        Field(
            description="Days after which the rows of an ended bulk job are removed, and a forgotten job is cancelled",
            ge=1,
            le=3650,
        ),
    ] = 30
    unused_upload_days: Annotated[
        int,
        Field(
            description="Days after which a scan or a document of a seal that no step has used is forgotten",
            ge=10,
            le=3650,
        ),
    ] = 30
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
            raise SettingInvalid(
                setting=f"TRUST_{first['loc'][0]}".upper(), fault=first["msg"].removeprefix(OUR_OWN)
            ) from None

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

    @field_validator("qr_url")
    @classmethod
    def is_short(cls, address: str, others: ValidationInfo) -> str:
        """Return the address without a slash at its end, and refuse one that makes codes too fine for 25 mm."""
        if address and not ADDRESS.fullmatch(address):
            raise ValueError("an address begins with http:// or https://, names a host, and has no query")
        if address and others.data.get("environment") is Environment.PRODUCTION and not address.startswith("https://"):
            raise ValueError("the address must begin with https:// in production")
        room = MAX_PAYLOAD - CLAIM_LENGTH - len(CLAIM_PATH)
        if len((address.rstrip("/") or others.data.get("public_url", "")).encode()) > room:
            raise ValueError(f"QR codes have room for {room} octets of address: name one that leads to the service")
        return address.rstrip("/")

    @field_validator("proxies")
    @classmethod
    def is_known(cls, proxies: str) -> str:
        """Refuse what is no address: a name would be believed nowhere, and `*` whatever anybody says of himself."""
        for one in filter(None, (part.strip() for part in proxies.split(","))):
            try:
                ip_network(one)
            except ValueError:
                raise ValueError("name addresses or networks, as 127.0.0.1,10.0.0.0/24") from None
        return proxies

    @field_validator("workers")
    @classmethod
    def is_apart(cls, workers: int, others: ValidationInfo) -> int:
        """Refuse in production to read foreign files beside keys and personal data."""
        if not workers and others.data.get("environment") is Environment.PRODUCTION:
            raise ValueError("foreign files are read in processes of their own in production: at least 1")
        return workers

    @field_validator("custody")
    @classmethod
    def is_custody(cls, custody: str) -> str:
        """Refuse kinds that there are not, one named twice, and two places for the same keys."""
        kinds = custody.split(",")
        known = set(CustodyKind)
        if not set(kinds) <= known or len(set(kinds)) != len(kinds):
            raise ValueError("name software, process, pkcs11 or sdf, or several of them with commas, each once")
        if {CustodyKind.SOFTWARE, CustodyKind.PROCESS} <= set(kinds):
            raise ValueError("software and process keep the same keys: name one of them")
        return custody

    @field_validator("sdf_keys", "sdf_encryption_keys")
    @classmethod
    def is_indexes(cls, text: str) -> str:
        """Refuse what is not a list of indexes."""
        indexes(text)
        return text

    @field_validator("seal_deadlines")
    @classmethod
    def is_deadlines(cls, text: str) -> str:
        """Refuse what names no state of a seal, or no number of days."""
        read_deadlines(text)
        return text

    @field_validator("proofing_provider")
    @classmethod
    def is_provider(cls, provider: ProofingBy, others: ValidationInfo) -> ProofingBy:
        """Refuse in production who looks at nobody."""
        if provider is ProofingBy.SIMULATOR and others.data.get("environment") is Environment.PRODUCTION:
            raise ValueError("the simulated provider looks at nobody: name http or nobody in production")
        return provider

    @field_validator("proofing_url")
    @classmethod
    def is_provider_address(cls, address: str, others: ValidationInfo) -> str:
        """Refuse a provider without address or certificate, and one without TLS that is not on this machine."""
        if others.data.get("proofing_provider") is not ProofingBy.HTTP:
            return address.rstrip("/")
        if not ADDRESS.fullmatch(address) or not address.startswith(("https://", *LOOPBACK)):
            raise ValueError("the address begins with https://, or leads to this machine, and has no query")
        if others.data.get("proofing_certificate") is None:
            raise ValueError("the provider needs TRUST_PROOFING_CERTIFICATE as well")
        return address.rstrip("/")

    @field_validator("proofing_days")
    @classmethod
    def is_lifetimes(cls, text: str) -> str:
        """Refuse what names no level, or no number of days."""
        read_lifetimes(text)
        return text

    @field_validator("floors")
    @classmethod
    def is_floors(cls, text: str) -> str:
        """Refuse permissions that there are not, and floors that would be lowered."""
        read_floors(text)
        return text

    @field_validator("pkcs11_sm2")
    @classmethod
    def is_numbers(cls, text: str) -> str:
        """Refuse numbers that are not written as manuals write them."""
        if text and not VENDOR_NUMBERS.fullmatch(text):
            raise ValueError("write key_type=0x...,generate=0x...,sign=0x... with the numbers of the vendor's manual")
        return text

    @field_validator("database_url")
    @classmethod
    def is_database(cls, address: str) -> str:
        """Refuse an address of a database that the service does not speak with."""
        if address and not address.startswith(DATABASES):
            raise ValueError("the address of the database begins with postgresql+psycopg://")
        return address

    @field_validator("time_stamp_url_sm2", "time_stamp_url_p256")
    @classmethod
    def is_authority(cls, address: str) -> str:
        """Refuse an address that no request could be sent to."""
        if address and not ADDRESS.fullmatch(address):
            raise ValueError("an address begins with http:// or https://, names a host, and has no query")
        return address

    @field_validator("upper_platform_url")
    @classmethod
    def is_platform(cls, address: str, others: ValidationInfo) -> str:
        """Refuse an address without TLS that is not on this machine, and one without the certificate behind it."""
        if not address:
            return address
        if not ADDRESS.fullmatch(address) or not address.startswith(("https://", *LOOPBACK)):
            raise ValueError("the address begins with https://, or leads to this machine, and has no query")
        if others.data.get("upper_platform_certificate") is None:
            raise ValueError("the platform needs TRUST_UPPER_PLATFORM_CERTIFICATE as well")
        return address.rstrip("/")

    @field_validator("upper_login_levels")
    @classmethod
    def is_level_table(cls, text: str) -> str:
        """Refuse what names no level, or one twice."""
        LevelTable.read(text)
        return text

    @field_validator("upper_login_issuer")
    @classmethod
    def is_issuer(cls, address: str, others: ValidationInfo) -> str:
        """Refuse an issuer without TLS that is not on this machine, and one that does not know us."""
        if not address:
            return address
        if not ADDRESS.fullmatch(address) or not address.startswith(("https://", *LOOPBACK)):
            raise ValueError("the issuer begins with https://, or is on this machine, and has no query")
        if not others.data.get("upper_login_client"):
            raise ValueError("the platform needs TRUST_UPPER_LOGIN_CLIENT as well")
        return address.rstrip("/")

    @field_validator("person_notices_url")
    @classmethod
    def is_gateway(cls, address: str) -> str:
        """Refuse an address without TLS that is not on this machine."""
        if address and not (ADDRESS.fullmatch(address) and address.startswith(("https://", *LOOPBACK))):
            raise ValueError("the address begins with https://, or leads to this machine, and has no query")
        return address

    @field_validator("upper_accounts_url")
    @classmethod
    def is_accounts_service(cls, address: str, others: ValidationInfo) -> str:
        """Refuse accounts at another host than the login of the platform above, whose tokens open them."""
        if not address:
            return address
        issuer = urlsplit(others.data.get("upper_login_issuer") or "")
        if not issuer.netloc or urlsplit(address)[:2] != issuer[:2] or not ADDRESS.fullmatch(address):
            raise ValueError("the accounts of the platform above are at the host of TRUST_UPPER_LOGIN_ISSUER")
        return address.rstrip("/")

    @field_validator(
        "login_rate",
        "refused_rate",
        "openid_rate",
        "client_rate",
        "client_daily_rate",
        "client_stamping_rate",
        "verify_rate",
        "verify_client_rate",
        "status_rate",
        "sharing_rate",
        "time_stamp_rate",
    )
    @classmethod
    def is_rate(cls, rate: str) -> str:
        """Refuse at the start what could not be counted by at the first request."""
        try:
            parse(rate)
        except ValueError:
            raise ValueError("write rates as 10/minute, with second, minute, hour or day") from None
        return rate

    @field_validator("hotline")
    @classmethod
    def is_telephone_number(cls, number: str) -> str:
        """Refuse what nobody could dial."""
        if not HOTLINE.fullmatch(number):
            raise ValueError("write the number with 3 to 24 digits, +, -, brackets and blanks, or none")
        return number

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'trust.db').absolute()}"

    @property
    def root_key(self) -> Path:
        """The file of the root key."""
        return self.root_key_file or self.data_dir / "keys" / "root.key"

    @property
    def custody_kinds(self) -> tuple[CustodyKind, ...]:
        """What keeps private keys, in the order in which they are asked to make one."""
        return tuple(CustodyKind(name) for name in self.custody.split(","))

    def for_ceremony(self) -> Self:
        """Return the settings of the founding ceremony, whose operator has the root key in his own process."""
        kept = self.custody.replace(CustodyKind.PROCESS, CustodyKind.SOFTWARE)
        return self.model_copy(update={"custody": kept})

    @property
    def custody_address(self) -> Path:
        """The socket of the custody process."""
        return self.custody_socket or self.data_dir.absolute() / "custody" / "service.sock"

    @property
    def sdf_claims(self) -> Path:
        """The folder where key pairs of the SDF device are claimed."""
        return self.data_dir / "keys" / "sdf"

    @property
    def is_there(self) -> bool:
        """Whether there is an instance in the folder: its root key, or the record of one that is kept elsewhere."""
        return self.root_key.exists() or self.root_record.exists()

    @property
    def root_token(self) -> Path:
        """The file of the root key under a token's key."""
        return self.data_dir / "keys" / "root.token"

    @property
    def root_record(self) -> Path:
        """The public record of the root key."""
        return self.data_dir / "keys" / "root.json"

    @property
    def blobs(self) -> Path:
        """The folder of files."""
        return self.data_dir / "blobs"

    @property
    def wants_agreement(self) -> bool:
        """Whether two persons agree to what is done to keys 密钥变更会签: in production, unless told otherwise."""
        is_production = self.environment is Environment.PRODUCTION
        return is_production if self.agreed_rotations is None else self.agreed_rotations

    @property
    def asks_kernel_clock(self) -> bool:
        """Whether time is stated only while the kernel reports a clock in step."""
        by_default = self.environment is Environment.PRODUCTION
        return self.clock_check is ClockCheck.KERNEL or (self.clock_check is ClockCheck.AUTO and by_default)

    @property
    def pki_url(self) -> str:
        """Where certificates and lists are published."""
        return f"{self.public_url}/pki"

    @property
    def claim_url(self) -> str:
        """Where a QR code leads, with the slash that the claim follows."""
        return (self.qr_url or self.public_url) + CLAIM_PATH

    @property
    def copy_url(self) -> str:
        """Where the QR code of an annotated copy leads, with the slash that the claim follows."""
        return f"{self.qr_url or self.public_url}/c/"

    @property
    def live_code_url(self) -> str:
        """Where a code on a holder's phone leads, with the slash that its secret follows."""
        return f"{self.qr_url or self.public_url}/l/"

    @property
    def token_url(self) -> str:
        """The token endpoint, which clients name as the audience of their assertions."""
        return f"{self.public_url}/oauth2/token"

    @property
    def assertion_audiences(self) -> tuple[str, ...]:
        """Whom an assertion of a client may name: the issuer, and where it is brought (RFC 7523, 3; RFC 9126, 2)."""
        return self.public_url, self.token_url, f"{self.public_url}/oauth2/par"


def indexes(text: str) -> tuple[int, ...]:
    """Return the numbers that `1-20,25` names, in their order. Raise `ValueError`."""
    found: list[int] = []
    for part in text.split(",") if text else ():
        if not INDEXES.fullmatch(part):
            raise ValueError("write indexes as 1-20,25")
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    if len(set(found)) != len(found):
        raise ValueError("name each index once")
    return tuple(found)


def forget_secrets() -> None:
    """Take secrets out of the environment once they are read, so that no process started from here inherits them."""
    for name in ("TRUST_ROOT_SECRET", "TRUST_ROOT_SECRET_NEXT"):
        os.environ.pop(name, None)  # noqa: TID251 - the one place that may


def unknown_settings() -> dict[str, str]:
    """Return what is named like a setting in the environment and is none, with the setting that was probably meant.

    Such a name changes nothing: what it was to raise or to forbid stays as it is, and nobody would be told.
    """
    known = [f"TRUST_{name.upper()}" for name in Settings.model_fields]
    named = {name.upper() for name in os.environ} - {*known}  # noqa: TID251 - the one place that may
    found = sorted(name for name in named if name.startswith("TRUST_"))
    return {name: next(iter(get_close_matches(name, known, n=1)), "") for name in found}


def inherited_environment(settings: Settings) -> dict[str, str]:
    """Return this process's environment with `settings` in it, for a process that is to use the same ones."""
    told = {
        f"TRUST_{name.upper()}": "" if value is None else str(value)
        for name, value in settings.model_dump(mode="json").items()
    }
    return {**os.environ, **told}  # noqa: TID251 - the one place that may
