"""What an answer to a QR code is made of: read in one question, and the same as by everything that the registry has."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from typing_extensions import override

from api.demo import cast
from licence.claim import read_claim, sign_claim
from licence.copy_claim import read_any_claim
from licence.lifecycle import LicenceState
from licence.repository import Licence
from licence.standing import HELD_HERE
from licence.verification import ClaimReport
from tests.licence.builders import PERSON_TYPE, Desk
from trust.certificates import Certificate
from trust.crypto.libcrypto import LibcryptoBackend
from trust.crypto.sm2 import BackendFailed, SM2Digest, SM2PublicKey, SM2Signature
from trust.founding import Role
from trust.verdict import Outcome, SubIndication

BY_ITSELF = [LicenceState.IN_FORCE, LicenceState.SUSPENDED, LicenceState.REVOKED]
BY_MORE = [LicenceState.SUPERSEDED, LicenceState.WITHDRAWN, LicenceState.CANCELLED]

TABLES = ["licence", "organisation", "organisation", "person", "person", "certificate"]
"""What an answer is made of: the licence, its issuer, its holder, and the key that signed the code."""


def code_of(licence: Licence) -> str:
    assert licence.claim is not None
    return licence.claim.rpartition("/")[2]


def signer_of_codes(desk: Desk) -> Certificate:
    return desk.house.service_keys.certificate(Role.LICENCE_CLAIM)


def at_length(desk: Desk, code: str) -> ClaimReport:
    """Return the answer that is made of everything that the registry has."""
    service = desk.house.verification
    found = service.claim_read(code, read_any_claim(code), signer_of_codes(desk), None)
    assert found.moment is not None
    return found


def execute(desk: Desk, statement: str, **told: str) -> None:
    with desk.house.store.writer.begin() as connection:
        connection.execute(text(statement), told)


@pytest.mark.parametrize("state", BY_ITSELF)
def test_one_question_answers_as_everything_does(any_desk: Desk, state: LicenceState) -> None:
    code = code_of(any_desk.in_state(state))
    service = any_desk.house.verification
    report, grounds = service.claim_and_grounds(code)
    assert grounds is not None
    assert report == at_length(any_desk, code)
    assert service.freshness.of(grounds.licence, grounds.signer) == grounds.fresh
    assert service.claim_and_grounds(code) == (report, grounds)
    assert report.standing is not None
    assert dict(report.standing.licence.data) == dict(any_desk.kept(report.standing.licence.id).data)


@pytest.mark.parametrize("state", BY_MORE)
def test_what_rests_on_more_is_read_at_length(desk: Desk, state: LicenceState) -> None:
    code = code_of(desk.in_state(state))
    report, grounds = desk.house.verification.claim_and_grounds(code)
    assert grounds is None
    assert report == at_length(desk, code)


def test_the_holder_may_be_a_person_and_one_who_was_merged(any_desk: Desk) -> None:
    licence = any_desk.issue(type=PERSON_TYPE, holder_code=cast.person_number(301))
    code, service = code_of(licence), any_desk.house.verification
    before, grounds = service.claim_and_grounds(code)
    assert before.standing is not None
    assert grounds is not None
    assert before == at_length(any_desk, code)
    with any_desk.house.store.reading() as view:
        (other, *_) = (name for (name,) in view.rows(text("SELECT id FROM person")) if name != licence.holder)
    execute(
        any_desk,
        "UPDATE person SET merged_into = :other, state = 'merged', version = version + 1 WHERE id = :name",
        other=other,
        name=licence.holder,
    )
    assert service.freshness.of(grounds.licence, grounds.signer) != grounds.fresh
    after, merged = service.claim_and_grounds(code)
    assert after.standing is not None
    assert merged is not None
    assert after == at_length(any_desk, code)
    assert after.standing.holder != before.standing.holder
    # The one into whom the person was merged is changed: that ends the answer too.
    execute(any_desk, "UPDATE person SET version = version + 1 WHERE id = :name", name=other)
    assert service.freshness.of(merged.licence, merged.signer) != merged.fresh
    # Of one who was merged twice more has to be read.
    execute(any_desk, "UPDATE person SET merged_into = :name WHERE id = :other", name=licence.holder, other=other)
    assert service.freshness.look(merged.licence, merged.signer) is None


def test_what_is_not_known_is_left_to_who_reads_at_length(desk: Desk) -> None:
    freshness, signer = desk.house.verification.freshness, signer_of_codes(desk)
    assert freshness.look(bytes(16), signer) is None
    assert freshness.of(bytes(16), signer) is None


@pytest.mark.parametrize("gone", ["authority_name", "owner_name"])
def test_what_has_no_name_is_left_to_who_reads_at_length(desk: Desk, gone: str) -> None:
    freshness = desk.house.verification.freshness
    digest = desk.issue().digest
    whole = freshness.shown
    freshness.shown = lambda **asked: whole(**asked)._replace(**{gone: None})
    assert freshness.look(digest, signer_of_codes(desk)) is None


def test_a_licence_is_found_by_indexes_alone(desk: Desk) -> None:
    asked = [one.text for one in desk.house.store.questions if "authority" in one.text]
    assert len(asked) == 2
    for question in asked:
        with desk.house.store.reader.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", ("x", "x")).all()
        looks = [step[-1] for step in plan if not step[-1].startswith("SCALAR SUBQUERY")]
        assert len(looks) == len(TABLES)
        assert all(look.startswith("SEARCH") and "INDEX" in look for look in looks), plan


class Broken(LibcryptoBackend):
    """A library that cannot compute."""

    @override
    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        raise BackendFailed


def forged_by_thief(desk: Desk, code: str) -> str:
    """Return a code for the same licence that whoever has stolen the key signs: it says that there is no end."""
    claim = read_claim(code).claim
    return sign_claim(replace(claim, last_day=None), *desk.house.service_keys.credential(Role.LICENCE_CLAIM))


def test_by_a_revoked_key_only_the_code_that_the_registry_holds_is_good(any_desk: Desk) -> None:
    service, licence = any_desk.house.verification, any_desk.issue()
    code = code_of(licence)
    forged = forged_by_thief(any_desk, code)
    known = {one: service.claim_and_grounds(one) for one in (code, forged)}
    assert {report.verdict.outcome for report, _ in known.values()} == {Outcome.PASSED}  # nobody can tell yet
    with any_desk.house.store.transaction() as tx:
        any_desk.house.authorities.revoke(tx, signer_of_codes(any_desk), reason=1, actor="operator")
    for _, grounds in known.values():
        assert grounds is not None
        assert service.freshness.of(grounds.licence, grounds.signer) != grounds.fresh
    own, others = (service.claim_and_grounds(one) for one in (code, forged))
    assert (own[0].verdict.outcome, own[0].verdict.checks[1].note, own[1]) == (Outcome.PASSED, HELD_HERE, None)
    assert own[0].standing is not None
    finding = others[0].verdict.finding
    assert finding is not None
    assert (finding.sub_indication, others[0].standing, others[1]) == (SubIndication.REVOKED_NO_POE, None, None)
    # What is asked of a day before the theft came to light is answered by what is known of the key today.
    past = service.claim(forged, at=licence.entered_at)
    assert past.verdict.finding == finding


def test_what_cannot_be_computed_is_no_forgery(desk: Desk) -> None:
    signed = read_claim(code_of(desk.issue()))
    with pytest.raises(BackendFailed):
        signed.verify([signer_of_codes(desk)], backend=Broken())
