"""Files that lie in a licence: taken out as they were put in, also of a file that was signed since."""

import json

import pytest

from licence.enclosures import enclosed
from licence.errors import LicenceUnknown
from licence.metadata import LicenceMetadata
from tests.licence.builders import Desk
from tests.trust.pdf.paper import page_dictionary, paper
from trust.blobs import BlobId


def test_metadata_are_taken_out_of_the_signed_file(desk: Desk) -> None:
    licence, licences = desk.issue(), desk.house.licences
    told = {ending: licences.metadata(desk.officer, licence.identifier, ending) for ending in ("json", "xml")}
    assert json.loads(told["json"])["ZZBS"] == licence.identifier
    assert LicenceMetadata.from_json(told["json"]) == LicenceMetadata.from_xml(told["xml"])
    pdf = desk.house.blobs.get(licence.file or BlobId(""))
    assert enclosed(pdf, "licence-metadata.json") == told["json"]
    assert enclosed(pdf, "licence-metadata.ofd") is None
    with pytest.raises(LicenceUnknown):
        licences.metadata(desk.officer, licence.id, "ofd")


def test_a_file_that_carries_nothing_has_nothing() -> None:
    assert enclosed(paper(page_dictionary()), "licence-metadata.json") is None
