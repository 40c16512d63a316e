"""The catalogue: drafting, reviewing and publishing types, by whom, and what the audit trail says of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.subject import SubjectId
from licence.catalogue import MOST_REMEMBERED, Catalogue, DraftType
from licence.errors import (
    SchemaInvalid,
    TemplateRefused,
    TemplateUnknown,
    TypeCodeMalformed,
    TypeExists,
    TypeNotPublished,
    TypeUnknown,
)
from licence.lifecycle import TypeEvent, TypeState
from licence.template.bundle import TemplateBundle
from licence.types.errors import EffectiveDayInvalid, TypeFileMalformed, TypeVersionUnknown
from licence.types.kind import IssuingAuthority, LicenceType
from licence.types.particulars import HolderCategory, TypeParticulars
from licence.types.validity import Lasting, NoEnd, Unit, day_of
from seal.errors import NotAuthorised
from tests.licence.builders import REASON, Desk, Meanwhile
from tests.seal.houses import actor
from trust.blobs import BlobId, BlobMissing
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

CODE = f"{cast.DEFINER}099"

Step = Callable[[Catalogue, Actor, str], LicenceType]
STEPS: dict[str, tuple[Step, Duty]] = {
    "review": (Catalogue.review, Duty.LICENCE_REVIEWER),
    "refuse": (partial(Catalogue.refuse, reason=REASON), Duty.LICENCE_REVIEWER),
    "return": (Catalogue.return_, Duty.LICENCE_OFFICER),
    "publish": (Catalogue.publish, Duty.LICENCE_OFFICER),
    "retire": (Catalogue.retire, Duty.LICENCE_REVIEWER),
}
WAY = {
    TypeState.DRAFT: (),
    TypeState.RETURNED: ("refuse",),
    TypeState.REVIEWED: ("review",),
    TypeState.PUBLISHED: ("review", "publish"),
    TypeState.RETIRED: ("review", "publish", "retire"),
}
"""How a draft gets into each state."""


PARTICULARS = TypeParticulars(
    code=CODE,
    name="食品经营许可证",
    holders=frozenset({HolderCategory.LEGAL_PERSON}),
    schema=cast.FOOD_SCHEMA,
    validity=Lasting(count=5, unit=Unit.YEARS),
)


def draft(desk: Desk, **changes: Any) -> DraftType:  # noqa: ANN401 - a command's fields, or the particulars'
    own = {name: changes.pop(name) for name in ("issuer", "template", "issuing") if name in changes}
    command = DraftType(
        issuer=desk.staff.organisation, template="food_permit", particulars=replace(PARTICULARS, **changes)
    )
    return replace(command, **own)


def drafted(desk: Desk, state: TypeState = TypeState.DRAFT) -> LicenceType:
    """Return a type in `state`, which others than the officers of `desk` have taken there."""
    catalogue = desk.house.catalogue
    kind = catalogue.draft(desk.staff.of(Duty.LICENCE_OFFICER, "drafter"), draft(desk))
    for name in WAY[state]:
        step, duty = STEPS[name]
        kind = step(catalogue, desk.staff.of(duty, f"who does {name}"), kind.id)
    assert kind.state is state
    return kind


def test_a_draft_is_kept_as_it_was_given(any_desk: Desk) -> None:
    catalogue = any_desk.house.catalogue
    kind = catalogue.draft(any_desk.officer, draft(any_desk))
    issuer = any_desk.house.identity.find(any_desk.staff.organisation).id
    assert kind == LicenceType(
        id=kind.id,
        state=TypeState.DRAFT,
        last_actor=any_desk.officer.id,
        version=1,
        issuer=issuer,
        issuing=(IssuingAuthority(authority=issuer),),
        template="food_permit",
        effective_from=None,
        particulars=PARTICULARS,
    )
    assert kind == catalogue.find(kind.id) == catalogue.find(CODE)
    assert kind in catalogue.all()


def test_the_catalogue_is_in_the_order_of_type_codes(desk: Desk) -> None:
    drafted(desk)
    codes = [kind.code for kind in desk.house.catalogue.all()]
    assert codes == sorted(codes)
    assert len(codes) == 4


def test_a_type_that_is_not_there_is_unknown(desk: Desk) -> None:
    for name in ("", "type_1", CODE, "x' OR 1=1"):
        with pytest.raises(TypeUnknown):
            desk.house.catalogue.find(name)
        for step in (Catalogue.review, Catalogue.retire):
            with pytest.raises(TypeUnknown):
                step(desk.house.catalogue, desk.staff.licence_reviewer, name)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "099"}, TypeCodeMalformed),
        ({"code": f"{cast.DEFINER}\uff10\uff19\uff19"}, TypeCodeMalformed),
        ({"schema": {}}, SchemaInvalid),
        ({"schema": {**cast.FOOD_SCHEMA, "$ref": "#"}}, SchemaInvalid),
        ({"name": "许可\u200b证"}, CharacterNotCovered),
        ({"template": "unknown"}, TemplateUnknown),
        ({"template": "../templates/food_permit"}, TemplateUnknown),
        ({"issuer": "O0"}, DutyMissing),
    ],
)
def test_a_wrong_draft_leaves_nothing_behind(desk: Desk, changes: dict[str, object], error: type[Exception]) -> None:
    before = desk.head()
    with pytest.raises(error):
        desk.house.catalogue.draft(desk.officer, draft(desk, **changes))
    assert before == desk.head()
    assert len(desk.house.catalogue.all()) == 3


def test_a_person_issues_nothing(desk: Desk) -> None:
    person = desk.house.names["person"]
    with pytest.raises(SubjectUnknown):
        desk.house.catalogue.draft(actor("officer", Grant(Duty.LICENCE_OFFICER, person)), draft(desk, issuer=person))


def test_a_frozen_authority_drafts_nothing(desk: Desk) -> None:
    desk.house.identity.freeze(actor("r", Duty.REGISTRAR), desk.staff.organisation, reason=REASON)
    with pytest.raises(SubjectNotActive):
        desk.house.catalogue.draft(desk.officer, draft(desk))


def test_who_drafts_is_an_officer_of_the_issuer(desk: Desk) -> None:
    before = desk.head()
    reviewer = desk.staff.licence_reviewer
    for stranger in (*desk.strangers().values(), reviewer, desk.staff.client):
        with pytest.raises(DutyMissing):
            desk.house.catalogue.draft(stranger, draft(desk))
    assert before == desk.head()


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", TypeState)
def test_each_step_from_each_state(desk: Desk, state: TypeState, name: str) -> None:
    kind = drafted(desk, state)
    step, duty = STEPS[name]
    somebody, before = desk.staff.of(duty, "somebody"), desk.head()
    allowed = {
        ("review", TypeState.DRAFT): TypeState.REVIEWED,
        ("refuse", TypeState.DRAFT): TypeState.RETURNED,
        ("return", TypeState.REVIEWED): TypeState.RETURNED,
        ("publish", TypeState.REVIEWED): TypeState.PUBLISHED,
        ("retire", TypeState.PUBLISHED): TypeState.RETIRED,
    }
    target = allowed.get((name, state))
    if target is None:
        with pytest.raises(EventNotPossible) as refused:
            step(desk.house.catalogue, somebody, kind.id)
        assert refused.value.details == {"state": state.value, "event": name}
        assert (before, kind) == (desk.head(), desk.house.catalogue.find(kind.id))
    else:
        moved = step(desk.house.catalogue, somebody, CODE)
        day = day_of(desk.house.clock.now()) if name == "publish" else kind.effective_from
        remark = REASON if name == "refuse" else ""
        assert moved == replace(kind, state=target, last_actor="somebody", effective_from=day, remark=remark)
        assert moved == desk.house.catalogue.find(kind.id)
        event = desk.events()[-1]
        assert (event.tag, event.actor, event.subject) == (f"licence_type:{name}:done", "somebody", kind.id)
        told = {"effective_from": day_of(desk.house.clock.now()).isoformat()} if name == "publish" else {}
        told |= {"reason": REASON} if name == "refuse" else {}
        assert event.facts == {"code": CODE, "version": 1, "state": target.value} | told


def test_a_refused_draft_is_drafted_anew(desk: Desk) -> None:
    catalogue, reviewer = desk.house.catalogue, desk.staff.licence_reviewer
    kind = drafted(desk, TypeState.DRAFT)
    for reason in ("", "x"):
        with pytest.raises(ReasonMissing):
            catalogue.refuse(reviewer, kind.id, reason=reason)
    with pytest.raises(FourEyesRequired):
        catalogue.refuse(desk.staff.of(Duty.LICENCE_REVIEWER, kind.last_actor), kind.id, reason=REASON)
    refused = catalogue.refuse(reviewer, kind.id, reason=REASON)
    both = desk.staff.of(Duty.LICENCE_REVIEWER, kind.last_actor)
    with pytest.raises(EventNotPossible):  # nobody lets it pass as it is
        catalogue.review(both, kind.id)
    again = catalogue.draft(desk.officer, draft(desk))
    assert (refused.remark, again.state, again.version, again.remark) == (REASON, TypeState.DRAFT, 1, "")
    assert catalogue.review(reviewer, kind.id).state is TypeState.REVIEWED


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("review", TypeState.DRAFT),
        ("refuse", TypeState.DRAFT),
        ("return", TypeState.REVIEWED),
        ("publish", TypeState.REVIEWED),
        ("retire", TypeState.PUBLISHED),
    ],
)
def test_each_step_needs_its_duty_and_a_second_person(desk: Desk, name: str, state: TypeState) -> None:
    kind = drafted(desk, state)
    step, duty = STEPS[name]
    before = desk.head()
    other_duty = Duty.LICENCE_OFFICER if duty is Duty.LICENCE_REVIEWER else Duty.LICENCE_REVIEWER
    elsewhere = actor("elsewhere", Grant(duty, desk.house.names["other"]))
    for stranger in (desk.staff.of(other_duty, "somebody"), elsewhere, desk.staff.client, actor("nobody")):
        with pytest.raises(DutyMissing):
            step(desk.house.catalogue, stranger, kind.id)
    with pytest.raises(FourEyesRequired):
        step(desk.house.catalogue, desk.staff.of(duty, kind.last_actor), kind.id)
    assert (before, kind) == (desk.head(), desk.house.catalogue.find(kind.id))


def test_drafting_is_on_record(desk: Desk) -> None:
    kind = desk.house.catalogue.draft(desk.officer, draft(desk))
    event = desk.events()[-1]
    assert (event.tag, event.actor, event.subject) == ("licence_type:draft:done", desk.officer.id, kind.id)
    assert event.facts == {"code": CODE, "version": 1, "state": "draft", "template": "food_permit"}


def test_a_returned_type_is_drafted_anew_and_reviewed_anew(any_desk: Desk) -> None:
    catalogue, staff = any_desk.house.catalogue, any_desk.staff
    first = drafted(any_desk, TypeState.REVIEWED)
    returned = catalogue.return_(any_desk.second, first.id)
    drafter = staff.of(Duty.LICENCE_REVIEWER, any_desk.officer.id)
    with pytest.raises(EventNotPossible):  # who drafted it does not review it, though another took the step before
        catalogue.review(drafter, first.id)
    assert (returned.state, returned.last_actor) == (TypeState.RETURNED, any_desk.second.id)
    schema = {**cast.BUSINESS_SCHEMA, "title": "营业执照"}
    changes: dict[str, Any] = {
        "name": "营业执照",
        "template": "business_licence",
        "schema": schema,
        "holders": frozenset({HolderCategory.NATURAL_PERSON}),
        "validity": NoEnd(),
    }
    command = draft(any_desk, **changes)
    again = catalogue.draft(any_desk.officer, command)
    expected = replace(
        first,
        particulars=command.particulars,
        template="business_licence",
        state=TypeState.DRAFT,
        last_actor=any_desk.officer.id,
    )
    assert again == expected == catalogue.find(CODE)
    with pytest.raises(FourEyesRequired):
        catalogue.review(staff.of(Duty.LICENCE_REVIEWER, "first officer"), first.id)
    assert catalogue.review(staff.licence_reviewer, first.id).state is TypeState.REVIEWED
    drafts = [tag for tag in any_desk.tags(first.id) if tag == "licence_type:draft:done"]
    assert len(drafts) == 2


@pytest.mark.parametrize("state", [TypeState.REVIEWED, TypeState.RETIRED])
def test_what_is_under_review_or_retired_is_not_drafted_anew(desk: Desk, state: TypeState) -> None:
    kind, before = drafted(desk, state), desk.head()
    with pytest.raises(TypeExists) as refused:
        desk.house.catalogue.draft(desk.officer, draft(desk, name="别的证"))
    assert refused.value.details == {"code": CODE}
    assert (before, kind) == (desk.head(), desk.house.catalogue.find(CODE))


def test_another_authority_does_not_draft_over_ours(desk: Desk) -> None:
    kind, other = drafted(desk), desk.house.staff("other")
    with pytest.raises(TypeExists):
        desk.house.catalogue.draft(other.officer, draft(desk, issuer=other.organisation))
    assert kind == desk.house.catalogue.find(CODE)


def test_of_two_who_move_a_type_at_once_one_is_told(any_desk: Desk) -> None:
    kind = drafted(any_desk, TypeState.REVIEWED)
    catalogue = any_desk.house.catalogue
    other = Meanwhile(any_desk, "commit:licence_type:publish:done", lambda: catalogue.return_(any_desk.second, kind.id))
    assert catalogue.publish(any_desk.officer, kind.id).state is TypeState.PUBLISHED
    assert isinstance(other.outcome(), EventNotPossible | LostRace)
    assert catalogue.find(kind.id).state is TypeState.PUBLISHED


def test_of_two_who_draft_one_code_at_once_one_type_comes(any_desk: Desk) -> None:
    catalogue = any_desk.house.catalogue
    other = Meanwhile(
        any_desk,
        "commit:licence_type:draft:done",
        lambda: catalogue.draft(any_desk.second, draft(any_desk)),
    )
    first = catalogue.draft(any_desk.officer, draft(any_desk))
    outcome = other.outcome()
    assert isinstance(outcome, LostRace | LicenceType)
    assert [kind.id for kind in catalogue.all() if kind.code == CODE] == [first.id]


# --- versions


def publish(desk: Desk, command: DraftType, *, effective_from: date | None = None) -> LicenceType:
    """Take a draft to its publication, each step by somebody else."""
    catalogue, staff = desk.house.catalogue, desk.staff
    kind = catalogue.draft(staff.of(Duty.LICENCE_OFFICER, "drafter"), command)
    catalogue.review(staff.licence_reviewer, kind.id)
    return catalogue.publish(staff.of(Duty.LICENCE_OFFICER, "publisher"), kind.id, effective_from=effective_from)


def test_the_version_in_effect_on_a_day_is_the_one_that_counts(any_desk: Desk) -> None:
    catalogue, today = any_desk.house.catalogue, day_of(any_desk.house.clock.now())
    first = publish(any_desk, draft(any_desk))
    later = publish(any_desk, draft(any_desk, name="食品许可证"), effective_from=today + timedelta(days=10))
    assert (first.version, later.version, first.id) == (1, 2, later.id)
    with any_desk.house.store.reading() as view:
        for days, version in ((0, first), (9, first), (10, later), (9999, later)):
            for _ in range(2):  # once read, and once known
                assert version == catalogue.in_effect(view, CODE, today + timedelta(days=days))
        with pytest.raises(TypeNotPublished) as refused:
            catalogue.in_effect(view, first.id, today - timedelta(days=1))
        assert refused.value.details == {"type": first.id, "state": "not_in_effect"}
        assert (first, later) == (catalogue.version(view, CODE, 1), catalogue.version(view, CODE, 2))
        assert first == catalogue.version(view, CODE, None)
        with pytest.raises(TypeVersionUnknown):
            catalogue.version(view, CODE, 3)
    assert (first, later) == catalogue.versions(CODE)
    assert first == catalogue.find(CODE)
    any_desk.house.clock.advance(timedelta(days=10))
    assert later == catalogue.find(CODE)
    assert later in catalogue.all()


def test_what_a_version_is_called_follows_a_draft_and_stays_once_it_is_published(desk: Desk) -> None:
    catalogue = desk.house.catalogue

    def called(number: int) -> str:
        with desk.house.store.reading() as view:
            assert catalogue.named(view, CODE, number).code == CODE
            return catalogue.named(view, CODE, number).name

    catalogue.draft(desk.officer, draft(desk, name="食品经营"))
    assert called(1) == "食品经营"
    first = publish(desk, draft(desk, name="食品经营证"))
    assert called(1) == called(1) == first.name == "食品经营证"
    second = publish(desk, draft(desk, name="食品许可证"))
    assert (called(1), called(2)) == (first.name, second.name)
    with desk.house.store.reading() as view, pytest.raises(TypeVersionUnknown):
        catalogue.named(view, CODE, 3)


def test_the_day_begins_in_china(desk: Desk) -> None:
    clock, catalogue = desk.house.clock, desk.house.catalogue
    today = day_of(clock.now())
    publish(desk, draft(desk))
    later = publish(desk, draft(desk, name="食品许可证"), effective_from=today + timedelta(days=1))
    midnight = datetime.combine(today + timedelta(days=1), time(), timezone(timedelta(hours=8)))
    clock.advance(midnight - clock.now() - timedelta(seconds=1))
    assert catalogue.find(CODE).version == 1
    clock.advance(timedelta(seconds=1))
    assert later == catalogue.find(CODE)


def test_a_draft_of_the_next_version_changes_nothing_until_its_day(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    first = publish(desk, draft(desk))
    next_one = catalogue.draft(desk.officer, draft(desk, name="食品许可证"))
    assert (next_one.version, next_one.effective_from) == (2, None)
    again = catalogue.draft(desk.officer, draft(desk, name="食品经营证"))
    assert (again.version, again.name) == (2, "食品经营证")
    assert first == catalogue.find(CODE) == catalogue.versions(CODE)[0]
    assert again == catalogue.newest(CODE)


def test_a_type_that_comes_into_effect_later_is_not_issued_before(desk: Desk) -> None:
    day = day_of(desk.house.clock.now()) + timedelta(days=1)
    coming = publish(desk, draft(desk), effective_from=day)
    assert coming == desk.house.catalogue.find(CODE)
    with pytest.raises(TypeNotPublished):
        desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))


def test_a_version_is_not_in_effect_before_today_nor_before_the_one_that_it_follows(desk: Desk) -> None:
    today = day_of(desk.house.clock.now())
    with pytest.raises(EffectiveDayInvalid) as refused:
        publish(desk, draft(desk), effective_from=today - timedelta(days=1))
    assert refused.value.details == {"day": today.isoformat()}
    desk.house.catalogue.return_(desk.second, CODE)
    publish(desk, draft(desk), effective_from=today + timedelta(days=5))
    with pytest.raises(EffectiveDayInvalid):
        publish(desk, draft(desk), effective_from=today + timedelta(days=4))
    desk.house.catalogue.return_(desk.second, CODE)
    assert publish(desk, draft(desk)).effective_from == today + timedelta(days=5)


def test_retiring_ends_every_version_and_no_draft_brings_the_type_back(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    publish(desk, draft(desk))
    publish(desk, draft(desk), effective_from=day_of(desk.house.clock.now()) + timedelta(days=5))
    catalogue.draft(desk.officer, draft(desk, name="食品许可证"))
    catalogue.retire(desk.staff.licence_reviewer, CODE)
    states = [one.state for one in catalogue.versions(CODE)]
    assert states == [TypeState.RETIRED, TypeState.RETIRED, TypeState.DRAFT]
    with pytest.raises(EventNotPossible) as refused:
        catalogue.review(desk.staff.licence_reviewer, CODE)
    assert refused.value.details == {"state": "retired", "event": "review"}
    with pytest.raises(TypeExists):
        catalogue.draft(desk.officer, draft(desk))
    with desk.house.store.reading() as view, pytest.raises(TypeNotPublished):
        catalogue.in_effect(view, CODE, date.max)


def test_a_licence_keeps_the_version_that_it_was_issued_after(desk: Desk) -> None:
    publish(desk, draft(desk))
    before = desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))
    publish(desk, draft(desk, name="食品许可证", validity=NoEnd()))
    after = desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))
    assert [one.type_version for one in (before, after)] == [1, 2]
    assert (before.last_day, after.last_day) == (date(2031, 11, 21), None)
    assert before.claim is not None
    verdict = desk.house.verification.claim(before.claim.rpartition("/")[2])
    assert verdict.standing is not None
    assert verdict.standing.type_name == "食品经营许可证"


def test_a_template_that_fails_its_checks_is_neither_reviewed_nor_published(desk: Desk) -> None:
    # Nowhere in that template is there a place for the field.
    schema = {**cast.FOOD_SCHEMA, "properties": {**cast.FOOD_SCHEMA["properties"], "colour": cast.text_field(10)}}
    desk.house.catalogue.draft(desk.officer, draft(desk, schema=schema))
    with pytest.raises(TemplateRefused) as refused:
        desk.house.catalogue.review(desk.staff.licence_reviewer, CODE)
    assert refused.value.details["place"] == "colour"
    assert desk.house.catalogue.find(CODE).state is TypeState.DRAFT


def test_only_so_many_checks_are_remembered_and_the_oldest_is_forgotten(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    catalogue.passed = dict.fromkeys(str(number).encode() for number in range(MOST_REMEMBERED))
    drafted(desk, TypeState.REVIEWED)
    assert len(catalogue.passed) == MOST_REMEMBERED
    assert b"0" not in catalogue.passed
    assert b"1" in catalogue.passed


def test_a_version_that_is_drafted_anew_under_review_is_a_lost_race(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    looked_at = drafted(desk)
    catalogue.draft(desk.second, draft(desk, name="食品许可证"))
    with pytest.raises(LostRace):
        catalogue.move(desk.staff.licence_reviewer, looked_at, TypeEvent.REVIEW, Duty.LICENCE_REVIEWER)


# --- who issues


def test_several_authorities_issue_one_type_each_with_its_own_seal(desk: Desk) -> None:
    house = desk.house
    ours, theirs = desk.staff.organisation, house.names["other"]
    both = (
        IssuingAuthority(authority=SubjectId(ours), seal="seal_none"),
        IssuingAuthority(authority=SubjectId(theirs)),
    )
    kind = publish(desk, draft(desk, issuing=both))
    assert kind.issuing == both
    assert not kind.lets(ours, house.seal)
    assert kind.lets(ours, "seal_none")
    assert kind.lets(theirs, house.seal)
    with pytest.raises(NotAuthorised):
        desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))
    publish(desk, draft(desk, issuing=(IssuingAuthority(authority=SubjectId(theirs)),)))
    with pytest.raises(DutyMissing):
        desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))
    publish(desk, draft(desk, issuing=(both[1], IssuingAuthority(authority=SubjectId(ours), seal=house.seal))))
    assert desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE)).issuer == ours


# --- files and templates


def test_a_version_comes_out_as_it_went_in(any_desk: Desk) -> None:
    catalogue = any_desk.house.catalogue
    kind = catalogue.draft(any_desk.officer, draft(any_desk))
    file = catalogue.export(CODE, 1)
    again = catalogue.import_(any_desk.second, any_desk.staff.organisation, file)
    assert again.particulars == kind.particulars
    assert again.template == any_desk.house.renderer.bundle("food_permit").reference
    assert file == catalogue.export(CODE, 1)
    assert catalogue.review(any_desk.staff.licence_reviewer, CODE).state is TypeState.REVIEWED
    with pytest.raises(TypeFileMalformed):
        catalogue.import_(any_desk.second, any_desk.staff.organisation, file[:-1])


def test_a_licence_is_issued_with_a_template_out_of_a_file(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    drafted(desk)
    catalogue.import_(desk.officer, desk.staff.organisation, catalogue.export(CODE, 1))
    catalogue.review(desk.staff.licence_reviewer, CODE)
    catalogue.publish(desk.officer, CODE)
    licence = desk.issue(type=CODE, data=cast.food_record(cast.ENTERPRISE))
    assert licence.file is not None


def test_another_template_makes_another_version(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    first = publish(desk, draft(desk))
    bundle = desk.house.renderer.bundle("food_permit")
    other = TemplateBundle({**bundle.files, "note.typ": b"// another one"})
    second = catalogue.replace_template(desk.officer, CODE, other)
    assert (second.version, second.template, second.particulars) == (2, other.reference, first.particulars)
    assert [one.place for one in catalogue.differences(CODE, 2)] == ["template"]
    assert catalogue.preview_png(CODE, 2, {"hotline": "12345"}, page=1, dpi=36)[:4] == b"\x89PNG"
    assert catalogue.preview_pdf(CODE, 1, {})[:5] == b"%PDF-"
    with pytest.raises(TemplateRefused):
        catalogue.preview_png(CODE, 2, {}, page=2, dpi=36)


def test_another_template_undoes_no_change_that_was_made_meanwhile(desk: Desk) -> None:
    catalogue = desk.house.catalogue
    drafted(desk)
    bundle = desk.house.renderer.bundle("food_permit")
    other = TemplateBundle({**bundle.files, "note.typ": b"// another one"})
    changed = draft(desk, name="小餐饮经营许可证")
    desk.house.faults.meanwhile("put", lambda: catalogue.draft(desk.second, changed))
    with pytest.raises(LostRace):
        catalogue.replace_template(desk.officer, CODE, other)
    assert catalogue.newest(CODE).name == "小餐饮经营许可证"


def test_of_who_may_not_draft_nothing_is_kept(desk: Desk) -> None:
    bundle = desk.house.renderer.bundle("food_permit")
    other = TemplateBundle({**bundle.files, "note.typ": b"// another one"})
    stranger = desk.house.staff("other").officer
    with pytest.raises(DutyMissing):
        desk.house.catalogue.draft(stranger, draft(desk, template=other))
    with pytest.raises(BlobMissing):
        desk.house.blobs.get(BlobId(other.digest))
