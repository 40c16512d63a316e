"""The error tree: six kinds, and leaves with a stable code."""

import importlib
import pkgutil
from typing import ClassVar

import pytest

import keys
import trust
from trust.errors import KINDS, Conflict, TrustError, leaves


class Sample(Conflict):
    """A leaf for these tests alone."""

    code: ClassVar[str] = "test.sample"
    detail_names: ClassVar[tuple[str, ...]] = ("name", "count")


def test_a_leaf_tells_its_details() -> None:
    error = Sample(name="a", count=5)
    assert error.details == {"name": "a", "count": 5}
    assert str(error) == "test.sample(name='a', count=5)"
    assert Sample.code == "test.sample"


@pytest.mark.parametrize(
    "details", [{}, {"name": "a"}, {"name": "a", "count": 5, "more": 1}, {"name": "a", "kount": 5}]
)
def test_details_are_exactly_those_that_are_named(details: dict[str, str | int]) -> None:
    with pytest.raises(TypeError, match="takes exactly the details"):
        Sample(**details)


def test_there_are_six_kinds() -> None:
    assert [kind.__name__ for kind in KINDS] == [
        "Invalid",
        "Denied",
        "NotFound",
        "Conflict",
        "Untrusted",
        "Unavailable",
    ]
    ours = {kind for kind in TrustError.__subclasses__() if not kind.__module__.startswith("tests.")}
    assert ours == set(KINDS)
    assert not any(kind.code for kind in KINDS)


def test_leaves_of_this_floor() -> None:
    for package in (trust, keys):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found = leaves()
    assert Sample in found
    codes = [leaf.code for leaf in found]
    assert len(set(codes)) == len(codes)
    for leaf in found:
        assert sum(issubclass(leaf, kind) for kind in KINDS) == 1
        assert leaf.__doc__
        area, _, rest = leaf.code.partition(".")
        assert area.replace("_", "").isalnum()
        assert rest.replace("_", "").isalnum()
        assert leaf.code.islower()
