"""Prefixes of secrets: whoever finds one knows what was lost, so that no two kinds begin alike."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
PREFIX: Final = re.compile(r'"(x[a-z]_)"')
KNOWN: Final = {"xs_", "xc_", "xa_", "xd_", "xy_", "xh_", "xb_"}


def test_no_two_kinds_of_secrets_begin_alike() -> None:
    """Each prefix is written once in the program; the demo, which hides secrets, names them again."""
    found = Counter(
        prefix
        for package in ("trust", "keys", "identity", "seal", "licence", "api")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "demo" not in path.parts
        for prefix in PREFIX.findall(path.read_text())
    )
    assert set(found) >= KNOWN
    assert [prefix for prefix, times in found.items() if times > 1] == []
