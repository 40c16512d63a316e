"""Joins the typst files of a template into one source, so that a compiler without any file system can set it.

A line `#import "name.typ": *` is replaced by that file, the first time that it is met; later ones are left empty. All
names are known everywhere below then, as if the files had been one. Other ways of importing find no file.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from licence.template.manifest import TemplateManifest

__all__ = ["JoinedSource", "join", "picture_inputs"]

IMPORT: Final = re.compile(r'#import "(?:\.\./)?(?P<name>[a-z][a-z0-9_-]{0,62}\.typ)": \*\s*(?://.*)?')
PICTURES: Final = (".svg", ".png")


@dataclass(frozen=True, kw_only=True)
class JoinedSource:
    """One typst source, and where each of its lines came from."""

    text: bytes
    lines: tuple[tuple[str, int], ...] = field(repr=False)
    """File and line, for each line."""

    def place(self, line: int) -> str:
        """Return where a line of the source stands in the author's files, as `file:line`."""
        if not 1 <= line <= len(self.lines):
            return "template.typ"
        file, number = self.lines[line - 1]
        return f"{file}:{number}"


def join(files: Mapping[str, bytes], main: str) -> JoinedSource:
    """Return the source that `main` begins. Imports of files that are not there stay, and fail when it is set."""
    joined = tuple(lines_of(files, main, {main}))
    return JoinedSource(
        text="\n".join(text for _, _, text in joined).encode(), lines=tuple((file, line) for file, line, _ in joined)
    )


def lines_of(files: Mapping[str, bytes], name: str, met: set[str]) -> Iterator[tuple[str, int, str]]:
    """Yield each line of a file with the file's name and its number; instead of an import the lines of that file."""
    for number, line in enumerate(files[name].decode().splitlines(), 1):
        found = IMPORT.fullmatch(line)
        if found is None or found["name"] not in files:
            yield name, number, line
        elif found["name"] not in met:
            met.add(found["name"])
            yield from lines_of(files, found["name"], met)
        else:
            yield name, number, ""


def picture_inputs(
    files: Mapping[str, bytes], manifest: TemplateManifest | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the pictures of a template as inputs of the compiler: those that its text shows, and its artwork."""
    artwork = set() if manifest is None else {one.file for one in manifest.artwork}
    pictures = {name: content for name, content in files.items() if name.endswith(PICTURES)}
    told = {f"file:{name}": as_svg(name, content) for name, content in pictures.items()}
    below = {name: svg for name, svg in told.items() if name.removeprefix("file:") in artwork}
    return {name: svg for name, svg in told.items() if name not in below}, below


def as_svg(name: str, content: bytes) -> str:
    """Return a picture as SVG: inputs are texts, and a PNG becomes the only thing that an SVG shows."""
    if name.endswith(".svg"):
        return content.decode()
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return raster_svg("image/png", content, width=width, height=height)


def raster_svg(media_type: str, content: bytes, *, width: int, height: int) -> str:
    """Return an SVG that shows a raster picture and nothing else."""
    size = f'width="{width}" height="{height}"'
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
        f'<image {size} href="data:{media_type};base64,{data}"/></svg>'
    )
