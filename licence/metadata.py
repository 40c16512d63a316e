"""The metadata of a licence 证照元数据 after GB/T 36903-2018, as JSON, as XML, and as properties of a PDF's XMP.

All three say the same. JSON and XML have one spelling: what is read is written again and must come out as it went in,
so that nobody hides anything between two readers. The forms are told in docs/licence-metadata.md.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final

from identity.documents import DocumentKind
from identity.subject import Organisation, Person
from licence.metadata_elements import LEVELS, LONG_TERM, NAMES, OPTIONAL, HolderCodeType
from licence.metadata_xml import into_packet, out_of_packet, read_xml, write_xml
from licence.records import CHINA, Licence
from licence.types.fields import Value
from licence.types.kind import LicenceType
from licence.types.particulars import AuthorityLevel
from licence.types.schema import METADATA_NAME
from trust.errors import Invalid

__all__ = ["LONGEST", "LicenceMetadata", "MetadataMalformed"]

LONGEST: Final = 1 << 18
"""Octets of metadata in any form."""

MOST_EXTENSIONS: Final = 100
CODE_TYPES: Final[Mapping[DocumentKind | None, HolderCodeType]] = {
    DocumentKind.TRAVEL_PERMIT_TAIWAN: HolderCodeType.TRAVEL_PERMIT_TAIWAN,
    DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO: HolderCodeType.TRAVEL_PERMIT_HONG_KONG_MACAO,
}
"""Of documents that bear no citizen number; the others have no code of their own."""

HIDDEN: Final = frozenset({"Cc", "Cn", "Co", "Cs"})
"""Unicode categories that no value has: controls, and what is no character."""


class MetadataMalformed(Invalid):
    """Not the metadata of a licence; `member` says which element is wrong, or `form`."""

    code = "licence.metadata_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("member",)


@dataclass(frozen=True, kw_only=True)
class LicenceMetadata:
    """What a licence says of itself to machines. It shows itself without its holder's data."""

    type_name: str
    type_code: str
    number: str
    identifier: str
    issuer_name: str
    issuer_code: str
    issuer_level: AuthorityLevel
    issued_on: date
    holder_name: str = field(repr=False)
    holder_code: str = field(repr=False)
    holder_code_type: HolderCodeType
    valid_from: date
    valid_until: date | None
    """None: without end 长期."""

    sealed_by: str
    seal_name: str
    created_at: datetime
    """To the second."""

    paper_issued_on: date | None = None
    extensions: Mapping[str, Value] = field(default_factory=dict, repr=False)
    """Extension elements by their names, `KZ_` and more."""

    def __post_init__(self) -> None:
        if self.valid_until == LONG_TERM:
            raise MetadataMalformed(member="ZZYXQJZRQ")
        if len(self.extensions) > MOST_EXTENSIONS:
            raise MetadataMalformed(member="KZ_")
        for name, value in self.elements().items():
            if name not in NAMES and not METADATA_NAME.fullmatch(name):
                raise MetadataMalformed(member="KZ_")
            if not all(map(is_text, strings(value))):
                raise MetadataMalformed(member=name)

    @classmethod
    def of(
        cls,
        licence: Licence,
        kind: LicenceType,
        *,
        issuer: Organisation,
        holder: Person | Organisation,
        seal_name: str,
    ) -> "LicenceMetadata":
        """Return the metadata of a licence that was issued after the version `kind` of its type."""
        return cls(
            type_name=kind.name,
            type_code=kind.code,
            number=licence.number,
            identifier=licence.identifier,
            issuer_name=issuer.name,
            issuer_code=issuer.credit_code.value,
            issuer_level=kind.particulars.issuing_level,
            issued_on=licence.issued_on,
            holder_name=holder.name.value if isinstance(holder, Person) else holder.name,
            holder_code=holder.code,
            holder_code_type=code_type_of(holder),
            valid_from=licence.valid_from,
            valid_until=None if licence.last_day == LONG_TERM else licence.last_day,
            sealed_by=issuer.name,
            seal_name=seal_name,
            created_at=licence.prepared_at.replace(microsecond=0),
            paper_issued_on=licence.paper_issued_on,
            extensions={
                one.metadata: licence.data[one.name]
                for one in kind.fields.fields
                if one.metadata is not None and one.name in licence.data
            },
        )

    def elements(self) -> dict[str, Value]:
        """Return every element by its short name, in the order in which they are written."""
        paper = {} if self.paper_issued_on is None else {"YZZBFRQ": self.paper_issued_on.isoformat()}
        return {
            "ZZMC": self.type_name,
            "ZZLXDM": self.type_code,
            "ZZBH": self.number,
            "ZZBS": self.identifier,
            "ZZBFJG": self.issuer_name,
            "ZZBFJGDM": self.issuer_code,
            "ZZBFJGJB": LEVELS[self.issuer_level],
            "ZZBFRQ": self.issued_on.isoformat(),
            "CZZT": self.holder_name,
            "CZZTDM": self.holder_code,
            "CZZTDMLX": self.holder_code_type.label,
            "CZZTDMLXDM": self.holder_code_type.value,
            "ZZYXQQSRQ": self.valid_from.isoformat(),
            "ZZYXQJZRQ": (self.valid_until or LONG_TERM).isoformat(),
            "ZZQZR": self.sealed_by,
            "ZZQZMC": self.seal_name,
            "CJSJ": self.created_at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M:%S+08:00"),
            **paper,
            **dict(sorted(self.extensions.items())),
        }

    @classmethod
    def from_elements(cls, told: Mapping[str, Any]) -> "LicenceMetadata":
        """Read what `elements` returns. Raise `MetadataMalformed` with the element."""
        for name in NAMES:
            if not isinstance(told.get(name, "" if name in OPTIONAL else None), str):
                raise MetadataMalformed(member=name)
        extensions = {name: value for name, value in told.items() if name not in NAMES}
        for name, value in extensions.items():
            if not is_value(value):
                raise MetadataMalformed(member=name if METADATA_NAME.fullmatch(name) else "KZ_")
        until = day(told, "ZZYXQJZRQ")
        return cls(
            type_name=told["ZZMC"],
            type_code=told["ZZLXDM"],
            number=told["ZZBH"],
            identifier=told["ZZBS"],
            issuer_name=told["ZZBFJG"],
            issuer_code=told["ZZBFJGDM"],
            issuer_level=chosen(told, "ZZBFJGJB", {label: level for level, label in LEVELS.items()}),
            issued_on=day(told, "ZZBFRQ"),
            holder_name=told["CZZT"],
            holder_code=told["CZZTDM"],
            holder_code_type=chosen(told, "CZZTDMLXDM", {one.value: one for one in HolderCodeType}),
            valid_from=day(told, "ZZYXQQSRQ"),
            valid_until=None if until == LONG_TERM else until,
            sealed_by=told["ZZQZR"],
            seal_name=told["ZZQZMC"],
            created_at=moment(told, "CJSJ"),
            paper_issued_on=day(told, "YZZBFRQ") if "YZZBFRQ" in told else None,
            extensions=extensions,
        )

    # --- JSON

    def to_json(self) -> bytes:
        """Return the metadata as JSON in UTF-8."""
        return json.dumps(self.elements(), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, encoded: bytes) -> "LicenceMetadata":
        """Read what `to_json` writes, and nothing else. Raise `MetadataMalformed`."""
        require_length(encoded)
        try:
            told = json.loads(encoded)
        except (ValueError, RecursionError):
            raise MetadataMalformed(member="form") from None
        if not isinstance(told, dict):
            raise MetadataMalformed(member="form")
        found = cls.from_elements(told)
        if found.to_json() != encoded:
            raise MetadataMalformed(member="form")
        return found

    # --- XML

    def to_xml(self) -> bytes:
        """Return the metadata as XML in UTF-8, in a namespace of ours."""
        return write_xml(self.elements())

    @classmethod
    def from_xml(cls, encoded: bytes) -> "LicenceMetadata":
        """Read what `to_xml` writes, and nothing else. Raise `MetadataMalformed`."""
        require_length(encoded)
        try:
            told = read_xml(encoded)
        except ValueError:
            raise MetadataMalformed(member="form") from None
        found = cls.from_elements(told)
        if found.to_xml() != encoded:
            raise MetadataMalformed(member="form")
        return found

    # --- XMP

    def into_xmp(self, packet: bytes) -> bytes:
        """Return a PDF's XMP packet with the metadata in it, described as PDF/A asks (ISO 19005-3, 6.6.2.3).

        Raise `ValueError` for a packet that does not describe schemas already, as those of our PDFs do.
        """
        return into_packet(packet, self.elements())

    @classmethod
    def from_xmp(cls, packet: bytes) -> "LicenceMetadata":
        """Read the metadata out of an XMP packet, whatever else stands in that. Raise `MetadataMalformed`."""
        require_length(packet)
        try:
            told = out_of_packet(packet)
        except (ValueError, RecursionError):
            raise MetadataMalformed(member="form") from None
        return cls.from_elements(told)


