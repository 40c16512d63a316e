"""Pictures in the data of a licence: each is looked up before it is made, and who shows it gets its octets."""

from collections.abc import Mapping
from typing import Any

from licence.pictures.entries import LicencePicture
from licence.pictures.errors import PictureMissing, PictureUnfit
from licence.pictures.repository import PictureRepository
from licence.template.source import raster_svg
from licence.types.schema import DataSchema
from trust.store import Reading

__all__ = ["as_inputs", "pictures_for", "pictures_in"]


def pictures_in(
    repository: PictureRepository, view: Reading, fields: DataSchema, data: Mapping[str, Any]
) -> dict[str, LicencePicture]:
    """Return the pictures that the data of a licence name, by their fields. What is not there any more is left out."""
    found = {name: repository.get(view, str(data.get(name) or "")) for name in fields.pictures}
    return {name: one for name, one in found.items() if one is not None}


def pictures_for(
    repository: PictureRepository, view: Reading, fields: DataSchema, data: Mapping[str, Any], *, issuer: str
) -> dict[str, LicencePicture]:
    """Return the pictures that a licence of an authority is to show, by their fields.

    Raise `PictureMissing` for one that is not there or is another authority's, `PictureUnfit` for one that is not
    shaped as its field wants it.
    """
    found = pictures_in(repository, view, fields, data)
    for name, field in fields.pictures.items():
        if not data.get(name):
            continue
        one = found.get(name)
        if one is None or one.issuer != issuer:
            raise PictureMissing(field=name)
        broken = field.misfit(one.width, one.height)
        if broken is not None:
            raise PictureUnfit(field=name, rule=broken)
    return found


def as_inputs(pictures: Mapping[str, LicencePicture]) -> dict[str, str]:
    """Return pictures as a template gets them: each an SVG that shows it and nothing else."""
    return {
        name: raster_svg(one.media_type, one.content, width=one.width, height=one.height)
        for name, one in pictures.items()
    }
