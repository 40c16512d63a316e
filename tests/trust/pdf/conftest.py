"""Fixtures of the tests of PDF files: somebody who stamps, and documents that are stamped."""

import pytest

from api.demo.documents import page
from tests.builders import PKI
from tests.seal.kits import Bench
from tests.trust.pdf.paper import paper


@pytest.fixture(scope="session")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Make a seal with its keys, and a verifier who trusts both roots."""
    return Bench.of(sm2_pki, p256_pki)


@pytest.fixture(scope="session")
def plain(bench: Bench) -> bytes:
    """Stamp a small document written by hand."""
    return bench.stamp(paper())


@pytest.fixture(scope="session")
def typeset(bench: Bench) -> bytes:
    """Stamp a document of typst with embedded typefaces and two pages."""
    return bench.stamp(page("通知", pages=2))
