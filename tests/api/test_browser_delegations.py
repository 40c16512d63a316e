"""Delegations in files: the browser judges every one as our engine does, check by check."""

from typing import Any

import pytest

from seal.verification.files import judge_file
from tests.api.browser_files import Given, Judge, judge_built_in
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.seal.delegated import CONTENT, SPOILT, acting, message_of, seal_signature_of
from tests.seal.kits import Bench
from tests.trust.delegated import chain_of, signer_of


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return what judges files as browsers do."""
    return judge_built_in(tmp_path_factory.mktemp("browser"))


def of_browser(verdict: dict[str, Any]) -> dict[str, str]:
    """Return the outcome of each check on delegations."""
    (signature,) = verdict["signatures"]
    return {one["name"]: one["outcome"] for one in signature["checks"] if one["step"] == "delegation"}


def of_engine(given: Given) -> dict[str, str]:
    """Return the same by our engine."""
    assert given.evidence is not None
    document = judge_file(given.content, given.evidence, now=given.now, signed=given.signed).document
    (signature,) = document.signatures
    return {one.name: one.outcome.value for one in signature.report.checks if one.step == "delegation"}


def test_browsers_judge_delegations_as_our_engine_does(judge: Judge, sm2_pki: PKI, p256_pki: PKI) -> None:
    bench, party = Bench.of(sm2_pki, p256_pki), signer_of(sm2_pki)
    good = {count: acting(chain_of(party, count), count).der for count in (1, 2, 4)}
    spoilt = {name: spoil(sm2_pki, party).der for name, (spoil, _) in SPOILT.items()}
    names = [*good, *spoilt]
    files = [seal_signature_of(bench, one) for one in (*good.values(), *spoilt.values())]
    files += [message_of(sm2_pki, one) for one in (*good.values(), *spoilt.values())]
    given = [Given(content=one, evidence=bench.kit.evidence, now=NOW, signed=CONTENT) for one in files]
    verdicts = judge(given)
    for name, one, verdict in zip([*names, *names], given, verdicts, strict=True):
        assert of_browser(verdict) == of_engine(one), name
        assert len(of_browser(verdict)) == 4, name
        wrong = {check for check, outcome in of_browser(verdict).items() if outcome != "passed"}
        if isinstance(name, str):
            assert SPOILT[name][1] in wrong, name
        else:
            assert (wrong, verdict["outcome"]) == (set(), "passed"), name


def test_browsers_leave_what_they_cannot_read_to_the_server(judge: Judge, sm2_pki: PKI, p256_pki: PKI) -> None:
    bench = Bench.of(sm2_pki, p256_pki)
    given = Given(content=seal_signature_of(bench, b"\x05\x00"), evidence=bench.kit.evidence, signed=CONTENT)
    (verdict,) = judge([given])
    assert of_browser(verdict) == {"delegation.chain": "indeterminate"}
    assert "structure" in verdict["needsServer"]
