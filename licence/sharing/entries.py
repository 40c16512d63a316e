"""Sharing in values: the calls, what an issuer grants a client, what a holder agrees to, and the line of each use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.subject import SubjectId
from licence.errors import TypeCodeMalformed
from licence.number import require_type_code
from licence.sharing.errors import SharingInvalid
from trust.blobs import BlobId
from trust.lifecycle import Lifecycle

__all__ = [
    "CODE",
    "HOLDER_CODE",
    "HOLDER_NAME",
    "LIFECYCLE",
    "NUMBER",
    "Call",
    "Consent",
    "Copy",
    "Disclosure",
    "Download",
    "GrantEvent",
    "GrantState",
    "LegalBasis",
    "LicenceUse",
    "SharedType",
    "SharingGrant",
    "SharingPurpose",
    "Within",
    "is_field",
    "require_text",
]

CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{1,63}")
"""What names a purpose."""

NUMBER: Final = "number"
HOLDER_NAME: Final = "holder_name"
HOLDER_CODE: Final = "holder_code"
OF_EVERY_TYPE: Final = frozenset({NUMBER, HOLDER_NAME, HOLDER_CODE})
FIELD: Final = re.compile(r"data\.[A-Za-z][A-Za-z0-9_]{0,63}")
"""A field of a type's own data is named `data.` and its name in the schema."""

MAX_TYPES: Final = 50
MAX_FIELDS: Final = 100
MAX_PURPOSES: Final = 20
MAX_TEXT: Final = 500


class Call(StrEnum):
    """What a client asks for."""

    QUERY = "query"
    """Which licences there are, and how they stand 查询."""

    DATA = "data"
    """The data of one, as far as the grant goes 取数."""

    FILE = "file"
    """The signed original 取原件."""

    VERIFY_DATA = "verify_data"
    """Whether values are those of the licence 数据核验."""

    VERIFY_FILE = "verify_file"
    """What a file is worth 文件核验."""

    DECODE_QR = "decode_qr"
    """What a QR code says 解码."""

    COPY = "copy"
    """An annotated copy, and those that were made before 加注件."""


class Disclosure(StrEnum):
    """How much of a field a client sees."""

    WHOLE = "whole"
    MASKED = "masked"


class GrantState(StrEnum):
    """Where a grant stands. That it has expired is told by the clock."""

    PROPOSED = "proposed"  # 待复核
    IN_FORCE = "in_force"  # 有效
    REFUSED = "refused"  # 未通过
    WITHDRAWN = "withdrawn"  # 已收回


class GrantEvent(StrEnum):
    """What happens to a grant."""

    APPROVE = "approve"  # 复核通过
    REFUSE = "refuse"  # 复核不通过
    WITHDRAW = "withdraw"  # 收回


LIFECYCLE = Lifecycle(
    initial=GrantState.PROPOSED,
    moves={
        (GrantState.PROPOSED, GrantEvent.APPROVE): GrantState.IN_FORCE,
        (GrantState.PROPOSED, GrantEvent.REFUSE): GrantState.REFUSED,
        (GrantState.PROPOSED, GrantEvent.WITHDRAW): GrantState.WITHDRAWN,
        (GrantState.IN_FORCE, GrantEvent.WITHDRAW): GrantState.WITHDRAWN,
    },
    # Closing a door cannot wait for a second person.
    alone=frozenset({GrantEvent.WITHDRAW}),
)


@dataclass(frozen=True, kw_only=True)
class LegalBasis:
    """法定依据: the law that lets somebody ask without the holder's consent, and the matter that it is asked in."""

    law: str
    """Title, article and paragraph, for the holder to read."""

    matter: str = ""
    """事项编码, where the matter has one."""

    def __post_init__(self) -> None:
        require_text(self.law, field="law", least=4)
        require_text(self.matter, field="matter", least=0)


@dataclass(frozen=True, kw_only=True)
class SharingPurpose:
    """A purpose that a client may name: its code, and its words, which the holder reads."""

    code: str
    words: str

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise SharingInvalid(field="purposes", rule="code")
        require_text(self.words, field="purposes", least=2)


@dataclass(frozen=True, kw_only=True)
class SharedType:
    """A licence type that a grant is about, and the fields of it that the client gets to see."""

    code: str
    fields: Mapping[str, Disclosure]

    def __post_init__(self) -> None:
        try:
            require_type_code(self.code)
        except TypeCodeMalformed:
            raise SharingInvalid(field="types", rule="code") from None
        if len(self.fields) > MAX_FIELDS:
            raise SharingInvalid(field="types", rule="fields")
        for name in self.fields:
            if not is_field(name):
                raise SharingInvalid(field="types", rule="field")


