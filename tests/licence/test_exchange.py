"""Types as files: the same version gives the same octets, and nothing else is read."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from licence.errors import SchemaInvalid, TemplateMalformed
from licence.exchange import LARGEST_FILE, ExchangedType, ready_type, ready_types
from licence.template.bundle import TemplateBundle
from licence.types.errors import ParticularsInvalid, TypeFileMalformed
from licence.types.particulars import FORM, HolderCategory, TypeParticulars
from tests.licence.types.test_particulars import SCHEMA

TEMPLATES = Path(__file__).parents[2] / "licence" / "templates"
READY = ("business_licence", "food_permit", "hygiene_permit", "real_estate", "residence_permit")
NAMES = ("type.json", "schema.json", "template.zip")


def small_type() -> ExchangedType:
    """Return a type with a small template."""
    manifest = {
        "title": "证",
        "page": {"width_mm": 210, "height_mm": 297},
        "seal": {"page": 1, "centre_x_mm": 100, "centre_y_mm": 200},
        "qr": {"page": 1, "x_mm": 10, "y_mm": 10, "width_mm": 25},
    }
    files = {
        "template.typ": b"#sys.inputs.data",
        "manifest.json": json.dumps(manifest).encode(),
        "sample.json": b'{"fields": {}, "licence": {}, "qr": ""}',
    }
    particulars = TypeParticulars(
        code="11100000MB0127170X001", name="证𠮷", holders=frozenset({HolderCategory.LEGAL_PERSON}), schema=SCHEMA
    )
    return ExchangedType(particulars=particulars, template=TemplateBundle(files))


@pytest.fixture(scope="module")
def exchanged() -> ExchangedType:
    """Return a type with a small template."""
    return small_type()


def packed(members: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def members_of(file: bytes) -> dict[str, bytes]:
    """Return the members of an archive."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_file_comes_out_as_it_went_in(exchanged: ExchangedType) -> None:
    file = exchanged.to_file()
    again = ExchangedType.from_file(file)
    assert (again.particulars, again.template) == (exchanged.particulars, exchanged.template)
    assert file == again.to_file()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        told = [(one.filename, one.date_time[0], one.compress_type) for one in archive.infolist()]
    assert told == [(name, 1980, zipfile.ZIP_STORED) for name in NAMES]


def test_the_order_of_fields_is_kept(exchanged: ExchangedType) -> None:
    again = ExchangedType.from_file(exchanged.to_file())
    assert list(again.particulars.schema["properties"]) == list(SCHEMA["properties"])


def test_another_program_may_have_packed_it(exchanged: ExchangedType) -> None:
    file = packed(members_of(exchanged.to_file()), method=zipfile.ZIP_DEFLATED)
    assert ExchangedType.from_file(file).to_file() == exchanged.to_file()


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("type.json", b"", "type.json"),
        ("type.json", b"[]", "type.json"),
        ("type.json", b"\xff", "type.json"),
        ("type.json", b'{"form": 1, "form": 2}', "type.json"),
        ("type.json", b'{"form": 1.5}', "type.json"),
        ("type.json", b'{"form": NaN}', "type.json"),
        ("type.json", b'{"form": "\\ud800"}', "type.json"),
        ("type.json", b"[" * 50_000, "type.json"),
        ("type.json", b" " * 65_537, "type.json"),
        ("schema.json", b"x", "schema.json"),
        ("schema.json", b" " * 131_073, "schema.json"),
    ],
)
def test_a_wrong_member_is_told(exchanged: ExchangedType, name: str, content: bytes, fault: str) -> None:
    with pytest.raises(TypeFileMalformed) as refused:
        ExchangedType.from_file(packed({**members_of(exchanged.to_file()), name: content}))
    assert refused.value.details == {"fault": fault}


def test_what_its_parts_refuse_is_refused(exchanged: ExchangedType) -> None:
    members = members_of(exchanged.to_file())
    for name, content, error in (
        ("type.json", json.dumps({"form": FORM}).encode(), ParticularsInvalid),
        ("schema.json", b"{}", SchemaInvalid),
        ("template.zip", b"PK", TemplateMalformed),
        ("template.zip", packed({"template.typ": b""}), TemplateMalformed),
    ):
        with pytest.raises(error):
            ExchangedType.from_file(packed({**members, name: content}))


def test_no_other_members_and_no_other_order(exchanged: ExchangedType) -> None:
    members = members_of(exchanged.to_file())
    for wrong in (
        {},
        {**members, "more.txt": b""},
        dict(reversed(members.items())),
        {name: content for name, content in members.items() if name != "template.zip"},
        {f"../{name}": content for name, content in members.items()},
    ):
        with pytest.raises(TypeFileMalformed) as refused:
            ExchangedType.from_file(packed(wrong))
        assert refused.value.details == {"fault": "members"}


def test_what_is_no_archive_is_refused(exchanged: ExchangedType) -> None:
    file = exchanged.to_file()
    place = file.index(b'"form"')
    for wrong in (b"", b"PK", file[:-1], file[:place] + b"!" + file[place + 1 :]):
        with pytest.raises(TypeFileMalformed) as refused:
            ExchangedType.from_file(wrong)
        assert refused.value.details == {"fault": "archive"}
    with pytest.raises(TypeFileMalformed) as large:
        ExchangedType.from_file(b"\0" * (LARGEST_FILE + 1))
    assert large.value.details == {"fault": "size"}


def test_a_member_that_unpacks_to_more_than_it_says_is_refused(exchanged: ExchangedType) -> None:
    members = members_of(exchanged.to_file())
    file = bytearray(packed({**members, "type.json": b" " * 60_000}, method=zipfile.ZIP_DEFLATED))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = file.index(signature) + offset
        file[place : place + 4] = (100).to_bytes(4, "little")
    with pytest.raises(TypeFileMalformed):
        ExchangedType.from_file(bytes(file))


@pytest.mark.parametrize("name", READY)
def test_a_ready_type_is_one_that_can_be_imported(name: str) -> None:
    found = ready_type(ready_types(TEMPLATES)[name])
    assert ExchangedType.from_file(found.to_file()).to_file() == found.to_file()
    sample, fields = found.template.sample, found.particulars.fields
    assert set(sample["fields"]) == set(fields.by_name) - set(fields.pictures)
    assert set(sample.get("pictures", {})) == set(fields.pictures)


def test_every_ready_type_has_a_code_of_its_own() -> None:
    assert tuple(ready_types(TEMPLATES)) == READY
    codes = [ready_type(folder).particulars.code for folder in ready_types(TEMPLATES).values()]
    assert len(set(codes)) == len(codes)
