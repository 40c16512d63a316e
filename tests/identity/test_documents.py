"""Identity documents: each kind with its form, each part wrong one at a time, found again by kind and number."""

from datetime import date

import pytest

from identity.documents import CITIZEN_KINDS, FORMS, DocumentKind, IdentityDocument, ShownDocument, lookups_of
from identity.errors import CitizenNumberMalformed, DocumentMalformed
from tests.identity.builders import person_number

TODAY = date(2026, 11, 22)
CARD = person_number(1)
PERMIT = person_number(2, area="810000")
FOREIGN = person_number(3, area="911840")
KIND = DocumentKind

GOOD = [
    (KIND.RESIDENT_IDENTITY_CARD, CARD, ""),
    (KIND.RESIDENCE_PERMIT, PERMIT, ""),
    (KIND.RESIDENCE_PERMIT, person_number(2, area="830000"), ""),
    (KIND.PERMANENT_RESIDENT_CARD, FOREIGN, ""),
    (KIND.PERMANENT_RESIDENT_CARD, "USA110104900101", ""),
    (KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "H10000011", ""),
    (KIND.TRAVEL_PERMIT_TAIWAN, "12345678", ""),
    (KIND.TRAVEL_PERMIT_TAIWAN, "1234567890", ""),
    (KIND.TRAVEL_PERMIT_TAIWAN, "1234567890B", ""),
    (KIND.PASSPORT, "E12345678", "CHN"),
    (KIND.PASSPORT, "A1234", "USA"),
]


def read(kind: DocumentKind, number: str, country: str = "", valid_until: date | None = None) -> IdentityDocument:
    return ShownDocument(kind=kind, number=number, country=country, valid_until=valid_until).read(today=TODAY)


def test_every_kind_has_a_form() -> None:
    assert set(DocumentKind) == CITIZEN_KINDS | set(FORMS)
    assert {kind for kind, _, _ in GOOD} == set(DocumentKind)


@pytest.mark.parametrize(("kind", "number", "country"), GOOD)
def test_a_good_document_is_read(kind: DocumentKind, number: str, country: str) -> None:
    for typed in (number, f" {number.lower()} "):
        document = read(kind, typed, country.lower())
        assert (kind, number, country) == (document.kind, document.number, document.country)


@pytest.mark.parametrize(
    ("kind", "number", "country", "fault"),
    [
        (KIND.RESIDENT_IDENTITY_CARD, PERMIT, "", "kind"),
        (KIND.RESIDENT_IDENTITY_CARD, FOREIGN, "", "kind"),
        (KIND.RESIDENCE_PERMIT, CARD, "", "kind"),
        (KIND.RESIDENCE_PERMIT, FOREIGN, "", "kind"),
        (KIND.PERMANENT_RESIDENT_CARD, CARD, "", "kind"),
        (KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "C10000011", "", "form"),
        (KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "H1000001", "", "form"),
        (KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "H100000110", "", "form"),
        (KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "H1000001\uff11", "", "form"),
        (KIND.TRAVEL_PERMIT_TAIWAN, "1234567", "", "form"),
        (KIND.TRAVEL_PERMIT_TAIWAN, "123456789", "", "form"),
        (KIND.TRAVEL_PERMIT_TAIWAN, "12345678B", "", "form"),
        (KIND.PASSPORT, "E123", "CHN", "form"),
        (KIND.PASSPORT, "E123456789", "CHN", "form"),
        (KIND.PASSPORT, "E1234 678", "CHN", "form"),
        (KIND.PASSPORT, "E12345678", "", "country"),
        (KIND.PASSPORT, "E12345678", "CN", "country"),
        (KIND.PASSPORT, "E12345678", "C1N", "country"),
        (KIND.TRAVEL_PERMIT_TAIWAN, "12345678", "CHN", "country"),
        (KIND.RESIDENT_IDENTITY_CARD, CARD, "CHN", "country"),
    ],
)
def test_each_wrong_part_is_named(kind: DocumentKind, number: str, country: str, fault: str) -> None:
    with pytest.raises(DocumentMalformed) as refused:
        read(kind, number, country)
    assert {"kind": kind.value, "fault": fault} == refused.value.details


@pytest.mark.parametrize("kind", sorted(CITIZEN_KINDS))
@pytest.mark.parametrize(("number", "fault"), [("", "form"), (CARD[:-1], "form"), (CARD[:-2] + "00", "check")])
def test_what_is_wrong_with_a_citizen_number_is_told(kind: DocumentKind, number: str, fault: str) -> None:
    with pytest.raises(CitizenNumberMalformed) as refused:
        read(kind, number)
    assert {"fault": fault} == refused.value.details


def test_the_count_of_a_travel_permit_is_no_part_of_who_somebody_is() -> None:
    first = read(KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "M1234567800")
    assert first == read(KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, "m1234567801")
    with pytest.raises(DocumentMalformed):
        IdentityDocument(kind=KIND.TRAVEL_PERMIT_HONG_KONG_MACAO, number="M1234567800")


def test_a_document_has_a_last_day() -> None:
    assert read(KIND.PASSPORT, "E12345678", "CHN", TODAY).valid_until == TODAY
    with pytest.raises(DocumentMalformed) as refused:
        read(KIND.PASSPORT, "E12345678", "CHN", date(2026, 11, 21))
    assert refused.value.details["fault"] == "expired"
    kept = IdentityDocument(kind=KIND.PASSPORT, number="E12345678", country="CHN", valid_until=TODAY)
    assert [kept.has_expired(day) for day in (TODAY, date(2026, 11, 23))] == [False, True]
    assert not read(KIND.PASSPORT, "E12345678", "CHN").has_expired(date(9999, 12, 31))


def test_one_citizen_number_is_one_person_on_whichever_card() -> None:
    assert read(KIND.RESIDENT_IDENTITY_CARD, CARD).lookup == ("citizen number", CARD)
    assert read(KIND.RESIDENCE_PERMIT, PERMIT).lookup == ("citizen number", PERMIT)
    assert read(KIND.PERMANENT_RESIDENT_CARD, FOREIGN).lookup == ("citizen number", FOREIGN)
    assert read(KIND.PERMANENT_RESIDENT_CARD, "USA110104900101").lookup[0] != "citizen number"


def test_passports_of_two_countries_are_two() -> None:
    assert read(KIND.PASSPORT, "A1234567", "USA").lookup != read(KIND.PASSPORT, "A1234567", "CAN").lookup


def test_a_document_shows_itself_masked() -> None:
    for kind, number, country in GOOD:
        document = read(kind, number, country)
        assert number not in repr(document)
        assert number[1:-2] not in document.masked
        assert document.masked in repr(document)
        assert number not in repr(ShownDocument(kind=kind, number=number, country=country))


def test_a_number_alone_is_looked_for_as_what_it_may_be() -> None:
    assert lookups_of(CARD, today=TODAY) == (("citizen number", CARD),)
    assert lookups_of("h10000011", today=TODAY) == (("identity document travel_permit_hong_kong_macao", "H10000011"),)
    assert lookups_of("12345678", today=TODAY) == (("identity document travel_permit_taiwan", "12345678"),)
    assert lookups_of("USA110104900101", today=TODAY) == (
        ("identity document permanent_resident_card", "USA110104900101"),
    )
    for nothing in ("", "E12345678X", "1" * 18):
        with pytest.raises(CitizenNumberMalformed):
            lookups_of(nothing, today=TODAY)
