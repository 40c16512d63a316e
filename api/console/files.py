"""The files of the console, as web/console/ builds them: read once, and told apart by what they are."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from api.pages.rendering import StaticFile

__all__ = ["ASSETS", "INDEX", "POLICY"]

DIST: Final = Path(__file__).parent / "dist"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No code and no style stands in a page, and nothing is loaded from elsewhere (W3C CSP 3). Pictures of seals come as
data, previews of files as blobs."""


def read_assets() -> Mapping[str, StaticFile]:
    """Read what the page loads. The names change with the content."""
    found = sorted((DIST / "assets").iterdir())
    return MappingProxyType(
        {one.name: StaticFile(content=one.read_bytes(), media_type=TYPES[one.suffix]) for one in found}
    )


INDEX: Final = StaticFile(content=(DIST / "index.html").read_bytes(), media_type="text/html; charset=utf-8")
"""The page: which of its views an address means, its script decides."""

ASSETS: Final = read_assets()
