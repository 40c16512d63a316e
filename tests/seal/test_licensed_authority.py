"""Seals whose owners a licensed authority certifies: made in two steps, with a request carried out and back between."""

from datetime import timedelta

import pytest

from identity.duties import Duty
from seal.errors import CertificateAwaited
from seal.grounds import Ground
from seal.lifecycle import SealState
from seal.verification.documents import judge_pdf
from tests.builders import PKI, revocation_list
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, House
from trust.certificates import pem
from trust.external_authorities import ExternalAuthorities
from trust.outside_repository import KeptRequest
from trust.paths import Purpose
from trust.profiles import DOCUMENT_SIGNER, Name
from trust.verdict import Outcome

OPERATOR = "operator:test"


@pytest.fixture
def outside(house: House, sm2_pki: PKI) -> ExternalAuthorities:
    """Let a licensed authority certify the owners of the house's seals."""
    made = ExternalAuthorities(house.store, house.custody)
    made.trust(sm2_pki.root.certificate.der, purposes=[Purpose.SEALING], actor=OPERATOR)
    house.seals.workshop.outside = made
    return made


def awaited(house: House, seal: str) -> str:
    """Have a seal made whose certificate is not there, and return which request it waits for."""
    with pytest.raises(CertificateAwaited) as error:
        house.seals.make(house.authority.maker, seal)
    assert error.value.code == "seal.certificate_awaited"
    return str(error.value.details["request"])


def asked(outside: ExternalAuthorities, name: str) -> KeptRequest:
    """Return a request."""
    with outside.store.reading() as view:
        return outside.require(view, name)


def answer(outside: ExternalAuthorities, licensed: PKI, request: KeptRequest, *, code: str | None) -> None:
    """Issue what was asked for, and carry it back with the authority's own certificate and the lists."""
    request.request.prove()
    subject = Name(common_name=code or "", organisation="某市某局")
    made = licensed.issue(DOCUMENT_SIGNER, key=request.key, subject=subject, at=NOW)
    chain = pem(made.certificate.der) + pem(licensed.issuing.certificate.der)
    outside.import_certificate(request.id, chain, actor=OPERATOR)
    for issuer in (licensed.root, licensed.issuing):
        listed = revocation_list(issuer, this_update=NOW, next_update=NOW + timedelta(days=30))
        outside.import_list(listed.der, actor=OPERATOR)


def test_a_seal_waits_for_the_certificate_of_its_owner(
    house: House, outside: ExternalAuthorities, sm2_pki: PKI
) -> None:
    seal = house.approved(house.authority).id
    name = awaited(house, seal)
    assert awaited(house, seal) == name  # asking again makes no second request
    begun = house.seals.find(house.authority.reviewer, seal)[0]
    request = asked(outside, name)
    assert (begun.state, begun.seal) == (SealState.APPROVED, None)
    assert begun.owner_key is not None
    assert begun.owner_key.key == request.key
    assert "certificate:issue:prepared" not in house.tags()[-2:]  # nothing of ours is begun meanwhile
    answer(outside, sm2_pki, request, code=begun.code)
    made = house.seals.make(house.authority.maker, seal)
    assert made.state is SealState.MADE
    assert made.owner_key is not None
    assert made.owner_key.certificate is not None
    assert made.owner_key.certificate.issuer == sm2_pki.issuing.certificate.subject
    assert made.owner_key.certificate.common_name == made.code
    assert made.document_key is not None
    assert made.document_key.certificate is not None  # the one for readers of the world is ours


def test_it_stamps_and_is_cancelled_like_any_other(house: House, outside: ExternalAuthorities, sm2_pki: PKI) -> None:
    staff = house.authority
    seal = house.approved(staff).id
    request = asked(outside, awaited(house, seal))
    code = house.seals.find(staff.reviewer, seal)[0].code
    answer(outside, sm2_pki, request, code=code)
    house.seals.make(staff.maker, seal)
    house.seals.file(staff.filer, seal)
    house.seals.issue(staff.maker, seal)
    house.seals.accept(staff.owner, seal)
    house.authorise(seal, staff.client)
    _, stamped = house.stampings.stamp(staff.client, house.stamp_command(seal=seal))
    with house.store.reading() as view:
        report = judge_pdf(stamped, house.authorities.evidence(view), now=view.now)
    assert (report.outcome, len(report.signatures)) == (Outcome.PASSED, 2)
    head = house.head()
    second = staff.of(Duty.SEAL_OWNER, "second owner")
    house.seals.cancel(second, seal, ground=Ground.NO_LONGER_NEEDED, reason=REASON)
    (due,) = (one for one in house.events(after=head) if one.tag == "certificate:revoke:due")
    assert due.facts["issuer"] == sm2_pki.issuing.certificate.common_name
    assert "certificate:revoke:done" in house.tags(after=head)  # that of the readers is ours to revoke
