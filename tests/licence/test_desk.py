"""The issuing desk finds the seals that somebody may use, however many their authority has."""

import pytest
from sqlalchemy import insert, select, text

from api.demo import cast
from identity.duties import Duty
from identity.errors import DutyMissing
from licence.desk import IssuingDesk
from licence.preparing import ISSUE_PURPOSE
from seal.tables import SealRow
from tests.licence.builders import Desk
from tests.licence.test_entitling import let_issue
from trust.rows import Row

SEALS = Row.metadata.tables[SealRow.__tablename__]
OTHERS = 300


@pytest.fixture
def crowded(desk: Desk) -> Desk:
    """Return a desk whose authority has hundreds of seals, all of them newer than the one that it issues with."""
    own = {"code": None, "owner_certificate": None, "document_certificate": None, "filing_number": None}
    with desk.house.store.writer.begin() as connection:
        row = dict(connection.execute(select(SEALS).where(SEALS.c.id == desk.house.seal)).one()._mapping)
        rows = [{**row, **own, "id": f"seal_zz{number:05d}"} for number in range(OTHERS)]
        connection.execute(insert(SEALS), rows)
    return desk


def of(desk: Desk) -> IssuingDesk:
    """Return the service."""
    return desk.house.licences.desk


def test_of_many_seals_the_one_that_may_be_used_is_found(crowded: Desk) -> None:
    view = of(crowded).look(crowded.staff.client, cast.FOOD_TYPE)
    assert [(one.seal.id, one.owner.id) for one in view.seals] == [(crowded.house.seal, crowded.staff.organisation)]


def test_a_delegate_finds_it_too(crowded: Desk) -> None:
    delegate, _ = let_issue(crowded, times=None)
    assert [one.seal.id for one in of(crowded).look(delegate, cast.FOOD_TYPE).seals] == [crowded.house.seal]


def test_whom_nobody_has_authorised_has_no_seal(desk: Desk) -> None:
    assert of(desk).look(desk.officer, cast.FOOD_TYPE).seals == ()
    with pytest.raises(DutyMissing):
        of(desk).look(desk.staff.of(Duty.SEAL_OWNER), cast.FOOD_TYPE)


@pytest.mark.parametrize("change", ["purpose = 'document.stamp'", "withdrawn_at = granted_at"])
def test_what_speaks_of_another_purpose_or_is_over_names_no_seal(desk: Desk, change: str) -> None:
    with desk.house.store.writer.begin() as connection:
        changed = connection.execute(
            text(f"UPDATE seal_authorisation SET {change} WHERE purpose = :purpose"),  # noqa: S608 - of the test
            {"purpose": ISSUE_PURPOSE},
        )
    assert changed.rowcount
    assert of(desk).look(desk.staff.client, cast.FOOD_TYPE).seals == ()


def test_a_seal_that_rests_is_not_offered(desk: Desk) -> None:
    with desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE seal SET state = 'suspended', version = version + 1"))
    assert of(desk).look(desk.staff.client, cast.FOOD_TYPE).seals == ()
