"""Fixtures of trust transfer: an instance whose platform above is a simulated province."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.builders import copied, served
from tests.api.federation.builders import Neighbourhood
from tests.fakes.clock import SettableClock
from tests.province import CLIENT, Province, serving


@pytest.fixture(scope="module")
def neighbourhood(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """Serve an instance below a province, for the tests of one module that do not disturb each other."""
    folder = copied(founded_folder, tmp_path_factory.mktemp("federation") / "instance")
    clock = SettableClock()
    with serving(Province(lambda: clock.now().timestamp())) as province:
        changes = {
            "upper_login_issuer": province.address,
            "upper_login_client": CLIENT,
            "upper_accounts_url": f"{province.address}/scim",
        }
        with served(folder, clock, **changes) as service:
            province.client_keys = lambda: service.ask("GET", "/federation/jwks.json").json()
            yield Neighbourhood(service, province, folder)