@dataclass(frozen=True, kw_only=True)
class SharingGrant:
    """What the issuer of licence types lets one client ask 共享授权. It never changes but for its state."""

    id: str
    state: GrantState
    last_actor: str
    issuer: str
    client: str
    types: tuple[SharedType, ...]
    calls: frozenset[Call]
    purposes: tuple[SharingPurpose, ...]
    basis: LegalBasis | None
    """None: each licence needs the consent of its holder."""

    valid_until: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""
    """Why it was refused or withdrawn."""

    def __post_init__(self) -> None:
        for name, count, most in (
            ("types", len(self.types), MAX_TYPES),
            ("calls", len(self.calls), len(Call)),
            ("purposes", len(self.purposes), MAX_PURPOSES),
        ):
            if not 1 <= count <= most:
                raise SharingInvalid(field=name, rule="length")
        for name, codes in (("types", [one.code for one in self.types]), ("purposes", [*self.purpose_words])):
            count = len(self.types) if name == "types" else len(self.purposes)
            if len(set(codes)) != count:
                raise SharingInvalid(field=name, rule="unique")

    @property
    def purpose_words(self) -> Mapping[str, str]:
        """The words of each purpose by its code."""
        return {one.code: one.words for one in self.purposes}

    @property
    def fields_by_type(self) -> Mapping[str, Mapping[str, Disclosure]]:
        """The fields of each type by its code."""
        return {one.code: one.fields for one in self.types}

    def is_in_force(self, at: datetime) -> bool:
        """Tell whether anything can be asked under it."""
        return self.state is GrantState.IN_FORCE and at < self.valid_until


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a holder agreed to 用证授权: one client, one grant, one purpose, one licence or one type, until a moment."""

    id: str
    grant: str
    client: str
    holder: SubjectId
    licence: str | None
    """None: every licence of the type that the holder has."""

    type_code: str
    purpose: str
    words_version: int
    words_digest: str
    words: str = field(repr=False)
    evidence: Mapping[str, str] = field(repr=False)
    """How it was known who agreed."""

    given_by: str
    channel: str
    given_at: datetime
    valid_until: datetime
    times: int | None
    used: int = 0
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Tell whether a call can stand on it."""
        return self.withdrawn_at is None and at < self.valid_until and (self.times is None or self.used < self.times)

    def covers(self, *, licence: str, type_code: str) -> bool:
        """Tell whether it is about this licence."""
        return self.type_code == type_code and self.licence in (None, licence)


@dataclass(frozen=True, kw_only=True)
class Within:
    """Licences that a client may know of: those of one issuer and some types, or one of them alone."""

    issuer: str
    types: frozenset[str]
    """Identifiers of types."""

    licence: str | None = None


@dataclass(frozen=True, kw_only=True)
class LicenceUse:
    """One call, allowed or refused 用证记录."""

    id: str
    at: datetime
    client: str
    call: str
    holder: str | None
    licence: str | None
    type_code: str | None
    purpose: str
    grant: str | None
    consent: str | None
    code: str
    """Why it was refused, or what else came of it; empty where it was answered."""

    handed_out: str | None
    """SM3 of what was handed out."""

    details: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """An annotated copy 加注件: for whom, for what, until when."""

    id: str
    licence: str
    client: str
    grant: str
    consent: str | None
    purpose: str
    user: str = field(repr=False)
    cause: str = field(repr=False)
    valid_until: datetime
    made_at: datetime
    address: str | None = field(default=None, repr=False)
    """The address in its QR code; None: it has none yet, or is from before copies had one."""

    stamping: str | None = None
    file: BlobId | None = None


@dataclass(frozen=True, kw_only=True)
class Download:
    """A temporary address. Its secret is known to its bearer alone."""

    digest: str
    licence: str
    client: str
    grant: str
    consent: str | None
    purpose: str
    copy_of_licence: str | None
    """The annotated copy that it leads to; None: the original."""

    made_at: datetime
    expires_at: datetime
    left: int


def is_field(name: str) -> bool:
    """Tell whether a name can be that of a field, whichever types there are."""
    return name in OF_EVERY_TYPE or FIELD.fullmatch(name) is not None


def require_text(text: str, *, field: str, least: int = 1, most: int = MAX_TEXT) -> str:
    """Return a text without the blanks around it, or raise `SharingInvalid`."""
    told = text.strip()
    if not least <= len(told) <= most:
        raise SharingInvalid(field=field, rule="length")
    if not told.isprintable():
        raise SharingInvalid(field=field, rule="characters")
    return told
