"""The plain arithmetic, against the group's own laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trust.crypto.reference import INFINITY, add, affine, double, multiply, multiply_and_add
from trust.crypto.sm2 import G, N, P, SM2PublicKey

SCALARS = st.integers(0, 2**256 - 1)
POINT = (*G, 1)


def test_the_order_of_the_group() -> None:
    assert multiply(N) is None
    assert multiply(0) is None
    assert multiply(N + 1) == G
    assert multiply(N - 1) == (G[0], P - G[1])


def test_infinity_is_neutral() -> None:
    assert affine(INFINITY) is None
    assert add(INFINITY, POINT) == add(POINT, INFINITY) == POINT
    assert double(INFINITY) == INFINITY
    assert affine(add(POINT, (G[0], P - G[1], 1))) is None


def test_adding_a_point_to_itself_doubles_it() -> None:
    assert affine(add(POINT, POINT)) == affine(double(POINT)) == multiply(2)


@pytest.mark.parametrize("z", [2, P - 1])
def test_the_representation_does_not_matter(z: int) -> None:
    scaled = (G[0] * z * z % P, G[1] * z**3 % P, z)
    assert affine(scaled) == G
    assert affine(add(scaled, POINT)) == multiply(2)
    assert affine(add(double(scaled), POINT)) == multiply(3)


@settings(max_examples=30)
@given(SCALARS, SCALARS)
def test_multiplication_is_linear(first: int, second: int) -> None:
    third = multiply(3)
    assert third is not None
    assert multiply_and_add(first, G, second, third) == multiply((first + 3 * second) % N)
    point = multiply(first)
    if point is not None:
        assert SM2PublicKey(*point).x == point[0]  # on the curve, or it could not be built
