"""Stamping a document: what is signed, in which order, once, and nothing is released that a stranger would refuse."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from seal.data.reading import read_seal_signature
from seal.errors import OwnWorkRefused, StampSpent
from seal.image.designs import SealDesign, Shape
from seal.image.drawing import draw
from seal.image.uploads import read_upload
from seal.life.making import SealOrder, make_seal
from seal.stamping.own_work import require_valid
from seal.stamping.stamp import PROPERTY_INFO, StampKit, appearance_of
from seal.verification.documents import judge_pdf
from tests.builders import PKI, Party, revocation_list, time_authority
from tests.fakes.clock import NOW
from tests.seal.kits import Bench, outcomes
from tests.seal.pictures import encoded, seal_picture
from tests.trust.pdf.paper import paper
from trust.cms import Dialect
from trust.crypto.algorithms import KEYS, Digest
from trust.errors import Conflict, TrustError, Unavailable, Untrusted
from trust.paths import Evidence
from trust.pdf.signing import SignatureTooLarge
from trust.profiles import SEAL_OWNER
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.validation_data import validation_data

DAY = timedelta(days=1)
PASSED = [("ElectronicSeal", "passed", ""), ("DocumentSignature", "passed", "")]
STEPS = ["sign:seal_owner", "signed:seal_owner", "stamp:sm2", "stamped:sm2"]
STEPS += ["sign:document", "signed:document", "stamp:p256", "stamped:p256"]


def seal_of(bench: Bench, owner: Party, *, made_at: timedelta = -30 * DAY, valid_until: timedelta = 300 * DAY) -> bytes:
    """Make a seal for the certificate of `owner`."""
    start = NOW.replace(microsecond=0)
    order = SealOrder(
        code="33019900000001",
        name=bench.kit.label,
        type=6,
        design=SealDesign(name="某市市场监督管理局", row="电子证照专用章", code="33019900000001"),
        owner_certificate=owner.certificate,
        made_at=start + made_at,
        valid_until=start + valid_until,
    )
    return make_seal(order, maker=bench.maker.signer, maker_certificate=bench.maker.certificate)


class Fixed:
    """A time-stamp authority that answers the same whatever it is asked."""

    def __init__(self, token: bytes) -> None:
        self.token = token

    def stamp(self, message: bytes) -> bytes:
        del message
        return self.token


# --- what is made


def test_a_stamped_document_carries_the_seal_s_signature_and_one_for_readers_of_the_world(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    stamped = prepared.redeem(bench.clock)
    assert outcomes(stamped.report) == outcomes(bench.judge(stamped.pdf)) == PASSED
    assert stamped.pdf.startswith(paper())
    signature = read_seal_signature(stamped.seal_signature)
    assert (signature.data_hash, signature.property_info) == (prepared.document_hash, PROPERTY_INFO)
    assert signature.seal.raw == bench.kit.seal
    assert signature.certificate == bench.owner.certificate.der
    placed = bench.judge(stamped.pdf).signatures[0].placed
    assert placed is not None
    assert placed.contents.startswith(stamped.seal_signature)


def test_the_seal_signs_before_the_other_key_and_each_value_is_time_stamped(bench: Bench) -> None:
    bench.stamp(paper())
    assert bench.faults.passed == STEPS


def test_both_signatures_are_proven_for_the_moment_of_the_time_stamp(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    bench.clock.advance(timedelta(minutes=3))
    stamped = prepared.redeem(bench.clock)
    for one in stamped.report.signatures:
        assert one.report.proven_time is not None
        assert abs(one.report.proven_time - bench.clock.now()) <= timedelta(seconds=1)


def test_preparing_uses_no_key(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    assert bench.faults.passed == []
    assert prepared.document_hash == prepared.prepared.digest(Digest.SM3)
    assert len(prepared.document_hash) == 32


# --- once


def test_a_prepared_stamp_is_redeemed_once(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    prepared.redeem(bench.clock)
    bench.faults.passed.clear()
    with pytest.raises(StampSpent):
        prepared.redeem(bench.clock)
    assert bench.faults.passed == []
    assert issubclass(StampSpent, Conflict)


def test_two_who_redeem_at_once_get_one_document(bench: Bench) -> None:
    prepared = bench.prepare(paper())

    def redeem(_: int) -> int:
        try:
            return len(prepared.redeem(bench.clock).pdf)
        except StampSpent:
            return 0

    with ThreadPoolExecutor(4) as pool:
        sizes = list(pool.map(redeem, range(4)))
    assert sum(size > 0 for size in sizes) == 1
    assert bench.faults.passed == STEPS


@pytest.mark.parametrize(
    ("point", "error"),
    [
        ("sign:seal_owner", SigningUnavailable()),
        ("stamp:sm2", TimeStampingUnavailable()),
        ("sign:document", SigningUnavailable()),
        ("stamp:p256", TimeStampingUnavailable()),
    ],
)
def test_what_fails_is_told_stops_everything_and_spends_the_stamp(bench: Bench, point: str, error: TrustError) -> None:
    bench.faults.fail(point, error)
    prepared = bench.prepare(paper())
    with pytest.raises(Unavailable) as failed:
        prepared.redeem(bench.clock)
    assert failed.value is error
    assert bench.faults.passed == STEPS[: STEPS.index(point) + 1]
    with pytest.raises(StampSpent):
        prepared.redeem(bench.clock)


# --- what would not pass is not released


def expired_seal(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, seal=seal_of(bench, bench.owner, valid_until=-DAY))


def seal_of_tomorrow(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, seal=seal_of(bench, bench.owner, made_at=DAY))


def seal_of_another(bench: Bench, sm2: PKI) -> StampKit:
    return replace(bench.kit, seal=seal_of(bench, sm2.issue(SEAL_OWNER)))


def seal_of_a_stranger(bench: Bench, sm2: PKI) -> StampKit:
    stranger = replace(bench, maker=sm2.issue(SEAL_OWNER))
    return replace(bench.kit, seal=seal_of(stranger, bench.owner))


def broken_seal(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, seal=bench.kit.seal[:-1] + bytes((bench.kit.seal[-1] ^ 1,)))


def expired_certificate(bench: Bench, sm2: PKI) -> StampKit:
    owner = sm2.issue(SEAL_OWNER, not_after=NOW - DAY)
    kit = replace(bench.kit, owner=owner.signer, owner_certificate=owner.certificate)
    return replace(kit, seal=seal_of(bench, owner))


def revoked_certificate(bench: Bench, sm2: PKI) -> StampKit:
    lists = [one for one in bench.kit.evidence.revocation_lists if one.issuer != sm2.issuing.certificate.subject]
    revoked = revocation_list(sm2.issuing, {bench.owner.certificate: NOW - DAY}, number=2)
    return replace(bench.kit, evidence=replace(bench.kit.evidence, revocation_lists=(*lists, revoked)))


def without_lists(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, evidence=replace(bench.kit.evidence, revocation_lists=()))


def without_anchors(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, evidence=Evidence(anchors=(), certificates=(), revocation_lists=()))


def another_key(bench: Bench, sm2: PKI) -> StampKit:
    return replace(bench.kit, owner=sm2.issue(SEAL_OWNER).signer)


def no_time_stamp(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, seal_stamper=Fixed(b"\x05\x00"))


def time_stamp_of_something_else(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, seal_stamper=Fixed(bench.kit.seal_stamper.stamp(b"something else")))


def time_stamp_by_somebody(bench: Bench, sm2: PKI) -> StampKit:
    somebody = time_authority(sm2.issue(SEAL_OWNER), bench.clock, Dialect.GBT35275)
    return replace(bench.kit, seal_stamper=somebody)


def other_time_stamp_of_something_else(bench: Bench, _sm2: PKI) -> StampKit:
    return replace(bench.kit, document_stamper=Fixed(bench.kit.document_stamper.stamp(b"something else")))


@pytest.mark.parametrize(
    ("spoilt", "check"),
    [
        (expired_seal, "seal.validity"),
        (seal_of_tomorrow, "seal.validity"),
        (seal_of_another, "seal_signature.signer_listed"),
        (seal_of_a_stranger, "certificate.key_usage"),
        (broken_seal, "seal.signature_value"),
        (expired_certificate, "certificate.validity"),
        (revoked_certificate, "certificate.revocation"),
        (without_lists, "certificate.revocation"),
        (without_anchors, "certificate.path"),
        (another_key, "seal_signature.value"),
        (no_time_stamp, "seal_signature.time_stamp"),
        (time_stamp_of_something_else, "seal_signature.time_stamp"),
        (time_stamp_by_somebody, "seal_signature.time_stamp"),
        (other_time_stamp_of_something_else, "signature.time_stamp"),
    ],
)
def test_nothing_is_released_that_our_own_verification_refuses(
    bench: Bench, sm2_pki: PKI, spoilt: Callable[[Bench, PKI], StampKit], check: str
) -> None:
    bench.stamp(paper())  # what passed at the same moment, with evidence and keys that are good, vouches for nothing
    prepared = bench.prepare(paper(), kit=spoilt(bench, sm2_pki))
    with pytest.raises(OwnWorkRefused) as refused:
        prepared.redeem(bench.clock)
    assert refused.value.details == {"check": check}
    assert issubclass(OwnWorkRefused, Untrusted)


def test_what_is_stamped_together_brings_the_same_along(bench: Bench) -> None:
    kit, at = bench.kit, bench.clock.now()
    data = kit.brings_along(at)
    assert data == validation_data(kit.leaves, kit.evidence, at=at)
    assert data.revocation_lists
    assert kit.brings_along(at) is data
    assert not kit.brings_along(at + 10_000 * DAY).revocation_lists
    assert kit.brings_along(at) == data
    assert not replace(kit, evidence=replace(kit.evidence, revocation_lists=())).brings_along(at).revocation_lists


def test_a_document_that_was_changed_after_it_was_put_on_record(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    place = paper().index(b"(Notice)") + 1
    prepared.prepared.octets[place : place + 6] = b"Forged"
    with pytest.raises(OwnWorkRefused) as refused:
        prepared.redeem(bench.clock)
    assert refused.value.details == {"check": "pdf.release"}


def test_a_value_that_has_no_room(bench: Bench) -> None:
    prepared = bench.prepare(paper(), kit=replace(bench.kit, seal_stamper=Fixed(bytes(20_000))))
    with pytest.raises(SignatureTooLarge):
        prepared.redeem(bench.clock)


def test_signatures_of_others_are_not_ours_to_judge(bench: Bench) -> None:
    stranger = Bench.of(PKI.found(KEYS["sm2"]), PKI.found(KEYS["p256"]))
    both_stamped = bench.stamp(stranger.stamp(paper()))
    found = {field: outcome for field, outcome, _ in outcomes(bench.judge(both_stamped))}
    assert "passed" not in {found.pop("ElectronicSeal"), found.pop("DocumentSignature")}
    assert found == {"ElectronicSeal2": "passed", "DocumentSignature2": "passed"}


@pytest.mark.parametrize("fields", [("ElectronicSeal",), ("ElectronicSeal", "DocumentSignature")])
def test_a_signature_of_ours_that_is_not_there_is_no_success(bench: Bench, fields: tuple[str, ...]) -> None:
    with pytest.raises(OwnWorkRefused) as refused:
        require_valid(judge_pdf(paper(), bench.kit.evidence, now=NOW), fields=fields)
    assert refused.value.details == {"check": "pdf.signatures"}


# --- nothing is shown that should not be


def test_no_content_is_shown(bench: Bench) -> None:
    prepared = bench.prepare(paper())
    stamped = prepared.redeem(bench.clock)
    for shown in (repr(bench.kit), repr(prepared), repr(stamped)):
        assert "%PDF" not in shown
        assert len(shown) < 20_000


# --- a picture instead of outlines


def test_a_picture_that_was_uploaded_is_seen_as_it_came(bench: Bench) -> None:
    upload = read_upload(encoded(seal_picture()), width_mm=42, height_mm=42)
    image = draw(
        SealDesign(name="云州市市场监督管理局", shape=Shape.PICTURE, picture=upload.picture), picture=upload.png
    )
    appearance = appearance_of(image)
    assert appearance.picture is not None
    assert (appearance.picture.width, appearance.picture.height) == (upload.width, upload.height)
    assert (appearance.width_mm, appearance.height_mm) == (42, 42)
    pdf = bench.changed(image=image).stamp(paper())
    assert outcomes(bench.judge(pdf)) == PASSED
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    page = document[0].render(scale=2).to_pil().convert("RGB")
    side, middle = round(42 / 25.4 * 72 * 2), (round(150 / 25.4 * 144), round(240 / 25.4 * 144))
    seen = page.crop((middle[0] - side // 2, middle[1] - side // 2, middle[0] + side // 2, middle[1] + side // 2))
    plain = Image.new("RGB", seen.size, "white")
    drawn = Image.open(io.BytesIO(image.png(144))).convert("RGBA").resize(seen.size)
    plain.paste(drawn, mask=drawn)
    coarse = [one.resize((40, 40), Image.Resampling.BOX) for one in (seen, plain)]
    assert max(ImageStat.Stat(ImageChops.difference(*coarse)).mean) < 10
    assert max(ImageStat.Stat(coarse[0].getchannel("G")).mean) < 240  # it is there
