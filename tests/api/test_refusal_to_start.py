"""A machine whose cryptography errs serves nothing: a library that finds every signature good is found out."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from fastapi.testclient import TestClient

from api import app
from api.foundation import prove_cryptography
from api.wiring import Instance
from tests.api.builders import copied, settings_for
from tests.judges import program
from tests.sm2_backends import library_named
from trust.crypto import backends
from trust.crypto.backends import BackendChoice
from trust.crypto.botan import NAMES, PROTOTYPES, BotanMissing

VERSIONS: Final = tuple(f"botan_version_{part}" for part in ("major", "minor", "patch"))
CHILD: Final = """
from fastapi.testclient import TestClient
from api.app import from_environment
with TestClient(from_environment()) as client:
    print("ANSWERED", client.get("/health/live").status_code)
"""


@pytest.fixture(scope="module")
def lying_botan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a Botan that says yes to everything, under every name that is asked for; return its folder."""
    folder = tmp_path_factory.mktemp("lying")
    source = folder / "botan.c"
    source.write_text("".join(f"int {name}() {{ return 0; }}\n" for name in (*PROTOTYPES, *VERSIONS)))
    library = folder / "built.so"
    subprocess.run([program("gcc"), "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    for name in NAMES:
        (folder / name).symlink_to(library)
    return folder


def environment(folder: Path, **others: str) -> dict[str, str]:
    """Return the environment of a process that serves the instance in `folder`."""
    return {**os.environ, "TRUST_DATA_DIR": str(folder), **others}  # noqa: TID251 - a process needs one


def run(arguments: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a process that should end by itself."""
    return subprocess.run(arguments, env=variables, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.no_cover
def test_the_command_refuses_to_serve(lying_botan: Path, founded_folder: Path, tmp_path: Path) -> None:
    variables = environment(copied(founded_folder, tmp_path / "instance"), LD_LIBRARY_PATH=str(lying_botan))
    ended = run([sys.executable, "-m", "api.cli", "serve"], variables)
    assert ended.returncode == 1
    assert "crypto.self_test_failed" in ended.stderr
    assert "sm2 refusal by botan" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.no_cover
def test_a_worker_refuses_to_answer(lying_botan: Path, founded_folder: Path, tmp_path: Path) -> None:
    # Workers begin without the command's look at the machine: the application looks again.
    folder = copied(founded_folder, tmp_path / "instance")
    lied_to = run([sys.executable, "-c", CHILD], environment(folder, LD_LIBRARY_PATH=str(lying_botan)))
    assert lied_to.returncode != 0
    assert "SelfTestFailed" in lied_to.stderr
    assert "ANSWERED" not in lied_to.stdout
    assert "ANSWERED 200" in run([sys.executable, "-c", CHILD], environment(folder)).stdout


@pytest.mark.no_cover
def test_an_operator_can_do_without_the_library_that_lies(
    lying_botan: Path, founded_folder: Path, tmp_path: Path
) -> None:
    variables = environment(copied(founded_folder, tmp_path / "instance"), LD_LIBRARY_PATH=str(lying_botan))
    assert (
        "ANSWERED 200" in run([sys.executable, "-c", CHILD], {**variables, "TRUST_CRYPTO_BACKEND": "libcrypto"}).stdout
    )


@pytest.mark.parametrize("choice", [BackendChoice.LIBCRYPTO, BackendChoice.BOTAN])
def test_the_application_computes_with_what_the_settings_ask_for(
    choice: BackendChoice, founded_folder: Path, tmp_path: Path
) -> None:
    library_named(choice.value)
    settings = settings_for(copied(founded_folder, tmp_path / "instance"), crypto_backend=choice)
    with TestClient(app.create(Instance.open(settings))) as client:
        told = client.get("/health/ready").text
    assert f"SM2 keys in {choice.value}, verification {choice.value}" in told
    assert prove_cryptography(settings) == (choice.value, "reference", "gmssl")
    assert backends.use(BackendChoice.AUTO).verifies.name in prove_cryptography(settings_for(tmp_path))


def test_what_the_settings_ask_for_and_is_not_there_stops_it(founded_folder: Path, tmp_path: Path) -> None:
    # An empty file under each name: nothing that could be loaded.
    folder = tmp_path / "empty"
    folder.mkdir()
    for name in NAMES:
        (folder / name).touch()
    variables = environment(copied(founded_folder, tmp_path / "instance"), LD_LIBRARY_PATH=str(folder))
    ended = run([sys.executable, "-m", "api.cli", "serve"], {**variables, "TRUST_CRYPTO_BACKEND": "botan"})
    assert ended.returncode == 1
    assert BotanMissing.code in ended.stderr
