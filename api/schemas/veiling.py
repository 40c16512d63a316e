"""Verdicts on files as strangers may read them: with the same veil over names and numbers as the public pages.

Whoever has a file can read its certificates. An answer over HTTP goes on to others, into logs and tickets, so that it
tells no more than the page does (docs/public-page.md). The record for replay holds the certificates themselves, and is
for who has the file.
"""

from typing import Any, Final

from api.pages.veil import Veil

__all__ = ["veiled"]

TEXTS: Final = frozenset(
    {
        "about",
        "certificate",
        "common_name",
        "field",
        "issuer",
        "name",
        "note",
        "organisation",
        "organisation_identifier",
        "reason",
    }
)
"""Members whose texts come from a file, or tell of what stands in one; names, numbers and sentences."""

FACTS: Final = "facts"
"""The member whose texts all come from a file."""


def veiled(value: Any, veil: Veil, *, told: bool = False) -> Any:  # noqa: ANN401 - the members of any view
    """Return a view, as its members, with the names of persons and citizen numbers masked in the texts of a file.

    `told` is for the text that a member with such a name holds.
    """
    if isinstance(value, dict):
        return {key: veiled(one, veil, told=told or key == FACTS or key in TEXTS) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [veiled(one, veil, told=told) for one in value]
    return veil.masked(value) if told and isinstance(value, str) else value
