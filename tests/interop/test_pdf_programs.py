"""qpdf and pdfsig, as other people use them, judge every document of the story."""

import subprocess

import pytest

from tests.judges import program
from tests.story import Played, signed_files

pytestmark = pytest.mark.interop


def test_qpdf_finds_no_fault(played: Played) -> None:
    for path in signed_files(played):
        done = subprocess.run([program("qpdf"), "--check", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), path.name


def test_pdfsig_finds_the_signature_of_readers_valid(played: Played) -> None:
    for path in signed_files(played):
        done = subprocess.run([program("pdfsig"), "-nocert", path], capture_output=True, text=True, check=False)
        assert done.stdout.count("Signature is Valid.") == 1, path.name
        assert done.stdout.count("Signature Validation:") == 2, path.name
        assert "Total document signed" in done.stdout, path.name
