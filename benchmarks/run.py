"""Runs every benchmark, prints a table, and writes bench-out/results.json: `make bench`."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    browser,
    console,
    crypto,
    custody,
    documents,
    first_view,
    identity,
    licences,
    stampings,
    verification,
)

OUT = Path("bench-out")


def main() -> None:
    """Run every benchmark."""
    results = [
        *browser.results(),
        *console.results(),
        *crypto.results(),
        *custody.results(),
        *documents.results(),
        *first_view.results(),
        *identity.results(),
        *stampings.results(),
        *licences.results(),
        *verification.results(),
    ]
    table = Table("name", "unit", "baseline", "baseline value", "ours", "ratio")
    for one in results:
        table.add_row(one.name, one.unit, one.baseline, f"{one.baseline_value:g}", f"{one.ours:g}", f"{one.ratio:.2f}")
    Console(width=160).print(table)
    OUT.mkdir(exist_ok=True)
    (OUT / "results.json").write_text(
        json.dumps([one.as_json() for one in results], ensure_ascii=False, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
