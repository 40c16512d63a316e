"""Which provider the settings name: none by default, one over HTTP, or a simulated one that production refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.proofing.over_http import HTTPProvider
from api.proofing.simulator import UnsafeProviderInUse, UnsafeSimulatedProvider
from api.proofing.wiring import configured_provider
from api.settings import Environment, ProofingBy, SettingInvalid, Settings
from identity.levels import Level
from tests.api.builders import Service, settings_for
from tests.api.proofing.rig import question
from tests.builders import PKI
from trust.certificates import pem
from trust.founding import Role

URL = "https://proofing.example/v1"


@pytest.fixture
def certificate(tmp_path: Path, sm2_pki: PKI) -> Path:
    """Return the file of a provider's certificate."""
    path = tmp_path / "provider.pem"
    path.write_bytes(pem(sm2_pki.signer.certificate.der))
    return path


def http(tmp_path: Path, certificate: Path | None, **changes: Any) -> Settings:  # noqa: ANN401 - any setting
    """Return settings that name a provider over HTTP."""
    usual = {"proofing_provider": "http", "proofing_certificate": certificate, "proofing_url": URL}
    return settings_for(tmp_path, **{**usual, **changes})


def test_by_default_there_is_none(shared: Service) -> None:
    assert shared.instance.proofing.provider is None


def test_a_provider_over_http(shared: Service, tmp_path: Path, certificate: Path, sm2_pki: PKI) -> None:
    settings = http(tmp_path, certificate, proofing_client="yunzhou", proofing_seconds=7)
    provider = configured_provider(settings, shared.instance.service_keys, shared.clock)
    assert isinstance(provider, HTTPProvider)
    assert (provider.name, provider.address, provider.client_name) == ("proofing.example", URL, "yunzhou")
    assert (provider.certificate, provider.timeout) == (sm2_pki.signer.certificate, timedelta(seconds=7))
    signer, own = provider.credential()
    assert own == shared.instance.service_keys.certificate(Role.STATUS_PUBLISHER)
    own.verify_message(signer.sign(b"question"), b"question")
    provider.client.close()


@pytest.mark.parametrize("content", [b"", b"nothing", None])
def test_a_certificate_must_be_one(shared: Service, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "provider.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingInvalid) as refused:
        configured_provider(http(tmp_path, path), shared.instance.service_keys, shared.clock)
    assert refused.value.details["setting"] == "TRUST_PROOFING_CERTIFICATE"


def test_the_simulated_one_warns_and_is_named_unsafe(shared: Service, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, proofing_provider="simulator")
    with pytest.warns(UnsafeProviderInUse, match="looks at nobody"):
        provider = configured_provider(settings, shared.instance.service_keys, shared.clock)
    assert isinstance(provider, UnsafeSimulatedProvider)
    assert provider.begin(question(shared.clock)).address.startswith("urn:xinyin:simulated-proofing:")


def test_production_refuses_the_simulated_one(shared: Service, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="looks at nobody"):
        settings_for(tmp_path, proofing_provider="simulator", environment="production", workers=1)
    # And so does wiring, whatever the settings let through.
    usual = settings_for(tmp_path, environment="production", workers=1)
    forced = usual.model_copy(update={"proofing_provider": ProofingBy.SIMULATOR})
    assert forced.environment is Environment.PRODUCTION
    with pytest.raises(SettingInvalid) as refused:
        configured_provider(forced, shared.instance.service_keys, shared.clock)
    assert refused.value.details["setting"] == "TRUST_PROOFING_PROVIDER"


@pytest.mark.parametrize(
    "url", ["", "proofing.example", "http://proofing.example/v1", "https://a.example/?q", "ftp://a"]
)
def test_an_address_has_tls_or_is_of_this_machine(tmp_path: Path, certificate: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="address begins"):
        http(tmp_path, certificate, proofing_url=url)
    for good in ("http://127.0.0.1:8000/p", "https://a.example/p/"):
        assert http(tmp_path, certificate, proofing_url=good).proofing_url == good.rstrip("/")


def test_an_address_needs_a_certificate(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="TRUST_PROOFING_CERTIFICATE"):
        http(tmp_path, None)


def test_without_a_provider_an_address_is_nothing(tmp_path: Path) -> None:
    assert settings_for(tmp_path, proofing_url="https://a.example/").proofing_url == "https://a.example"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("proofing_days", "4=1"),
        ("proofing_seconds", 0),
        ("proofing_seconds", 61),
        ("recovery_wait_hours", 0),
        ("recovery_capped_days", 0),
        ("floors", "licence:print=3"),
        ("floors", "seal:own=2"),
    ],
)
def test_other_settings_are_looked_at_at_the_start(tmp_path: Path, setting: str, value: object) -> None:
    with pytest.raises(ValidationError):
        settings_for(tmp_path, **{setting: value})


def test_lifetimes_reach_who_proves(service: Service, tmp_path: Path) -> None:
    assert service.instance.base.identity.lifetimes.of(Level.HIGH) == timedelta(days=1825)
    base = service.instance.base
    other = type(base)(settings_for(tmp_path, proofing_days="3=10"), base.roots, base.clock)
    assert other.identity.lifetimes.of(Level.HIGH) == timedelta(days=10)
