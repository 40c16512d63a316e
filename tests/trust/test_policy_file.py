"""The validation policy as a file: what it says, what is not understood in it, and that it only narrows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seal.verification.files import judge_file
from tests.builders import PKI, cms_signer
from tests.fakes.clock import NOW
from tests.trust.verdicts import AT, GOOD, NO_CHAIN, judged
from trust.crypto.algorithms import SIGNATURES
from trust.crypto.sm3 import hash_of
from trust.paths import Purpose, ValidationPolicy
from trust.policy_file import LARGEST, PolicyMalformed, read_policy
from trust.validation_policy import EVERY_PURPOSE
from trust.verdict import Check, Finding, Outcome, SubIndication

ANCHOR = "0123456789abcdef" * 4
WHOLE = f"""
version = 1
fatal = ["TRY_LATER", "REVOKED_NO_POE"]

[revocation]
maximum_age_hours = 24

[algorithms]
"RSA-SHA256" = 2031-01-01
"1.2.840.10045.3.1.7" = 2035-01-01T00:00:00Z

[anchors]
others = ["sealing", "signing"]
[anchors.named]
"{ANCHOR}" = ["time_stamping"]
"""


def test_every_member_is_read() -> None:
    assert read_policy(WHOLE.encode()) == ValidationPolicy(
        anchor_purposes={ANCHOR: frozenset({Purpose.TIME_STAMPING})},
        other_anchors=frozenset({Purpose.SEALING, Purpose.SIGNING}),
        algorithm_ends={
            "1.2.840.113549.1.1.11": datetime(2030, 12, 31, 16, tzinfo=UTC),
            "1.2.840.10045.3.1.7": datetime(2035, 1, 1, tzinfo=UTC),
        },
        maximum_age=timedelta(hours=24),
        fatal=frozenset({SubIndication.TRY_LATER, SubIndication.REVOKED_NO_POE}),
    )


def test_an_empty_policy_adds_nothing() -> None:
    assert read_policy(b"version = 1\n") == ValidationPolicy()


def test_every_name_of_a_purpose_an_algorithm_and_a_sub_indication_is_known() -> None:
    purposes = ", ".join(f'"{one.name.lower()}"' for one in Purpose)
    fatal = ", ".join(f'"{one.value}"' for one in SubIndication)
    ends = "\n".join(f'"{one.name}" = 2040-01-01' for one in SIGNATURES.values())
    text = f"version = 1\nfatal = [{fatal}]\n[algorithms]\n{ends}\n[anchors]\nothers = [{purposes}]\n"
    policy = read_policy(text.encode())
    assert policy.other_anchors == EVERY_PURPOSE
    assert policy.fatal == frozenset(SubIndication)
    assert policy.algorithm_ends.keys() == SIGNATURES.keys()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "version"),
        ("version = 2", "version"),
        ("version = true", "version"),
        ('version = "1"', "version"),
        ("version = 1\nfetch = true", "fetch"),
        ("version = 1\nfatal_ = []", "fatal_"),
        ('version = 1\n"策略" = 1', "?"),
        ("version = 1\nfatal = 1", "fatal"),
        ('version = 1\nfatal = "TRY_LATER"', "fatal"),
        ('version = 1\nfatal = ["try_later"]', "fatal"),
        ("version = 1\nfatal = [1]", "fatal"),
        ('version = 1\nfatal = [["TRY_LATER"]]', "fatal"),
        ('version = 1\nfatal = ["TRY_LATER", "TRY_LATER"]', "fatal"),
        ("version = 1\nrevocation = 24", "revocation"),
        ("version = 1\n[revocation]\nage = 24", "revocation.age"),
        ("version = 1\n[revocation]\nmaximum_age_hours = 0", "revocation.maximum_age_hours"),
        ("version = 1\n[revocation]\nmaximum_age_hours = -1", "revocation.maximum_age_hours"),
        ("version = 1\n[revocation]\nmaximum_age_hours = 8785", "revocation.maximum_age_hours"),
        ("version = 1\n[revocation]\nmaximum_age_hours = 1.5", "revocation.maximum_age_hours"),
        ("version = 1\n[revocation]\nmaximum_age_hours = true", "revocation.maximum_age_hours"),
        ("version = 1\nalgorithms = []", "algorithms"),
        ("version = 1\n[algorithms]\nsha1 = 2020-01-01", "algorithms.sha1"),
        ('version = 1\n[algorithms]\n"1" = 2020-01-01', "algorithms.1"),
        ('version = 1\n[algorithms]\n"1.02" = 2020-01-01', "algorithms.1.02"),
        ('version = 1\n[algorithms]\n"RSA-SHA256" = "2020-01-01"', "algorithms.RSA-SHA256"),
        ('version = 1\n[algorithms]\n"RSA-SHA256" = 2020-01-01T00:00:00', "algorithms.RSA-SHA256"),
        ('version = 1\n[algorithms]\n"RSA-SHA256" = 00:00:00', "algorithms.RSA-SHA256"),
        (
            'version = 1\n[algorithms]\n"RSA-SHA256" = 2020-01-01\n"1.2.840.113549.1.1.11" = 2030-01-01',
            "algorithms.1.2.840.113549.1.1.11",
        ),
        ("version = 1\nanchors = 1", "anchors"),
        ("version = 1\n[anchors]\nonly = []", "anchors.only"),
        ('version = 1\n[anchors]\nothers = "sealing"', "anchors.others"),
        ('version = 1\n[anchors]\nothers = ["seals"]', "anchors.others"),
        ("version = 1\n[anchors]\nnamed = []", "anchors.named"),
        ('version = 1\n[anchors.named]\nroot = ["sealing"]', "anchors.named.root"),
        (f'version = 1\n[anchors.named]\n"{ANCHOR.upper()}" = ["sealing"]', f"anchors.named.{ANCHOR.upper()}"),
        (f'version = 1\n[anchors.named]\n"{ANCHOR}" = "sealing"', f"anchors.named.{ANCHOR}"),
        ("version = 1\nversion = 1", ""),
        ("version = ", ""),
    ],
)
def test_what_is_not_understood_is_named(text: str, place: str) -> None:
    with pytest.raises(PolicyMalformed) as refused:
        read_policy(text.encode())
    assert refused.value.details["place"] == place
    assert refused.value.code == "policy.malformed"


@pytest.mark.parametrize(
    "content", [b"version = 1\n#" + b" " * LARGEST, b"\xff\xfe", b"a=" + b"[" * 20_000, b"version = 1\x00"]
)
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(PolicyMalformed):
        read_policy(content)


POLICIES = st.builds(
    ValidationPolicy,
    anchor_purposes=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.frozensets(st.sampled_from(Purpose))),
    other_anchors=st.frozensets(st.sampled_from(Purpose)),
    algorithm_ends=st.dictionaries(
        st.sampled_from([*SIGNATURES]), st.sampled_from([NOW - timedelta(days=1), NOW, NOW + timedelta(days=1)])
    ),
    maximum_age=st.none() | st.timedeltas(min_value=timedelta(hours=1)),
    fatal=st.frozensets(st.sampled_from(SubIndication)),
)


@given(POLICIES, POLICIES)
def test_two_policies_together_accept_what_both_accept(one: ValidationPolicy, other: ValidationPolicy) -> None:
    both = one.narrowed_by(other)
    for anchor in "abcd":
        allowed = [policy.anchor_purposes.get(anchor, policy.other_anchors) for policy in (one, other, both)]
        assert allowed[0] & allowed[1] == allowed[2]
    for oid in SIGNATURES:
        ends = [policy.algorithm_ends[oid] for policy in (one, other) if oid in policy.algorithm_ends]
        assert both.algorithm_ends.get(oid) == min(ends, default=None)
    ages = [policy.maximum_age for policy in (one, other) if policy.maximum_age is not None]
    assert both.maximum_age == min(ages, default=None)
    assert both.fatal == one.fatal | other.fatal


def test_a_file_keeps_an_anchor_from_what_it_is_not_for(pki: PKI) -> None:
    text = f'version = 1\n[anchors.named]\n"{pki.root.certificate.fingerprint}" = ["signing"]\n'
    evidence = replace(pki.evidence, policy=read_policy(text.encode()))
    assert judged(pki.signer.certificate, evidence, purpose=Purpose.SIGNING) == GOOD
    assert judged(pki.signer.certificate, evidence, purpose=Purpose.SEALING) == NO_CHAIN


@pytest.mark.parametrize(("text", "expected"), [("", Outcome.INDETERMINATE), ('fatal=["TRY_LATER"]', Outcome.FAILED)])
def test_what_would_be_undetermined_fails_where_the_policy_says_so(text: str, expected: Outcome) -> None:
    policy = read_policy(f"version = 1\n{text}\n".encode())
    later = Check(step="1", name="x", finding=Finding(sub_indication=SubIndication.TRY_LATER, reason="no list"))
    passed = Check(step="2", name="y")
    assert [one.outcome for one in policy.hardened((later, passed))] == [expected, Outcome.PASSED]


def test_the_verdict_on_a_file_is_under_the_policy(pki: PKI) -> None:
    signer = cms_signer(pki.signer, chain=pki.evidence.certificates)
    message = signer.sign(hash_of(signer.digest, b"content"))
    lenient = replace(pki.evidence, revocation_lists=())
    strict = replace(lenient, policy=ValidationPolicy(fatal=frozenset({SubIndication.TRY_LATER})))
    found = [judge_file(message, one, now=AT, signed=b"content").document for one in (lenient, strict)]
    assert [one.outcome for one in found] == [Outcome.INDETERMINATE, Outcome.FAILED]
    assert {one.finding and one.finding.sub_indication for one in found} == {SubIndication.TRY_LATER}