def require_length(encoded: bytes) -> None:
    """Return if metadata are of a length that is read, else raise `MetadataMalformed`."""
    if len(encoded) > LONGEST:
        raise MetadataMalformed(member="form")


def is_text(text: str) -> bool:
    """Tell whether `text` is one that a page can show: nothing of it is a control, or no character."""
    return text.isprintable() or not any(unicodedata.category(one) in HIDDEN for one in text)


def code_type_of(holder: Person | Organisation) -> HolderCodeType:
    """Return what kind of code names a holder: a person is named by the document that the person is known by."""
    if isinstance(holder, Organisation):
        return HolderCodeType.CREDIT_CODE
    if holder.citizen_number is not None:
        return HolderCodeType.CITIZEN_NUMBER
    kind = None if holder.document is None else holder.document.kind
    return CODE_TYPES.get(kind, HolderCodeType.OTHER_DOCUMENT)


def is_value(value: object) -> bool:
    """Tell whether `value` is a text, or rows of texts."""
    if isinstance(value, str):
        return True
    return isinstance(value, list) and all(
        isinstance(row, dict) and all(isinstance(one, str) for one in row.values()) for row in value
    )


def strings(value: Value) -> tuple[str, ...]:
    """Return every text of a value."""
    if isinstance(value, str):
        return (value,)
    return tuple(text for row in value for pair in row.items() for text in pair)


def day(told: Mapping[str, Any], name: str) -> date:
    """Return an element that is a day."""
    try:
        found = date.fromisoformat(told[name])
    except ValueError:
        raise MetadataMalformed(member=name) from None
    if found.isoformat() != told[name]:
        raise MetadataMalformed(member=name)
    return found


def moment(told: Mapping[str, Any], name: str) -> datetime:
    """Return an element that is a moment in China, to the second."""
    try:
        return datetime.strptime(told[name], "%Y-%m-%dT%H:%M:%S+08:00").replace(tzinfo=CHINA).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MetadataMalformed(member=name) from None


def chosen(told: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - one of a closed set
    """Return what an element's text stands for."""
    if told[name] not in known:
        raise MetadataMalformed(member=name)
    return known[told[name]]
