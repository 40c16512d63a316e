"""The baseline of issuing: QR code, typst with its artwork, pyHanko twice, as one would put it together without us.

The same keys, seal image, template, typefaces, evidence and local time-stamps as ours. The QR code is drawn by segno as
an SVG, in 7.5 ms; qrcode takes 17 ms for an SVG of one path, the fastest of its pictures, and with that the whole takes
73 ms instead of 67 (measured). typst compiles the whole page, border and all, out of a file that it keeps in memory.
The two signatures are those of benchmarks/plain_pyhanko.py. Nothing is registered, counted, audited, kept or verified
here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import segno
import typst

from benchmarks.plain_pyhanko import PlainStamping
from licence.template.manifest import PDFStandard
from licence.template.rendering import PreparedTemplate, inputs_of

__all__ = ["PlainLicences"]


@dataclass(frozen=True, kw_only=True)
class PlainLicences:
    """Makes licences of one template."""

    folder: Path
    """Where the template is written to."""

    fonts: Path
    template: PreparedTemplate
    stamping: PlainStamping
    compiler: typst.Compiler = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "template.typ").write_bytes(self.template.source.text)
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[self.fonts])
        compiler = typst.Compiler(root=self.folder, font_paths=faces, ignore_system_fonts=True)
        object.__setattr__(self, "compiler", compiler)

    def make(self, data: Mapping[str, object], address: str, *, at: datetime) -> bytes:
        """Return a licence with both signatures."""
        told = {**data, "qr": segno.make(address, error="m", micro=False).svg_inline(border=0)}
        page = self.compiler.compile(
            input=self.folder / "template.typ",
            sys_inputs=inputs_of(self.template, told, self.template.artwork),
            format="pdf",
            pdf_standards=[PDFStandard.A_2B.value],
            timestamp=at.replace(microsecond=0),
        )
        assert isinstance(page, bytes)
        return self.stamping.stamp(page)
