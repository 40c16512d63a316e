"""What may be applied for: kinds by class of organisation, persons of name seals, names, look-alikes, corrections."""

from dataclasses import replace
from functools import partial
from typing import Any, Final

import pytest

from api.demo import cast
from identity.credit_code import CreditCode
from identity.duties import Duty, Grant
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.service import RegisterOrganisation
from seal.data.reading import read_seal
from seal.errors import BearerMissing, BearerNotOfOwner, DesignNotOfOwner, KindNotEntitled, StatutorySealExists
from seal.image.designs import SealDesign, Shape, UploadedPicture
from seal.image.errors import ImagePictureMissing
from seal.kinds import ENTITLED, OrganisationClass, SealKind, class_of
from seal.lifecycle import SealState
from seal.service import SealChanges
from tests.seal.houses import REASON, House, Staff, actor, at_once
from trust.blobs import BlobId, BlobMissing
from trust.errors import TrustError

CLASSES: Final = {
    "11": "organ",
    "12": "institution",
    "13": "mass_organisation",
    "19": "other",
    "51": "social_organisation",
    "52": "social_organisation",
    "53": "social_organisation",
    "59": "social_organisation",
    "91": "enterprise",
    "92": "sole_trader",
    "93": "cooperative",
    "Y1": "other",
    "A1": "other",
}


@pytest.mark.parametrize("prefix", CLASSES)
def test_an_organisation_is_what_its_code_begins_with(prefix: str) -> None:
    code = CreditCode(cast.organisation_code(prefix, "MB0A00018"))
    assert class_of(code).value == CLASSES[prefix]


def test_who_has_which_kinds() -> None:
    withheld = {one: set(SealKind) - kinds for one, kinds in ENTITLED.items() if kinds != frozenset(SealKind)}
    assert withheld == {
        OrganisationClass.ORGAN: {SealKind.INVOICE},
        OrganisationClass.SOLE_TRADER: {SealKind.BRANCH},
    }
    assert set(ENTITLED) == set(OrganisationClass)


@pytest.mark.parametrize(
    ("prefix", "kind", "entitled"),
    [
        ("11", SealKind.INVOICE, False),
        ("91", SealKind.INVOICE, True),
        ("92", SealKind.BRANCH, False),
        ("11", SealKind.BRANCH, True),
    ],
)
def test_a_seal_is_of_a_kind_that_its_owner_may_have(
    house: House, prefix: str, kind: SealKind, *, entitled: bool
) -> None:
    staff = house.fresh_staff(prefix)
    command = house.apply_command(staff, kind=kind)
    if entitled:
        assert house.seals.apply(staff.applicant, command).kind is kind
        return
    head = house.head()
    with pytest.raises(KindNotEntitled) as refused:
        house.seals.apply(staff.applicant, command)
    assert refused.value.code == "seal.kind_not_entitled"
    assert refused.value.details["kind"] == kind.value
    assert house.head() == head


# --- persons


def with_representative(house: House) -> tuple[Staff, str]:
    """Register an organisation that the person of the template represents."""
    person = house.names["person"]
    code = cast.organisation_code("91", f"MB2{house.head() + 100:06d}")
    command = RegisterOrganisation(name="云州市某某公司", credit_code=code, legal_representative=person)
    organisation = house.identity.register_organisation(actor("registrar", Duty.REGISTRAR), command).id
    house.identity.prove(actor("second registrar", Duty.REGISTRAR), organisation)
    return Staff(organisation=organisation, system=""), person


def test_the_legal_representative_has_a_name_seal(house: House) -> None:
    staff, person = with_representative(house)
    command = house.apply_command(staff, kind=SealKind.PERSONAL_NAME, bearer=person, row="")
    seal = house.seals.apply(staff.applicant, command)
    assert (seal.bearer, seal.design.shape, seal.name) == (person, Shape.SQUARE, seal.design.name)
    assert seal.design.name == house.identity.find(person).name.value  # type: ignore[union-attr] # a person


def test_so_has_somebody_with_a_duty_for_it(house: House) -> None:
    staff, person = house.authority, house.names["person"]
    command = house.apply_command(staff, kind=SealKind.PERSONAL_NAME, bearer=person, row="")
    with pytest.raises(BearerNotOfOwner) as refused:
        house.seals.apply(staff.applicant, command)
    assert (refused.value.code, refused.value.details) == ("seal.bearer_not_of_owner", {"bearer": person})
    with house.store.transaction() as tx:
        house.appointing.add_grant(tx, person, Grant(Duty.LICENCE_OFFICER, staff.organisation), by="test")
    assert house.seals.apply(staff.applicant, command).bearer == person


