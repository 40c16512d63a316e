"""Other people's programs that judge what we make, and the one rule for those that are missing."""

import os
import shutil
from typing import Final, TypeVar

import pytest

__all__ = ["program", "required"]

Found = TypeVar("Found")

IN_CI: Final = os.environ.get("TRUST_CI") == "1"  # noqa: TID251 - the machine that runs the tests says it here


def required(name: str, found: Found | None) -> Found:
    """Return the judge that was found.

    One that was not skips the test with its name; where TRUST_CI is 1 it fails the test, since there nothing that
    matters is skipped.
    """
    if found is None:
        reason = f"{name} is not on this machine"
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def program(name: str) -> str:
    """Return the path of a program that judges, or skip or fail the test as `required` does."""
    return required(name, shutil.which(name))
