"""Who acted: written, read back, and nothing but identifiers."""

from typing import Any

import pytest

from seal.data.acting import ACTING as IDENTIFIER
from seal.data.acting import ActingFor, ActingMalformed
from seal.verification.documents import judge_pdf
from seal.verification.files import judge_file
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.seal.delegated import CONTENT, SPOILT, Spoil, acting, message_of, seal_signature_of
from tests.seal.kits import Bench
from tests.trust.delegated import chain_of, signer_of
from tests.trust.pdf.paper import paper
from trust.asn1 import der
from trust.verdict import Outcome

ACTING = ActingFor(actor="person_01k9", authorisation="auth_01k9", purpose="document.stamp")


def test_what_is_written_is_read_back() -> None:
    assert ActingFor.read(ACTING.der) == ACTING
    assert ACTING.facts == {"actor": "person_01k9", "authorisation": "auth_01k9", "purpose": "document.stamp"}


def test_everything_that_is_told_is_read_back(sm2_pki: PKI) -> None:
    chain = chain_of(signer_of(sm2_pki))
    full = ActingFor(
        actor="a", authorisation="b", purpose="c", level=0, document_kind="通知", operation="digest", chain=chain
    )
    assert ActingFor.read(full.der) == full
    assert full.facts == {
        "actor": "a",
        "authorisation": "b",
        "purpose": "c",
        "level": 0,
        "document_kind": "通知",
        "operation": "digest",
        "delegations": "auth_0 auth_1",
    }


@pytest.mark.parametrize(
    "changes", [{"level": -1}, {"level": 4}, {"document_kind": ""}, {"operation": "x" * 65}, {"document_kind": "a\n"}]
)
def test_what_is_told_beside_is_told_in_full(changes: dict[str, Any]) -> None:
    with pytest.raises(ActingMalformed):
        ActingFor(actor="a", authorisation="b", purpose="c", **changes)


@pytest.mark.parametrize("value", ["", "张三", "a b", "x" * 81, "a\n"])
@pytest.mark.parametrize("field", ["actor", "authorisation"])
def test_identifiers_alone(field: str, value: str) -> None:
    told: dict[str, Any] = {**ACTING.facts, field: value}
    with pytest.raises(ActingMalformed):
        ActingFor(**told)


@pytest.mark.parametrize("purpose", ["", "x" * 65, "a\x00"])
def test_a_purpose_is_a_short_text(purpose: str) -> None:
    with pytest.raises(ActingMalformed):
        ActingFor(actor="a", authorisation="b", purpose=purpose)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x05\x00",
        ACTING.der + b"\x00",
        der.sequence(),
        der.sequence(der.utf8_string("a"), der.utf8_string("b")),
        der.sequence(*[der.utf8_string("a")] * 4),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(0, der.integer(4))),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(0, der.integer(-1))),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(0, der.integer(1), der.integer(1))),
        der.sequence(
            *[der.utf8_string("a")] * 3,
            der.context(1, der.utf8_string("")),
        ),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(2, der.integer(1))),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(3, der.null())),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(4, der.null())),
        der.sequence(*[der.utf8_string("a")] * 3, der.context(0, der.integer(1)), der.context(0, der.integer(1))),
        der.sequence(
            *[der.utf8_string("a")] * 3, der.context(2, der.utf8_string("b")), der.context(1, der.utf8_string("c"))
        ),
        der.sequence(der.utf8_string("a"), der.utf8_string("b"), der.printable_string("c")),
        der.sequence(der.utf8_string("a"), der.utf8_string("b c"), der.utf8_string("c")),
        der.sequence(der.utf8_string("a"), der.utf8_string("b"), der.tlv(der.Tag.UTF8_STRING, b"\xff")),
    ],
)
def test_what_is_no_chain_of_evidence(encoded: bytes) -> None:
    with pytest.raises(ActingMalformed):
        ActingFor.read(encoded)


# --- judged by strangers


def outcomes(bench: Bench, encoded: bytes, *, signed: bytes | None = CONTENT) -> tuple[Outcome, dict[str, Outcome]]:
    """Return the outcome of a signature, and of its checks on delegations."""
    (one,) = judge_file(encoded, bench.kit.evidence, now=NOW, signed=signed).document.signatures
    checks = {each.name: each.outcome for each in one.report.checks if each.step == "delegation"}
    return one.report.verdict.outcome, checks


@pytest.mark.parametrize(("spoil", "check"), SPOILT.values(), ids=SPOILT)
def test_a_signature_that_contradicts_its_delegations_does_not_pass(
    bench: Bench, sm2_pki: PKI, spoil: Spoil, check: str
) -> None:
    told = spoil(sm2_pki, signer_of(sm2_pki))
    for encoded in (seal_signature_of(bench, told.der), message_of(sm2_pki, told.der)):
        outcome, checks = outcomes(bench, encoded)
        unknown = "no path" in str(judge_file(encoded, bench.kit.evidence, now=NOW, signed=CONTENT).document.finding)
        assert outcome is (Outcome.INDETERMINATE if unknown else Outcome.FAILED)
        assert checks[check] is outcome
        assert list(checks.values()).count(Outcome.PASSED) >= 2


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_signature_that_agrees_with_its_delegations_passes(bench: Bench, sm2_pki: PKI, count: int) -> None:
    told = acting(chain_of(signer_of(sm2_pki), count), count)
    for encoded in (seal_signature_of(bench, told.der), message_of(sm2_pki, told.der)):
        outcome, checks = outcomes(bench, encoded)
        assert (outcome, set(checks.values()), len(checks)) == (Outcome.PASSED, {Outcome.PASSED}, 4)


def test_a_seal_signature_binds_the_seal_and_a_message_has_none(bench: Bench, sm2_pki: PKI) -> None:
    other = frozenset({"33019900000002"})
    told = acting(chain_of(signer_of(sm2_pki), 2, changes={0: {"seals": other}, 1: {"seals": other}}))
    assert outcomes(bench, seal_signature_of(bench, told.der))[1]["delegation.use"] is Outcome.FAILED
    assert outcomes(bench, message_of(sm2_pki, told.der))[0] is Outcome.PASSED


def test_what_is_unreadable_is_of_somebody_else(bench: Bench, sm2_pki: PKI) -> None:
    for told in (b"\x05\x00", der.sequence()):
        assert outcomes(bench, message_of(sm2_pki, told)) == (Outcome.PASSED, {})
        assert outcomes(bench, seal_signature_of(bench, told)) == (Outcome.PASSED, {})


def test_a_broken_message_that_names_who_acted_is_a_verdict(bench: Bench) -> None:
    broken = der.sequence(der.oid(IDENTIFIER))
    (one,) = judge_file(broken, bench.kit.evidence, now=NOW).document.signatures
    assert one.report.verdict.outcome is Outcome.FAILED


def test_a_document_whose_seal_tells_who_acted_is_judged_as_a_whole(bench: Bench, sm2_pki: PKI) -> None:
    told = acting(chain_of(signer_of(sm2_pki)))
    pdf = bench.prepare(paper()).redeem(bench.clock, acting=told).pdf
    for one in judge_pdf(pdf, bench.kit.evidence, now=NOW).signatures:
        assert one.report.verdict.outcome is Outcome.PASSED
        assert one.report.facts["delegations"] == "auth_0 auth_1"