@pytest.mark.parametrize(
    ("kind", "bearer", "error"),
    [
        (SealKind.PERSONAL_NAME, None, BearerMissing),
        (SealKind.BUSINESS, "person", BearerMissing),
        (SealKind.PERSONAL_NAME, "P1", SubjectUnknown),
        (SealKind.PERSONAL_NAME, "frozen", SubjectNotActive),
    ],
)
def test_a_name_seal_is_somebody_s_and_no_other_is(
    house: House, kind: SealKind, bearer: str | None, error: type[TrustError]
) -> None:
    staff, person = with_representative(house)
    if bearer == "frozen":
        house.identity.freeze(actor("registrar", Duty.REGISTRAR), person, reason="涉嫌冒用")
    named = person if bearer in ("person", "frozen") else bearer
    command = house.apply_command(staff, kind=kind, bearer=named, row="")
    with pytest.raises(error) as refused:
        house.seals.apply(staff.applicant, command)
    if error is BearerMissing:
        assert (refused.value.code, refused.value.details) == ("seal.bearer_missing", {"kind": kind.value})


# --- names


def design_of(**changes: Any) -> SealDesign:  # noqa: ANN401 - a design's fields
    """Return a design with the name of the authority."""
    return SealDesign(**{"name": cast.AUTHORITY.name, "row": "业务专用章", **changes})


@pytest.mark.parametrize(
    ("kind", "changes", "fits"),
    [
        (SealKind.BUSINESS, {}, True),
        (SealKind.BUSINESS, {"name": "云州市人民政府"}, False),
        (SealKind.BUSINESS, {"name": cast.AUTHORITY.name + "办公室"}, False),
        (SealKind.BRANCH, {"name": cast.AUTHORITY.name + "办公室"}, True),
        (SealKind.BRANCH, {"name": "云州市人民政府办公室"}, False),
        (SealKind.BUSINESS, {"name": "云州市", "shape": Shape.SQUARE, "diameter_mm": 20, "row": ""}, False),
        (SealKind.FINANCE, {"shape": Shape.OVAL, "diameter_mm": 45, "second_row": "财务专用章"}, True),
    ],
)
def test_an_image_shows_the_name_of_its_owner(
    house: House, kind: SealKind, changes: dict[str, Any], *, fits: bool
) -> None:
    staff, design = house.authority, design_of(**changes)
    command = house.apply_command(staff, kind=kind, design=design)
    if not fits:
        with pytest.raises(DesignNotOfOwner) as refused:
            house.seals.apply(staff.applicant, command)
        assert refused.value.code == "seal.design_not_of_owner"
        return
    seal = house.seals.apply(staff.applicant, command)
    assert (seal.design, seal.name) == (design, design.name + (design.second_row or design.row))


def test_a_picture_must_have_been_uploaded(house: House) -> None:
    staff = house.authority
    picture = UploadedPicture(digest=BlobId("ab" * 32), width_mm=42, height_mm=42)
    design = design_of(shape=Shape.PICTURE, row="", picture=picture)
    with pytest.raises((BlobMissing, ImagePictureMissing)):
        house.seals.apply(staff.applicant, house.apply_command(staff, design=design))


# --- look-alikes


def test_a_reviewer_is_shown_what_a_seal_resembles_and_the_trail_tells_it(house: House) -> None:
    staff, other = house.authority, house.staff("other")
    first = house.active(staff, row="行政审批专用章")
    twin = house.apply(staff, row="行政审批专用章")
    house.apply(other)
    found = house.seals.look(staff.reviewer, twin.id).resemblances
    assert found is not None
    nearest = found.alike[0]
    assert (nearest.seal, nearest.owner, nearest.name, nearest.distance) == (first.id, first.owner, first.name, 0)
    assert all(one.owner == staff.organisation for one in found.alike)
    for one in (staff.applicant, staff.owner, staff.maker, staff.filer):
        assert house.seals.look(one, twin.id).resemblances is None
    house.seals.approve(staff.reviewer, twin.id, reason=REASON)
    (decision,) = (one for one in house.events() if one.tag == "seal:approve:done" and one.subject == twin.id)
    assert str(decision.facts["alike"]).startswith(f"{first.id}:0")


def test_what_a_seal_replaces_or_what_has_ended_is_no_news(house: House) -> None:
    staff = house.authority
    old = house.active(staff, row="行政审批专用章")
    gone = house.apply(staff, row="行政审批专用章")
    house.seals.withdraw(staff.applicant, gone.id, reason=REASON)
    new = house.seals.remake(staff.applicant, house.remake_command(staff, old.id))
    found = house.seals.look(staff.reviewer, new.id).resemblances
    assert found is not None
    assert not {old.id, gone.id} & {one.seal for one in found.alike}


