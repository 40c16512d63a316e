"""Writes the artwork of every template that ships with the house."""

from licence.artwork.borders import write_borders  # pragma: no cover - run by hand

if __name__ == "__main__":  # pragma: no cover - the test calls what this calls
    write_borders()
