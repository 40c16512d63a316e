"""The operator's emblem (徽): read once from the file that the settings name, and kept by its content.

A seal names the emblem that it was applied for with; another file in the settings changes no seal that there is.
"""

from api.settings import SettingInvalid, Settings
from seal.image.emblems import LARGEST_FILE, read_emblem
from seal.image.errors import EmblemMalformed
from trust.blobs import BlobId, BlobStore

__all__ = ["configured_emblem"]

SETTING = "TRUST_EMBLEM_FILE"


def configured_emblem(settings: Settings, blobs: BlobStore) -> BlobId | None:
    """Return the emblem by its digest, or None where there is none; it is in `blobs` then. Raise `SettingInvalid`."""
    if settings.emblem_file is None:
        return None
    try:
        with settings.emblem_file.open("rb") as file:
            drawing = file.read(LARGEST_FILE + 1)
        read_emblem(drawing)
    except OSError:
        raise SettingInvalid(setting=SETTING, fault="the file cannot be read") from None
    except EmblemMalformed as error:
        fault = f"the file is no SVG drawing of filled outlines ({error.details['fault']})"
        raise SettingInvalid(setting=SETTING, fault=fault) from None
    return blobs.put(drawing)
