"""A small template that is right, for tests to make wrong in one place."""

import json
from typing import Any

from licence.template.bundle import TemplateBundle

__all__ = ["SCHEMA", "SVG", "bundle_of", "files_with"]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><path d="M0 0h2v1z" fill="#eeeeee"/></svg>'

TEMPLATE = """#import "parts.typ": *

#set page(width: 120mm, height: 100mm, margin: 0mm)
#set text(font: ("Xinyin Kai", "Xinyin Serif"), size: 9pt, lang: "zh", fallback: false)
#set document(title: "题", date: auto)
#place(top + left, dx: 5mm, dy: 5mm, block(width: 60mm)[
  #data.fields.name \\
  #data.fields.at("note", default: "") \\
  #data.fields.at("day", default: "") #data.fields.at("kind", default: "") #data.fields.at("area", default: "") \\
  #for row in data.fields.at("rows", default: ()) [#row.item #row.count \\ ]
  #licence.number #licence.identifier #licence.authority #licence.issued_on #licence.at("mark", default: "")
])
#if data.qr != "" { place(top + left, dx: 80mm, dy: 5mm, image(bytes(data.qr), format: "svg", width: 25mm)) }
"""
PARTS = """#let data = json(bytes(sys.inputs.data))
#let licence = data.licence
"""
MANIFEST: dict[str, Any] = {
    "title": "题",
    "page": {"width_mm": 120, "height_mm": 100},
    "seal": {"page": 1, "centre_x_mm": 90, "centre_y_mm": 70},
    "qr": {"page": 1, "x_mm": 80, "y_mm": 5, "width_mm": 25},
    "artwork": [{"file": "border.svg", "page": 1, "x_mm": 0, "y_mm": 0, "width_mm": 120, "height_mm": 100}],
}
SAMPLE: dict[str, Any] = {
    "fields": {
        "name": "某某公司",
        "note": "备注",
        "day": "2026-11-22",
        "kind": "甲",
        "area": "12.5",
        "rows": [{"item": "一", "count": "1"}],
    },
    "licence": {
        "identifier": "1.2.3",
        "number": "第1号",
        "authority": "某局",
        "issued_on": "2026-11-22",
        "valid_from": "2026-11-22",
        "valid_until": "",
    },
    "qr": "",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "maxLength": 20},
        "note": {"type": "string", "maxLength": 2},
        "day": {"type": "string", "format": "date", "maxLength": 10},
        "kind": {"type": "string", "enum": ["1", "2"], "x-labels": {"1": {"zh": "甲"}, "2": {"zh": "乙种"}}},
        "area": {"type": "string", "format": "decimal", "maxLength": 6},
        "rows": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["item"],
                "properties": {
                    "item": {"type": "string", "maxLength": 5},
                    "count": {"type": "string", "const": "7", "maxLength": 1},
                },
            },
        },
    },
}


def files_with(**changes: bytes | str | dict[str, Any] | None) -> dict[str, bytes]:
    """Return the files of the template, with some changed or left out; `template_typ` stands for template.typ."""
    files: dict[str, Any] = {
        "template.typ": TEMPLATE,
        "parts.typ": PARTS,
        "manifest.json": MANIFEST,
        "sample.json": SAMPLE,
        "border.svg": SVG,
    }
    files |= {name.replace("_", "."): content for name, content in changes.items()}
    return {name: octets(content) for name, content in files.items() if content is not None}


def octets(content: bytes | str | dict[str, Any]) -> bytes:
    """Return the content of a file."""
    match content:
        case bytes():
            return content
        case str():
            return content.encode()
        case dict():
            return json.dumps(content, ensure_ascii=False).encode()


def bundle_of(**changes: bytes | str | dict[str, Any] | None) -> TemplateBundle:
    """Return the template as a bundle, with some files changed."""
    return TemplateBundle(files_with(**changes))
