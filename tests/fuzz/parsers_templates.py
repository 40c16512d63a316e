"""Parsers of templates: bundles, and manifests by themselves, which a checksum keeps mutants of bundles from."""

import json
from collections.abc import Iterable
from typing import Final

from licence.errors import TemplateMalformed
from licence.template.bundle import TemplateBundle
from licence.template.manifest import TemplateManifest, parse_manifest
from tests.fuzz.harness import AnyHarness, Harness
from tests.licence.template.templates import MANIFEST, bundle_of

__all__ = ["HARNESSES"]


def manifests() -> Iterable[bytes]:
    """Return a manifest that says everything it may."""
    yield json.dumps(MANIFEST | {"pages": 2, "standard": "a-3b", "vertical": ["name"]}).encode()


def read_manifest(octets: bytes) -> TemplateManifest:
    """Read a manifest as a bundle does."""
    try:
        return parse_manifest(octets)
    except (ValueError, RecursionError):
        raise TemplateMalformed(file="manifest.json", fault="json") from None


HARNESSES: Final[tuple[AnyHarness, ...]] = (
    Harness[TemplateBundle](
        name="template, as an archive",
        seeds=lambda: (bundle_of().to_archive(),),
        read=TemplateBundle.from_archive,
    ),
    Harness[TemplateManifest](name="template, manifest", seeds=manifests, read=read_manifest),
)
