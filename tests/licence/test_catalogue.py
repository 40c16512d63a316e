"""The catalogue: drafting, reviewing and publishing types, by whom, and what the audit trail says of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.subject import SubjectKind
from licence.catalogue import Catalogue, DraftType
from licence.errors import SchemaInvalid, TemplateUnknown, TypeCodeMalformed, TypeExists, TypeUnknown
from licence.kinds import LicenceType
from licence.lifecycle import TypeState
from tests.licence.builders import REASON, Desk, Meanwhile
from tests.seal.houses import actor
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.store import LostRace
from trust.typefaces import CharacterNotCovered

CODE = f"{cast.DEFINER}099"

Step = Callable[[Catalogue, Actor, str], LicenceType]
STEPS: dict[str, tuple[Step, Duty]] = {
    "review": (Catalogue.review, Duty.LICENCE_REVIEWER),
    "return": (Catalogue.return_, Duty.LICENCE_OFFICER),
    "publish": (Catalogue.publish, Duty.LICENCE_OFFICER),
    "retire": (Catalogue.retire, Duty.LICENCE_REVIEWER),
}
WAY = {
    TypeState.DRAFT: (),
    TypeState.REVIEWED: ("review",),
    TypeState.PUBLISHED: ("review", "publish"),
    TypeState.RETIRED: ("review", "publish", "retire"),
}
"""How a draft gets into each state."""


def draft(desk: Desk, **changes: Any) -> DraftType:  # noqa: ANN401 - a command's fields
    command = DraftType(
        code=CODE,
        name="食品经营许可证",
        issuer=desk.staff.organisation,
        template="food_permit",
        holder_kind=SubjectKind.ORGANISATION,
        schema=cast.FOOD_SCHEMA,
        lifetime_days=1825,
    )
    return replace(command, **changes)


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
    assert kind == LicenceType(
        id=kind.id,
        state=TypeState.DRAFT,
        last_actor=any_desk.officer.id,
        code=CODE,
        name="食品经营许可证",
        issuer=any_desk.house.identity.find(any_desk.staff.organisation).id,
        template="food_permit",
        holder_kind=SubjectKind.ORGANISATION,
        schema=cast.FOOD_SCHEMA,
        lifetime_days=1825,
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
        with pytest.raises(TypeUnknown):
            desk.house.catalogue.review(desk.staff.licence_reviewer, name)


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
        ({"issuer": "O0"}, SubjectUnknown),
    ],
)
def test_a_wrong_draft_leaves_nothing_behind(desk: Desk, changes: dict[str, object], error: type[Exception]) -> None:
    before = desk.head()
    with pytest.raises(error):
        desk.house.catalogue.draft(desk.officer, draft(desk, **changes))
    assert before == desk.head()
    assert len(desk.house.catalogue.all()) == 3


def test_a_person_issues_nothing(desk: Desk) -> None:
    with pytest.raises(SubjectUnknown):
        desk.house.catalogue.draft(desk.officer, draft(desk, issuer=desk.house.names["person"]))


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
        ("return", TypeState.REVIEWED): TypeState.DRAFT,
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
        assert moved == replace(kind, state=target, last_actor="somebody")
        assert moved == desk.house.catalogue.find(kind.id)
        event = desk.events()[-1]
        assert (event.tag, event.actor, event.subject) == (f"licence_type:{name}:done", "somebody", kind.id)
        assert event.facts == {"code": CODE, "state": target.value}


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("review", TypeState.DRAFT),
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
    assert event.facts == {"code": CODE, "state": "draft"}


def test_a_returned_type_is_drafted_anew_and_reviewed_anew(any_desk: Desk) -> None:
    catalogue, staff = any_desk.house.catalogue, any_desk.staff
    first = drafted(any_desk, TypeState.REVIEWED)
    catalogue.return_(any_desk.second, first.id)
    schema = {**cast.BUSINESS_SCHEMA, "title": "营业执照"}
    changes: dict[str, Any] = {
        "name": "营业执照",
        "template": "business_licence",
        "schema": schema,
        "holder_kind": SubjectKind.PERSON,
        "lifetime_days": None,
    }
    again = catalogue.draft(any_desk.officer, draft(any_desk, **changes))
    expected = replace(first, **changes, state=TypeState.DRAFT, last_actor=any_desk.officer.id)
    assert again == expected == catalogue.find(CODE)
    with pytest.raises(FourEyesRequired):
        catalogue.review(staff.of(Duty.LICENCE_REVIEWER, "first officer"), first.id)
    assert catalogue.review(staff.licence_reviewer, first.id).state is TypeState.REVIEWED
    drafts = [tag for tag in any_desk.tags(first.id) if tag == "licence_type:draft:done"]
    assert len(drafts) == 2


@pytest.mark.parametrize("state", [TypeState.REVIEWED, TypeState.PUBLISHED, TypeState.RETIRED])
def test_what_was_reviewed_is_not_drafted_anew(desk: Desk, state: TypeState) -> None:
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
