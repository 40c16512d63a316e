"""Makes the vectors anew: `python -m tests.vectors.verification.generate`. Every run makes the same octets."""

import shutil

from tests.vectors.verification import (
    cms,
    cms_algorithms,
    delegations,
    material,
    packages,
    pades_altered,
    pades_genuine,
    pades_renewed,
    pades_shadow,
    pades_times,
    pades_trust,
    recipes,
    seal_papers,
    seal_times,
    seals,
)
from tests.vectors.verification.cases import FOLDER, Book
from tests.vectors.verification.world import World

__all__ = ["make"]


def make() -> Book:
    """Return every case with its files."""
    book, world = Book(), World()
    material.add(book, world)
    for part in (
        pades_genuine,
        pades_altered,
        pades_shadow,
        pades_trust,
        pades_times,
        pades_renewed,
        cms,
        cms_algorithms,
        seals,
        seal_times,
        seal_papers,
        packages,
        delegations,
    ):
        part.add(book, world)
    recipes.add(book)
    return book


def main() -> None:
    """Write the folder."""
    book = make()
    for name in ("files", "trust"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    for file, content in book.files.items():
        path = FOLDER / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (FOLDER / "manifest.json").write_text(book.manifest(), encoding="utf-8")


if __name__ == "__main__":
    main()
