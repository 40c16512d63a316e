"""The name of a subject without the rest of it: what a check of a QR code asks for."""

import pytest

from identity.errors import SubjectUnknown
from identity.subject import Named, SubjectKind, new_unified_identifier
from tests.identity.builders import Office


def test_a_name_is_found_by_itself(office: Office) -> None:
    person, organisation = office.register("王小明"), office.organisation()
    with office.store.reading() as view:
        assert office.identity.named(view, person.id) == Named(name="王小明", state=person.state)
        assert office.identity.named(view, organisation.id) == Named(name=organisation.name, state=organisation.state)
    assert "王" not in repr(Named(name="王小明", state=person.state))


@pytest.mark.parametrize("kind", SubjectKind)
def test_nobody_has_no_name(office: Office, kind: SubjectKind) -> None:
    with office.store.reading() as view, pytest.raises(SubjectUnknown):
        office.identity.named(view, new_unified_identifier(kind))