def test_a_double_name_is_pointed_out(house: House) -> None:
    one, other = house.fresh_staff(), house.fresh_staff()
    first = house.apply(one)
    second = house.apply(other)
    found = house.seals.look(one.reviewer, second.id).resemblances
    assert found is not None
    assert found.namesakes == (first.id,)
    house.seals.reject(one.reviewer, second.id, reason=REASON)
    (decision,) = (each for each in house.events() if each.tag == "seal:reject:done" and each.subject == second.id)
    assert decision.facts["namesakes"] == first.id


# --- corrections


def returned(house: House, staff: Staff, **changes: Any) -> str:  # noqa: ANN401 - a command's fields
    """Return an application that was returned."""
    seal = house.seals.apply(staff.applicant, house.apply_command(staff, **changes)).id
    house.seals.return_(staff.reviewer, seal, reason=REASON)
    return seal


def test_a_correction_is_kept_with_what_it_was_before(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    seal = returned(house, staff)
    changes = SealChanges(kind=SealKind.CONTRACT, row="合同专用章")
    mended = house.seals.resubmit(staff.applicant, seal, reason="已补", changes=changes)
    name = cast.AUTHORITY.name
    assert (mended.kind, mended.name, mended.design.row) == (SealKind.CONTRACT, name + "合同专用章", "合同专用章")
    found, history = house.seals.find(staff.reviewer, seal)
    assert found == mended
    changed = history[-1].changes
    assert changed["kind"] == {"was": "business", "is": "contract"}
    assert changed["name"] == {"was": name + "业务专用章", "is": name + "合同专用章"}
    assert changed["design"]["was"]["row"] == "业务专用章"
    (event,) = (one for one in house.events() if one.tag == "seal:resubmit:done" and one.subject == seal)
    assert event.facts["changed"] == "design, kind, name"


def test_what_is_not_corrected_stays(house: House) -> None:
    staff = house.authority
    seal = returned(house, staff)
    before = house.seals.find(staff.reviewer, seal)[0]
    mended = house.seals.resubmit(staff.applicant, seal, reason="已补")
    assert replace(mended, state=before.state, last_actor=before.last_actor) == before
    assert house.seals.find(staff.reviewer, seal)[1][-1].changes == {}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (SealChanges(design=SealDesign(name="云州市人民政府")), DesignNotOfOwner),
        (SealChanges(kind=SealKind.INVOICE), KindNotEntitled),
        (SealChanges(kind=SealKind.PERSONAL_NAME), BearerMissing),
        (SealChanges(bearer="P1"), BearerMissing),
    ],
)
def test_a_correction_is_held_to_the_same_rules(house: House, changes: SealChanges, error: type[TrustError]) -> None:
    staff = house.authority
    seal, head = returned(house, staff), house.head()
    with pytest.raises(error):
        house.seals.resubmit(staff.applicant, seal, reason="已补", changes=changes)
    assert house.head() == head


def test_no_second_statutory_name_seal_comes_by_way_of_correction(house: House) -> None:
    staff = house.fresh_staff()
    first = house.apply(staff, kind=SealKind.STATUTORY_NAME, row="")
    seal = returned(house, staff)
    with pytest.raises(StatutorySealExists) as refused:
        house.seals.resubmit(
            staff.applicant, seal, reason="已补", changes=SealChanges(kind=SealKind.STATUTORY_NAME, row="")
        )
    assert refused.value.details == {"seal": first.id}


# --- codes


def test_codes_have_no_gaps_and_no_doubles_however_many_are_made_at_once(either_house: House) -> None:
    house, staff = either_house, either_house.authority
    approved = [house.approved(staff).id for _ in range(6)]
    makers = [actor(f"maker {number}", Duty.SEAL_MAKER) for number in range(6)]
    works = [partial(make_until_done, house, maker, seal) for maker, seal in zip(makers, approved, strict=True)]
    at_once(*works)
    codes = sorted(str(house.seals.find(staff.reviewer, seal)[0].code) for seal in approved)
    serials = [int(code[6:]) for code in codes]
    assert serials == list(range(serials[0], serials[0] + 6))
    assert {code[:6] for code in codes} == {cast.AREA}
    assert all(len(code) == 14 for code in codes)


def make_until_done(house: House, maker: Any, seal: str) -> object:  # noqa: ANN401 - an actor
    """Make a seal, again where another was faster."""
    for _ in range(20):
        try:
            return house.seals.make(maker, seal)
        except TrustError as error:
            if error.code != "store.lost_race":
                raise
    return None


def test_an_approved_application_is_made_as_it_was_mended(house: House) -> None:
    staff = house.authority
    seal = returned(house, staff)
    house.seals.resubmit(staff.applicant, seal, reason="已补", changes=SealChanges(row="合同专用章"))
    house.seals.approve(staff.reviewer, seal, reason=REASON)
    made = house.seals.make(staff.maker, seal)
    assert made.state is SealState.MADE
    assert made.seal is not None
    assert read_seal(made.seal).name == cast.AUTHORITY.name + "合同专用章"
