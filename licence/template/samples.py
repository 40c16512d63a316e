"""Data that put a template to the test: a mark in each field, each at its longest, and as little as may be given.

They are made from the JSON Schema of the type (docs/licence-types.md). A template looks at no rule but the kind of a
field, so that a mark need not match a pattern. The mark of a picture is a picture of one colour, no two alike.
"""

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from PIL import Image

from licence.template.source import raster_svg
from trust.crypto.sm3 import sm3

__all__ = ["Mark", "emptied", "lengthened", "marked", "marks_of"]

Rules = Mapping[str, Any]

MARKS: Final = "".join(
    character
    for row in range(0xD8, 0xF8)
    for cell in range(0xA1, 0xFF)
    for character in bytes((row, cell)).decode("gb2312", errors="ignore")
)
"""The 3,008 Han characters of the second level of GB/T 2312: rare enough that no label has them."""

MARK_LENGTH: Final = 3
FIRST_DATE: Final = date(1951, 1, 13)
BETWEEN_DATES: Final = timedelta(days=401)
"""So that no two dates share year, month or day with a label by chance."""

FIRST_NUMBER: Final = 61
PICTURE_HEIGHT: Final = 40
"""Pixels of a picture that is a mark."""

VERTICAL_WORD: Final = 6


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a field is given, as it is printed, and what must stand on the page then: one text of each of `shown`."""

    field: str
    value: Any
    shown: tuple[tuple[str, ...], ...]
    picture: str = ""
    """The picture as SVG, where the field is one; then it has no value."""

    digest: str = ""
    """SM3 of the file in that picture, as it will stand in the PDF."""


def marks_of(schema: Rules, *, unlike: str) -> tuple[Mark, ...]:
    """Return a mark for each field of a schema; none of the characters of `unlike` is in one of free text."""
    free = iter([one for one in MARKS if one not in unlike])
    return tuple(
        mark(name, rule, free, number) for number, (name, rule) in enumerate(sorted(schema["properties"].items()))
    )


def mark(name: str, rule: Rules, free: Iterator[str], number: int) -> Mark:
    """Return the mark of one field."""
    if rule.get("type") == "array":
        columns = rule["items"]["properties"]
        rows = [mark(column, columns[column], free, number + place) for place, column in enumerate(sorted(columns))]
        return Mark(
            field=name,
            value=[{one.field: one.value for one in rows}],
            shown=tuple(texts for one in rows for texts in one.shown),
        )
    if is_picture(rule):
        return picture_mark(name, rule, number)
    if "const" in rule or "enum" in rule:
        value = printed(rule, str(rule.get("const") or rule["enum"][-1]))
        return Mark(field=name, value=value, shown=((value,),))
    if rule.get("format") == "date":
        day = FIRST_DATE + number * BETWEEN_DATES
        return Mark(field=name, value=day.isoformat(), shown=((str(day.year),),))
    if rule.get("format") == "decimal":
        value = str(FIRST_NUMBER + number)[: rule["maxLength"]]
        return Mark(field=name, value=value, shown=((value,),))
    length = min(MARK_LENGTH, rule["maxLength"])
    value = "".join(next(free) for _ in range(length))
    return Mark(field=name, value=value, shown=((value,),))


def is_picture(rule: Rules) -> bool:
    """Tell whether a field is a picture."""
    return rule.get("format") == "picture"


def picture_mark(name: str, rule: Rules, number: int) -> Mark:
    """Return the mark of a picture: of its aspect, and of a colour that no other mark has."""
    across, down = rule.get("x-aspect", (1, 1))
    width = max(1, round(PICTURE_HEIGHT * across / down))
    target = io.BytesIO()
    colour = (number * 37 % 256, number * 101 % 256, number % 256)
    Image.new("RGB", (width, PICTURE_HEIGHT), colour).save(target, "JPEG")
    content = target.getvalue()
    svg = raster_svg("image/jpeg", content, width=width, height=PICTURE_HEIGHT)
    return Mark(field=name, value="", shown=(), picture=svg, digest=sm3(content).hex())


def printed(rule: Rules, choice: str) -> str:
    """Return a choice as it is printed: by its Chinese label."""
    return str(rule.get("x-labels", {}).get(choice, {}).get("zh", choice))


def marked(sample: Rules, marks: tuple[Mark, ...]) -> dict[str, Any]:
    """Return a sample with a mark in each field."""
    data: dict[str, Any] = deepcopy(dict(sample))
    data["fields"] = {one.field: one.value for one in marks if not one.picture}
    data["pictures"] = {one.field: one.picture for one in marks if one.picture}
    return data


def lengthened(sample: Rules, schema: Rules, name: str, *, filler: str) -> dict[str, Any] | None:
    """Return a sample with one field at its longest, or None where its values all have one length."""
    longest = longest_of(schema["properties"][name], filler)
    if longest is None:
        return None
    data: dict[str, Any] = deepcopy(dict(sample))
    data["fields"][name] = longest
    return data


def longest_of(rule: Rules, filler: str) -> Any:  # noqa: ANN401 - JSON
    """Return the longest value that a rule permits, or None where no value is longer than another."""
    if rule.get("type") == "array":
        columns = rule["items"]["properties"]
        row = {name: longest_of(one, filler) or shortest_of(one) for name, one in columns.items()}
        return [row] * int(rule["maxItems"])
    if "const" in rule or rule.get("format") == "date" or is_picture(rule):
        return None
    if "enum" in rule:
        return max((printed(rule, str(one)) for one in rule["enum"]), key=len)
    if rule.get("format") == "decimal":
        return "9" * int(rule["maxLength"])
    longest = int(rule["maxLength"])
    # Vertical lines break at spaces alone.
    return ((filler * VERTICAL_WORD + " ") * longest)[:longest] if "x-vertical" in rule else filler * longest


def shortest_of(rule: Rules) -> Any:  # noqa: ANN401 - JSON
    """Return a value of those that are all alike in length."""
    return str(rule["const"]) if "const" in rule else FIRST_DATE.isoformat()


def emptied(sample: Rules, schema: Rules) -> dict[str, Any]:
    """Return a sample without the fields that need not be given."""
    data: dict[str, Any] = deepcopy(dict(sample))
    required = set(schema.get("required", ()))
    for part in ("fields", "pictures"):
        data[part] = {name: value for name, value in data.get(part, {}).items() if name in required}
    return data
