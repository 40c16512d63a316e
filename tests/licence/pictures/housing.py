"""A desk that issues residence permits: the ready type whose page shows the holder's photograph."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PIL import Image

from api.demo import cast
from licence.catalogue import DraftType
from licence.exchange import ready_type, ready_types
from licence.ordering import IssueLicence
from licence.pictures.entries import LicencePicture
from licence.pictures.repository import PictureRepository
from licence.pictures.service import PictureService, PutPicture
from tests.licence.builders import Desk

__all__ = ["RESIDENCE_TYPE", "Housing", "photograph", "publish_residence_type"]

READY: Final = ready_type(ready_types(Path(__file__).parents[3] / "licence" / "templates")["residence_permit"])
RESIDENCE_TYPE: Final = READY.particulars.code
SIZE: Final = (358, 441)
"""Pixels of a photograph for identity cards."""

DATA: Final = {
    "gender": "2",
    "ethnicity": "汉",
    "birth_date": "1990-01-01",
    "registered_address": "云州市某某区某某路1号",
    "address": "云州市新城区某某路2号",
}


def photograph(size: tuple[int, int] = SIZE, *, form: str = "JPEG", mode: str = "RGB", **more: Any) -> bytes:  # noqa: ANN401
    """Return a picture that is no plain colour."""
    target = io.BytesIO()
    shades = Image.linear_gradient("L").resize(size)
    Image.merge("RGB", (shades, shades.rotate(180), shades)).convert(mode).save(target, form, **more)
    return target.getvalue()


def publish_residence_type(desk: Desk) -> None:
    """Publish the type."""
    catalogue = desk.house.catalogue
    draft = DraftType(issuer=desk.staff.organisation, template="residence_permit", particulars=READY.particulars)
    catalogue.draft(desk.officer, draft)
    catalogue.review(desk.staff.licence_reviewer, RESIDENCE_TYPE)
    catalogue.publish(desk.officer, RESIDENCE_TYPE)


@dataclass
class Housing:
    """Those who put photographs forward and issue residence permits with them."""

    desk: Desk
    repository: PictureRepository = field(init=False)
    pictures: PictureService = field(init=False)

    def __post_init__(self) -> None:
        house = self.desk.house
        self.repository = PictureRepository(house.registry.protection)
        entitling = house.licences.issuing.preparing.entitling
        self.pictures = PictureService(store=house.store, repository=self.repository, entitling=entitling)

    def upload(self, key: str = "picture-1", **changes: Any) -> LicencePicture:  # noqa: ANN401 - a command's fields
        """Put a photograph forward, by the officer."""
        told = {"issuer": self.desk.staff.organisation, "content": photograph(), "request_key": key, **changes}
        return self.pictures.put(self.desk.officer, PutPicture(**told))

    def order(self, photo: str | None, **changes: Any) -> IssueLicence:  # noqa: ANN401 - likewise
        """Return the order for a residence permit with a photograph, or without."""
        data = DATA if photo is None else DATA | {"photo": photo}
        told = {"type": RESIDENCE_TYPE, "number": "", "holder_code": cast.person_number(301), "data": data}
        return self.desk.command(**(told | changes))

    def found(self, name: str) -> LicencePicture | None:
        """Return a picture of the registry."""
        with self.desk.house.store.reading() as view:
            return self.repository.get(view, name)
