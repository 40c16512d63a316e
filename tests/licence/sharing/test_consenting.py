"""Consent: whose it is to give, what is agreed to word by word, and how it ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.holding import Standing, speaks_for
from identity.service import RegisterOrganisation
from identity.subject import Organisation, SubjectId
from licence.catalogue import DraftType
from licence.errors import LicenceUnknown
from licence.records import Licence
from licence.sharing.consenting import ConsentStanding
from licence.sharing.entries import Call
from licence.sharing.errors import (
    ConsentMissing,
    ConsentUnknown,
    GrantUnknown,
    NotTheHolder,
    SharingInvalid,
    TermsChanged,
)
from licence.types.kind import IssuingAuthority
from tests.fakes.clock import NOW
from tests.licence.builders import PERSON_TYPE
from tests.licence.sharing.square import LAW, MONTH, PURPOSE, WORDS, Square
from tests.seal.houses import actor, at_once
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.requests import RequestKeyReused

# --- who speaks for a holder


def test_a_person_speaks_for_themselves_and_nobody_else(square: Square) -> None:
    person, identity = square.house.names["person"], square.house.identity
    with square.house.store.reading() as view:
        assert speaks_for(identity, view, actor(person), person) is Standing.PERSON
        assert speaks_for(identity, view, actor(person), square.holder) is None
        assert speaks_for(identity, view, actor(person, is_client=True), person) is None
        assert speaks_for(identity, view, actor("nobody"), "nobody") is None
        assert speaks_for(identity, view, square.speaker, square.holder) is Standing.APPOINTED
        elsewhere = actor(person, Grant(Duty.LICENCE_HOLDER, square.house.names["other"]))
        assert speaks_for(identity, view, elsewhere, square.holder) is None
        assert speaks_for(identity, view, actor(person, Grant(Duty.SEAL_OWNER, square.holder)), square.holder) is None


def test_the_legal_representative_speaks_for_an_organisation(square: Square) -> None:
    person, identity = square.house.names["person"], square.house.identity
    registrars = actor("one", Duty.REGISTRAR), actor("two", Duty.REGISTRAR)
    code = cast.organisation_code("91", "MAC77777X")
    command = RegisterOrganisation(name="云州某某有限公司", credit_code=code, legal_representative=person)
    company = identity.register_organisation(registrars[0], command)
    with square.house.store.reading() as view:
        assert speaks_for(identity, view, actor(person), company.id) is None  # nobody has proven it yet
    proven = identity.prove(registrars[1], company.id)
    assert isinstance(proven, Organisation)
    with square.house.store.reading() as view:
        assert speaks_for(identity, view, actor(person), company.id) is Standing.LEGAL_REPRESENTATIVE
        assert speaks_for(identity, view, actor("nobody"), company.id) is None


def test_who_is_frozen_speaks_for_nobody(square: Square) -> None:
    person, identity = square.house.names["person"], square.house.identity
    identity.freeze(actor("registrar", Duty.REGISTRAR), person, reason="举报核实中")
    with square.house.store.reading() as view:
        assert speaks_for(identity, view, actor(person), person) is None
        assert speaks_for(identity, view, square.speaker, square.holder) is None


# --- what is agreed to


def test_a_consent_says_everything_in_words(any_square: Square) -> None:
    square = any_square
    licence, client = square.desk.issue(), square.client()
    grant = square.grant(client, law="", calls=frozenset({Call.QUERY, Call.DATA}))
    consent = square.consent(grant, licence, times=3)
    assert (consent.words_digest, consent.used) == (sm3(consent.words.encode()).hex(), 0)
    assert consent.evidence == {
        "standing": "appointed",
        "authenticated_by": "session",
        "assurance": "L3",
        "source": "counter",
    }
    for part in (
        cast.ENTERPRISE.name,
        "云州市数据管理局",
        "食品经营许可证",
        cast.FOOD_TYPE,
        licence.identifier,
        WORDS,
        "查询证照及其状态、获取证照数据",
        "持证主体代码（脱敏）",
        "最多 3 次",
        "2026-12-22 12:05:06",
    ):
        assert part in consent.words
    (seen,) = square.sharing.consents.list(square.speaker, square.holder)
    assert (seen.consent, seen.standing) == (consent, ConsentStanding.IN_FORCE)
    assert (seen.organisation_name, seen.type_name, seen.number) == (
        "云州市数据管理局",
        "食品经营许可证",
        licence.number,
    )
    assert (seen.client_name in consent.words, seen.purpose_words) == (True, WORDS)
    assert cast.ENTERPRISE.name not in repr(consent)
    (event,) = [one for one in square.desk.events() if one.subject == consent.id]
    assert (event.tag, event.facts["words"]) == ("sharing:consent:done", consent.words_digest)


@pytest.mark.parametrize(
    ("changes", "later", "standing"),
    [
        ({}, 0, ConsentStanding.IN_FORCE),
        ({"used": 2, "times": 3}, 0, ConsentStanding.IN_FORCE),
        ({"used": 3, "times": 3}, 0, ConsentStanding.USED_UP),
        ({}, 30, ConsentStanding.EXPIRED),
        ({"used": 3, "times": 3}, 30, ConsentStanding.EXPIRED),
        ({"withdrawn_at": NOW}, 30, ConsentStanding.WITHDRAWN),
    ],
)
def test_how_a_consent_stands(
    square: Square, licence: Licence, changes: dict[str, Any], later: int, standing: ConsentStanding
) -> None:
    square.consent(square.grant(square.client(), law=""), licence)
    (seen,) = square.sharing.consents.list(square.speaker, square.holder)
    consent = replace(seen.consent, valid_until=seen.at + timedelta(days=30), **changes)
    assert replace(seen, consent=consent, at=seen.at + timedelta(days=later)).standing is standing


def test_a_consent_to_a_type_says_so(square: Square, licence: Licence) -> None:
    consent = square.consent(square.grant(square.client(), law=""), licence, licence=None, type_code=cast.FOOD_TYPE)
    assert square.sharing.consents.list(square.speaker, square.holder)[0].number is None
    assert "名下全部该类证照" in consent.words
    assert "次数不限" in consent.words


def test_nobody_agrees_to_other_words_than_were_read(square: Square, licence: Licence) -> None:
    command = square.consent_command(square.grant(square.client(), law=""), licence)
    terms = square.sharing.consents.terms(square.speaker, command)
    read = replace(command, words_digest=terms.digest)
    for changed in (
        replace(read, times=5),
        replace(read, valid_until=read.valid_until + timedelta(seconds=1)),
        replace(read, words_digest="0" * 64),
    ):
        with pytest.raises(TermsChanged):
            square.sharing.consents.give(square.speaker, changed)


def test_a_repeated_consent_is_one(square: Square, licence: Licence) -> None:
    command = square.consent_command(square.grant(square.client(), law=""), licence)
    terms = square.sharing.consents.terms(square.speaker, command)
    command = replace(command, words_digest=terms.digest)
    give = square.sharing.consents.give
    assert give(square.speaker, command) == give(square.speaker, command)
    assert len(square.sharing.consents.list(square.speaker, square.holder)) == 1
    with pytest.raises(RequestKeyReused):
        give(square.speaker, replace(command, times=5))


REFUSED: list[tuple[dict[str, Any], type[TrustError], dict[str, str]]] = [
    ({"purpose": "tax.audit"}, SharingInvalid, {"field": "purpose", "rule": "unknown"}),
    ({"after": timedelta(0)}, SharingInvalid, {"field": "valid_until", "rule": "range"}),
    ({"after": timedelta(days=367)}, SharingInvalid, {"field": "valid_until", "rule": "range"}),
    ({"times": 0}, SharingInvalid, {"field": "times", "rule": "range"}),
    ({"times": 1001}, SharingInvalid, {"field": "times", "rule": "range"}),
    ({"licence": None}, SharingInvalid, {"field": "licence", "rule": "one_of"}),
    ({"type_code": cast.FOOD_TYPE}, SharingInvalid, {"field": "licence", "rule": "one_of"}),
    ({"licence": None, "type_code": PERSON_TYPE}, SharingInvalid, {"field": "type_code", "rule": "not_granted"}),
    ({"licence": "lic_nothing"}, LicenceUnknown, {}),
    ({"grant": "share_nothing"}, GrantUnknown, {}),
    ({"channel": "telephone"}, SharingInvalid, {"field": "channel", "rule": "unknown"}),
]


def test_a_consent_that_breaks_a_rule_is_refused(square: Square, licence: Licence) -> None:
    grant = square.grant(square.client(), law="", valid_until=square.house.clock.now() + timedelta(days=400))
    for changes, error, details in REFUSED:
        after = changes.get("after", MONTH)
        told = {name: value for name, value in changes.items() if name != "after"}
        with pytest.raises(error) as refused:
            square.consent(grant, licence, valid_until=square.house.clock.now() + after, **told)
        assert refused.value.details == details


def test_a_consent_ends_with_its_grant_at_the_latest(square: Square, licence: Licence) -> None:
    grant = square.grant(square.client(), law="", valid_until=square.house.clock.now() + timedelta(days=2))
    with pytest.raises(SharingInvalid):
        square.consent(grant, licence)
    agreed = square.consent(grant, licence, valid_until=grant.valid_until)
    assert agreed.valid_until == grant.valid_until


def test_a_grant_by_law_needs_no_consent_and_takes_none(square: Square, licence: Licence) -> None:
    with pytest.raises(GrantUnknown):
        square.consent(square.grant(square.client(), law=LAW), licence)


def test_nobody_agrees_for_another(square: Square, licence: Licence) -> None:
    consents, grant = square.sharing.consents, square.grant(square.client(), law="")
    command = square.consent_command(grant, licence)
    stranger = actor(square.house.names["person"])
    for act in (
        lambda: consents.terms(stranger, command),
        lambda: consents.give(stranger, command),
        lambda: consents.list(stranger, square.holder),
        lambda: consents.offers(stranger, square.holder, licence.id),
    ):
        with pytest.raises(NotTheHolder):
            act()
    consent = square.consent(grant, licence)
    for one in (consent.id, "consent_nothing"):
        with pytest.raises(ConsentUnknown):
            consents.withdraw(stranger, one)


def test_a_licence_of_another_holder_is_unknown(square: Square, licence: Licence) -> None:
    person = actor(square.house.names["person"])
    command = square.consent_command(square.grant(square.client(), law=""), licence, holder=person.id)
    with pytest.raises(LicenceUnknown):
        square.sharing.consents.terms(person, command)


def test_a_holder_is_told_who_may_be_given_consent(square: Square, licence: Licence) -> None:
    wanted = square.grant(square.client(), law="")
    square.grant(square.client())  # by a law
    square.grant(square.client(), law="", types={PERSON_TYPE: {}})
    ended = square.grant(square.client(), law="")
    square.sharing.granting.withdraw(square.desk.staff.officer, ended.id, reason="不再需要")
    (offer,) = square.sharing.consents.offers(square.speaker, square.holder, licence.id)
    assert (offer.grant, offer.client_name, offer.organisation_name) == (wanted, "综合业务系统", "云州市数据管理局")


def issued_elsewhere(square: Square) -> Licence:
    """Return a licence of a type that another authority is in charge of than the one that has issued it."""
    house, ours = square.house, square.desk.staff
    charge = house.staff("other")
    particulars = replace(house.catalogue.find(cast.FOOD_TYPE).particulars, code=f"{cast.DEFINER}091")
    issuing = (IssuingAuthority(authority=SubjectId(ours.organisation)),)
    kind = house.catalogue.draft(
        charge.officer,
        DraftType(issuer=charge.organisation, template="food_permit", particulars=particulars, issuing=issuing),
    )
    house.catalogue.review(charge.licence_reviewer, kind.id)
    house.catalogue.publish(charge.officer, kind.id)
    return square.desk.issue(type=kind.code)


def test_consent_is_given_to_who_was_granted_something_by_the_issuer_of_the_licence(square: Square) -> None:
    licence, client = issued_elsewhere(square), square.client()
    types: dict[str, dict[str, object]] = {f"{cast.DEFINER}091": {}}
    theirs = square.grant(client, law="", types=types)
    charge, granting = square.house.staff("other"), square.sharing.granting
    proposal = square.proposal(square.client(), law="", types=types, issuer=charge.organisation)
    elses = granting.approve(charge.licence_reviewer, granting.propose(charge.officer, proposal).id)
    # Who is in charge of the type has issued nothing, and a consent under its grant would open nothing.
    offers = square.sharing.consents.offers(square.speaker, square.holder, licence.id)
    assert [one.grant.id for one in offers] == [theirs.id]
    with pytest.raises(SharingInvalid) as refused:
        square.consent(elses, licence)
    assert refused.value.details == {"field": "licence", "rule": "not_granted"}
    square.consent(theirs, licence)
    assert square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE).identifier == licence.identifier


# --- how it ends


def test_withdrawing_stops_at_once_and_twice_is_once(square: Square, licence: Licence) -> None:
    client = square.client()
    consent = square.consent(square.grant(client, law=""), licence)
    asking, consents = square.sharing.asking, square.sharing.consents
    asking.data(client, licence.identifier, purpose=PURPOSE)
    first = consents.withdraw(square.speaker, consent.id)
    assert first.withdrawn_by == square.speaker.id
    assert consents.withdraw(square.speaker, consent.id).withdrawn_at == first.withdrawn_at
    with pytest.raises(ConsentMissing):
        asking.data(client, licence.identifier, purpose=PURPOSE)
    assert square.desk.tags(consent.id).count("sharing:withdraw_consent:done") == 1


def ask(square: Square, client: Actor, licence: Licence) -> bool:
    """Ask for data; tell whether it was given."""
    try:
        square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE)
    except ConsentMissing:
        return False
    return True


def test_of_many_calls_at_once_as_many_pass_as_were_agreed_to(any_square: Square) -> None:
    square = any_square
    licence, client = square.desk.issue(), square.client()
    consent = square.consent(square.grant(client, law=""), licence, times=3)
    given = at_once(*[lambda: ask(square, client, licence)] * 8)
    assert [given.count(True), given.count(False)] == [3, 5]
    assert square.sharing.consents.list(square.speaker, square.holder)[0].consent.used == consent.times
