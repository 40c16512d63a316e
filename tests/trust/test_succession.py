"""Succession: the new generation issues, the old one stands for what it issued, and nobody notices in between."""

from datetime import timedelta

import pytest

from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from tests.trust.authorities import established, issued, revoke
from trust import pki_repository, repository
from trust.authority import Authorities, AuthorityUnknown
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, OCSPResponse
from trust.ocsp_requests import OCSPRequest
from trust.paths import Purpose, validate
from trust.pki_repository import Authority, ListId
from trust.responder import Responders
from trust.store import Store
from trust.succession import succeed
from trust.verdict import Outcome, Verdict


@pytest.fixture
def custody() -> MemoryCustody:
    """Make an empty custody."""
    return MemoryCustody()


@pytest.fixture
def authorities(store: Store, custody: MemoryCustody) -> Authorities:
    """Establish a root and an issuing authority."""
    return established(store, custody)


@pytest.fixture
def responders(authorities: Authorities) -> Responders:
    """Return the responders, none appointed yet."""
    return Responders(authorities.store, authorities.custody, authorities)


def successor(authorities: Authorities, responders: Responders, line: str) -> Authority:
    """Give an authority its next generation."""
    return succeed(authorities.store, authorities.custody, authorities, responders, line=line, actor="operator:test")


def outcome(authorities: Authorities, certificate: Certificate) -> Outcome:
    """Judge a certificate with what the instance has in hand."""
    with authorities.store.reading() as view:
        checks = validate(certificate, authorities.evidence(view), purpose=Purpose.SIGNING, at=view.now).checks
    return Verdict(checks=checks).outcome


def test_the_next_generation_issues_and_the_last_one_stands(
    authorities: Authorities, responders: Responders, clock: SettableClock
) -> None:
    before = issued(authorities)
    made = successor(authorities, responders, "issuing")
    assert (made.name, made.line, made.generation, made.issuer) == ("issuing-g2", "issuing", 2, "root")
    after = issued(authorities)  # whoever asks for the line gets the newest
    assert (after.issuer, before.issuer != after.issuer) == (made.certificate.subject, True)
    assert made.certificate.common_name.endswith(" G2")
    assert [outcome(authorities, one) for one in (before, after)] == [Outcome.PASSED, Outcome.PASSED]
    clock.advance(timedelta(minutes=1))
    for one in (before, after):
        revoke(authorities, one)
    authorities.publish_revoked()
    assert [outcome(authorities, one) for one in (before, after)] == [Outcome.FAILED, Outcome.FAILED]


def test_the_old_one_keeps_its_lists_and_its_responder(authorities: Authorities, responders: Responders) -> None:
    before = issued(authorities)
    successor(authorities, responders, "issuing")
    with authorities.store.reading() as view:
        kept = pki_repository.kept_lists(view)
        old, new = (authorities.get(view, name) for name in ("issuing", "issuing-g2"))
        assert authorities.current(view, "issuing") == new
    assert {place.issuer for place in kept} == {"root", "issuing", "issuing-g2"}
    assert {ListId("issuing", 0), ListId("issuing-g2", 0)} <= set(kept)
    for authority, expected in ((old, True), (new, False)):
        named = CertificateId.of(before.serial, authority.certificate, digest=Digest.SM3)
        answered = responders.answer(authority.name, OCSPRequest(questions=(named,)).der)
        (answer,) = OCSPResponse.from_der(answered.der).basic.answers
        assert answer.is_known is expected


def test_generations_follow_each_other(authorities: Authorities, responders: Responders) -> None:
    names = [successor(authorities, responders, "issuing").certificate.common_name for _ in range(3)]
    assert [name.rsplit(" ", 1)[1] for name in names] == ["G2", "G3", "G4"]
    assert len({name.rsplit(" ", 1)[0] for name in names}) == 1
    with authorities.store.reading() as view:
        assert [one.generation for one in pki_repository.generations(view, "issuing")] == [4, 3, 2, 1]
        tags = [(one.event.tag, one.event.subject) for one in repository.events(view)]
    assert [subject for tag, subject in tags if tag == "authority:succeed:done"] == [
        "issuing-g2",
        "issuing-g3",
        "issuing-g4",
    ]


def test_a_new_root_is_a_new_anchor_and_certifies_from_then_on(
    authorities: Authorities, responders: Responders
) -> None:
    before = issued(authorities)
    root = successor(authorities, responders, "root")
    assert (root.issuer, root.certificate.is_self_issued) == (None, True)
    assert issued(authorities).issuer == before.issuer  # the issuing authority stays below the old root
    assert outcome(authorities, before) is Outcome.PASSED
    below = successor(authorities, responders, "issuing")
    assert below.issuer == "root-g2"
    with authorities.store.reading() as view:
        path = validate(
            issued(authorities), authorities.evidence(view), purpose=Purpose.SIGNING, at=view.now
        ).certificates
        assert len(authorities.evidence(view).anchors) == 2
    assert path[-1] == root.certificate


def test_an_authority_that_there_is_not(authorities: Authorities, responders: Responders) -> None:
    for name in ("none", "issuing-g2"):
        with pytest.raises(AuthorityUnknown):
            successor(authorities, responders, name)


def test_the_chain_of_a_certificate_is_that_of_its_generation(authorities: Authorities, responders: Responders) -> None:
    before = issued(authorities)
    made = successor(authorities, responders, "issuing")
    after = issued(authorities)
    with authorities.store.reading() as view:
        old = authorities.get(view, "issuing").certificate
        assert authorities.above(view, before) == (old,)
        assert authorities.above(view, after) == (made.certificate,)
        assert authorities.above(view, old) == ()  # a root is no part of a chain that messages carry
