"""Scans of paper licences: kept enciphered, used once, read by few, and on record."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from identity.errors import DutyMissing
from licence.errors import DataInvalid, LicenceUnknown, ScanRefused, ScanTaken, ScanUnknown
from licence.life.scanning import PutScan, ScanService
from licence.lifecycle import LicenceState
from licence.paper import PaperOriginal, mark_of
from licence.records import Origin
from licence.scan_repository import Scan
from seal.errors import EvidenceTypeRefused
from tests.licence.builders import Desk
from tests.licence.life.test_scan_reading import picture
from trust.requests import RequestKeyReused

DAY = date(2019, 3, 18)
CONTENT = picture("PNG")


def scans(desk: Desk) -> ScanService:
    """Return the service."""
    house = desk.house
    return ScanService(
        store=house.store, repository=house.registry, blobs=house.blobs, protection=house.registry.protection
    )


def command(desk: Desk, key: str = "scan-1", **changes: object) -> PutScan:
    """Return the command to put a scan forward."""
    told = PutScan(issuer=desk.staff.organisation, content=CONTENT, media_type="image/png", request_key=key)
    return replace(told, **changes)  # type: ignore[arg-type] # as the tests say


def put(desk: Desk, key: str = "scan-1") -> Scan:
    """Put a scan forward."""
    return scans(desk).put(desk.officer, command(desk, key))


def test_a_scan_is_kept_enciphered_and_once(any_desk: Desk) -> None:
    scan = put(any_desk)
    assert scan == put(any_desk)
    assert CONTENT not in any_desk.house.blobs.get(scan.blob)
    with pytest.raises(RequestKeyReused):
        scans(any_desk).put(any_desk.officer, command(any_desk, content=picture("PNG", (10, 10))))
    licence = any_desk.issue(paper=PaperOriginal(scan=scan.id, issued_on=DAY))
    found, content = scans(any_desk).read(any_desk.officer, licence.identifier)
    assert (found.licence, content) == (licence.id, CONTENT)
    assert any_desk.tags(scan.id) == ["licence_scan:put:done", "licence_scan:read:done"]


def test_a_scan_is_for_the_issuer(desk: Desk) -> None:
    scan = put(desk)
    licence = desk.issue(paper=PaperOriginal(scan=scan.id, issued_on=DAY))
    for stranger in desk.strangers().values():
        with pytest.raises(DutyMissing):
            scans(desk).put(stranger, command(desk, "other"))
        with pytest.raises(DutyMissing):
            scans(desk).read(stranger, licence.id)
    with pytest.raises(DutyMissing):
        scans(desk).read(desk.staff.client, licence.id)
    with pytest.raises(LicenceUnknown):
        scans(desk).read(desk.officer, "lic_1")
    with pytest.raises(ScanUnknown):
        scans(desk).read(desk.officer, desk.issue().id)


def test_a_scan_is_looked_at_before_it_is_kept(desk: Desk) -> None:
    for content, error in ((b"GIF89a;", EvidenceTypeRefused), (CONTENT[:40] + CONTENT[-12:], ScanRefused)):
        with pytest.raises(error):
            scans(desk).put(desk.officer, command(desk, content=content))


def test_a_licence_from_paper_says_so_and_is_valid_as_that_was(desk: Desk) -> None:
    licence = desk.issue(paper=PaperOriginal(scan=put(desk).id, issued_on=DAY), last_day=date(2030, 1, 1))
    assert (licence.origin, licence.paper_issued_on, licence.valid_from) == (Origin.PAPER, DAY, DAY)
    assert mark_of(licence) == "由纸质证照数字化，原证颁发于 2019-03-18"
    assert mark_of(desk.issue()) == ""
    later = desk.issue(
        paper=PaperOriginal(scan=put(desk, "scan-2").id, issued_on=DAY),
        first_day=date(2020, 1, 1),
        last_day=date(2030, 1, 1),
    )
    assert later.valid_from == date(2020, 1, 1)


def test_a_scan_makes_one_licence_of_its_own_authority(desk: Desk) -> None:
    scan = put(desk)
    paper = PaperOriginal(scan=scan.id, issued_on=DAY)
    desk.issue(paper=paper)
    with pytest.raises(ScanTaken):
        desk.issue(paper=paper)
    with pytest.raises(ScanUnknown):
        desk.issue(paper=replace(paper, scan="scan_1"))
    told = {"other": desk.house.names["other"], "id": put(desk, "scan-2").id}
    with desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE licence_scan SET issuer = :other WHERE id = :id"), told)
    with pytest.raises(ScanUnknown):
        desk.issue(paper=replace(paper, scan=told["id"]))
    with pytest.raises(DataInvalid) as refused:
        desk.issue(paper=PaperOriginal(scan=put(desk, "scan-3").id, issued_on=date(2030, 1, 1)))
    assert refused.value.details == {"field": "first_day", "rule": "maximum"}


def test_whoever_is_faster_takes_a_scan(desk: Desk) -> None:
    paper = PaperOriginal(scan=put(desk).id, issued_on=DAY)
    desk.house.faults.meanwhile("sign:seal_owner", lambda: desk.issue(paper=paper))
    with pytest.raises(ScanTaken):
        desk.issue(paper=paper)
    assert {one.state for one in (desk.newest(),)} == {LicenceState.IN_FORCE}
