"""Personal data is looked at for a purpose, on record before it is answered; and erased where law lets it."""

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from typing_extensions import override

from identity.documents import DocumentKind, ShownDocument
from identity.duties import Actor, Duty, Grant
from identity.errors import CredentialsWrong, SubjectNotActive, SubjectUnknown
from identity.lifecycle import SubjectState
from identity.service import RegisterPerson
from identity.subject import ERASED, Person
from identity.subjects.changes import PURPOSES, ChangeKind, DataField, Purpose
from identity.subjects.disclosing import Disclose, DisclosureService
from identity.subjects.erasing import ERASE, KEPT, Kept, content_of
from identity.subjects.errors import ErasureNotPossible, EvidenceMissing, OwnAffair, PurposeNotPermitted
from identity.subjects.merging import MERGE
from identity.subjects.merging import content_of as merging
from identity.subjects.papers import ADD_DOCUMENT, added_content
from identity.subjects.renaming import RENAME
from identity.subjects.renaming import content_of as naming
from identity.subjects.representatives import REPRESENT
from identity.subjects.representatives import content_of as representing
from tests.identity.builders import FIRST
from tests.identity.subjects.builders import GROUND, Registry
from trust.lifecycle import FourEyesRequired
from trust.store import StoreUnavailable, Transaction

CASE: Final = "办件20261122-0007"
PASSPORT: Final = ShownDocument(kind=DocumentKind.PASSPORT, number="E12345678", country="CHN")
TAG: Final = "identity:disclose:done"


def asked(person: str, purpose: Purpose = Purpose.CORRECTION, *fields: DataField, case: str = CASE) -> Disclose:
    return Disclose(person=person, purpose=purpose, fields=frozenset(fields or DataField), reference=case)


def test_a_registrar_sees_what_the_purpose_allows(registry: Registry) -> None:
    person = registry.office.person("王小明")
    registry.change(ADD_DOCUMENT, person.id, added_content(PASSPORT, GROUND, becomes_known_by=False))
    registry.change(RENAME, person.id, naming("王晓明", GROUND))
    shown = registry.disclosures.disclose(registry.first, asked(person.id))
    assert shown.values == {
        DataField.NAME: ("王晓明",),
        DataField.DOCUMENT: (person.code,),
        DataField.DOCUMENTS: (f"resident_identity_card {person.code}", "passport E12345678"),
        DataField.FORMER_NAMES: ("王小明",),
    }
    assert person.code not in repr(shown)
    assert CASE not in f"{shown!r} {asked(person.id)!r}"


def test_whoever_looked_is_on_record_for_the_person(registry: Registry) -> None:
    person = registry.office.person()
    first = registry.disclosures.disclose(registry.first, asked(person.id, Purpose.COMPLAINT, DataField.NAME))
    registry.office.clock.advance(timedelta(seconds=1))
    second = registry.disclosures.disclose(registry.second, asked(person.id, Purpose.COUNTER_SERVICE, DataField.NAME))
    assert registry.disclosures.accesses(person.id) == (second.access, first.access)
    assert registry.disclosures.accesses(person.id, before=second.access.id) == (first.access,)
    access = first.access
    assert (access.reader, access.duty, access.organisation) == (registry.first.id, Duty.REGISTRAR, None)
    assert (access.purpose, access.fields, access.reference) == (Purpose.COMPLAINT, frozenset({DataField.NAME}), CASE)
    events = [one for one in registry.office.events() if one.tag == TAG]
    assert [(one.actor, one.subject) for one in events] == [
        (registry.first.id, person.id),
        (registry.second.id, person.id),
    ]
    assert events[0].facts == {
        "access": access.id,
        "purpose": "complaint",
        "fields": "name",
        "duty": "registrar",
        "organisation": None,
    }


def test_a_business_system_sees_for_its_organisation(registry: Registry) -> None:
    person, one, other = registry.office.person(), *(registry.office.organisation().id for _ in range(2))
    grants = frozenset({Grant(Duty.BUSINESS_SYSTEM, one), Grant(Duty.LICENCE_OFFICER, other)})
    actor = Actor(id="client", grants=grants, is_client=True)
    command = asked(person.id, Purpose.LICENCE, DataField.NAME)
    assert registry.disclosures.disclose(actor, command).access.organisation == one
    named = Disclose(
        person=person.id, purpose=Purpose.LICENCE, fields=command.fields, reference=CASE, organisation=other
    )
    access = registry.disclosures.disclose(actor, named).access
    assert (access.duty, access.organisation) == (Duty.LICENCE_OFFICER, other)


def test_every_purpose_is_of_its_duties_alone(registry: Registry) -> None:
    for purpose, duty, field in itertools.product(Purpose, Duty, DataField):
        actor = Actor(id="somebody", grants=frozenset({Grant(duty)}))
        command = asked("P0", purpose, field)
        if field in PURPOSES[purpose].get(duty, frozenset()):
            assert registry.disclosures.duty_for(actor, command) == (duty, None)
            continue
        with pytest.raises(PurposeNotPermitted) as refused:
            registry.disclosures.disclose(actor, command)
        assert refused.value.details == {"purpose": purpose.value}


def test_administrators_see_nothing_of_persons() -> None:
    seeing = {duty for purposes in PURPOSES.values() for duty in purposes}
    assert seeing == {Duty.REGISTRAR, Duty.BUSINESS_SYSTEM, Duty.LICENCE_OFFICER}
    assert set(PURPOSES) == set(Purpose)


def test_nothing_is_asked_for_nothing_is_answered(registry: Registry) -> None:
    person = registry.office.person()
    with pytest.raises(PurposeNotPermitted):
        registry.disclosures.disclose(
            registry.first,
            Disclose(person=person.id, purpose=Purpose.CORRECTION, fields=frozenset(), reference=CASE),
        )
    for case in ("", "  ", "一" * 101):
        with pytest.raises(EvidenceMissing):
            registry.disclosures.disclose(registry.first, asked(person.id, case=case))
    for nobody in ("P0", registry.office.organisation().id):
        with pytest.raises(SubjectUnknown):
            registry.disclosures.disclose(registry.first, asked(nobody))
    assert registry.disclosures.accesses(person.id) == ()


def test_without_a_record_nothing_is_shown(registry: Registry) -> None:
    class Broken(DisclosureService):
        """Cannot write."""

        @override
        def record(self, tx: Transaction, access: object) -> None:
            raise StoreUnavailable

    person = registry.office.person()
    broken = Broken(store=registry.office.store, identity=registry.office.identity, repository=registry.repository)
    with pytest.raises(StoreUnavailable):
        broken.disclose(registry.first, asked(person.id))


def test_a_copy_holds_everything(registry: Registry) -> None:
    person = registry.office.person("王小明")
    registry.change(RENAME, person.id, naming("王晓明", GROUND))
    shown = registry.disclosures.disclose(registry.first, asked(person.id))
    copy = registry.history.copy(person.id)
    assert copy.person == registry.person(person.id)
    assert ([one.document.number for one in copy.documents], copy.accesses) == ([person.code], (shown.access,))
    assert ([one.before for one in copy.changes], copy.identifiers) == (["王小明"], (person.id,))
    for text in ("王小明", "王晓明", person.code):
        assert text not in repr(copy)


# --- erasure


def lived(registry: Registry) -> Person:
    """Return a person with a history, at whose data somebody looked."""
    person = registry.office.person("慕容某")
    registry.change(RENAME, person.id, naming("慕容氏", GROUND))
    registry.change(ADD_DOCUMENT, person.id, added_content(PASSPORT, GROUND, becomes_known_by=False))
    registry.disclosures.disclose(registry.first, asked(person.id))
    return person


def test_a_person_asks_and_two_see_to_it(registry: Registry) -> None:
    person = lived(registry)
    session = registry.office.session(person)
    actor = registry.officer(person)
    proposal = registry.propose(ERASE, person.id, content_of(GROUND), by=actor, reason="本人申请注销账号")
    registry.approve(proposal)
    gone = registry.person(person.id)
    assert (gone.state, gone.name.value, gone.document, gone.code) == (SubjectState.ERASED, ERASED, None, "")
    with pytest.raises(CredentialsWrong):
        registry.office.access.actor_of(session.secret)
    copy = registry.history.copy(person.id)
    assert copy.documents == ()
    assert {(one.before, one.after, one.evidence) for one in copy.changes[:2]} == {("", "", "")}
    assert {one.reference for one in copy.accesses} == {""}
    last = copy.changes[-1]
    assert (last.kind, last.reason) == (ChangeKind.ERASE, "")
    kept = "audit_trail issued_licences stampings access_records"
    assert last.details == {"kept": kept, "documents": 2, "changes": 2, "forgotten": 1}
    assert set(KEPT) == set(Kept)


def test_what_was_erased_can_be_registered_anew(registry: Registry) -> None:
    person = lived(registry)
    registry.change(ERASE, person.id, content_of(GROUND))
    with registry.office.store.reading() as view:
        assert registry.office.identity.person_of_code(view, person.code) is None
    command = RegisterPerson(name="慕容氏", citizen_number=person.code)
    assert registry.office.identity.register_person(FIRST, command).id != person.id


def test_a_merged_identifier_is_erased_as_well(registry: Registry) -> None:
    ending, survivor = registry.office.person("慕容某"), registry.office.person("慕容某")
    registry.change(MERGE, ending.id, merging(survivor.id, GROUND))
    registry.change(ERASE, survivor.id, content_of(GROUND))
    for name in (ending.id, survivor.id):
        assert registry.person(name).name.value == ERASED
    assert sorted(registry.forgotten) == sorted([ending.id, ending.id, survivor.id])
    with pytest.raises(SubjectNotActive):
        registry.propose(ERASE, ending.id, content_of(GROUND))


def test_what_is_still_needed_is_not_erased(registry: Registry) -> None:
    organisation = registry.office.organisation()
    officer, head, holder = (registry.office.person() for _ in range(3))
    registry.office.account(officer)
    registry.appoint(officer.id, Grant(Duty.SEAL_OWNER, organisation.id))
    registry.change(REPRESENT, organisation.id, representing(head.id, GROUND))
    registry.needed.add(holder.id)
    for person, fault in ((officer, "duty"), (head, "legal_representative"), (holder, "licence_in_force")):
        with pytest.raises(ErasureNotPossible) as refused:
            registry.propose(ERASE, person.id, content_of(GROUND))
        assert refused.value.details == {"fault": fault}


def test_what_is_needed_since_is_asked_again(registry: Registry) -> None:
    person = registry.office.person()
    proposal = registry.propose(ERASE, person.id, content_of(GROUND))
    registry.needed.add(person.id)
    with pytest.raises(ErasureNotPossible):
        registry.approve(proposal)
    assert registry.person(person.id) == person


def test_nobody_erases_alone(registry: Registry) -> None:
    # Registrars until just now: as long as they are, their data are needed.
    first, second = (replace(registry.officer(registry.office.person()), grants=registry.first.grants) for _ in "ab")
    proposal = registry.propose(ERASE, second.id, content_of(GROUND))
    with pytest.raises(OwnAffair):
        registry.approve(proposal, by=second)
    mine = registry.propose(ERASE, first.id, content_of(GROUND), by=first)
    with pytest.raises(FourEyesRequired):
        registry.approve(mine, by=first)
    frozen = registry.office.person()
    registry.office.identity.freeze(FIRST, frozen.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        registry.propose(ERASE, frozen.id, content_of(GROUND))
    for nobody in ("P0", registry.office.organisation().id):
        with pytest.raises(SubjectUnknown):
            registry.propose(ERASE, nobody, content_of(GROUND))


def test_erasure_is_the_same_on_postgresql(postgres_registry: Registry) -> None:
    person = lived(postgres_registry)
    postgres_registry.change(ERASE, person.id, content_of(GROUND))
    assert postgres_registry.person(person.id).state is SubjectState.ERASED
    assert postgres_registry.history.copy(person.id).documents == ()


def test_what_was_erased_is_in_no_file_even_enciphered(registry: Registry, tmp_path: Path) -> None:
    person = lived(registry)
    statements = (
        ("SELECT protected FROM person WHERE id = ?", person.id),
        ("SELECT protected FROM identity_document WHERE person = ?", person.id),
        ("SELECT protected FROM subject_change WHERE subject = ?", person.id),
        ("SELECT protected FROM data_access WHERE subject = ?", person.id),
    )
    with registry.office.store.writer.connect() as connection:
        kept = [bytes(row[0]) for asked, name in statements for row in connection.exec_driver_sql(asked, (name,))]
    assert len(kept) == 1 + 2 + 2 + 1
    octets = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(one in octets for one in kept)
    registry.change(ERASE, person.id, content_of(GROUND))
    octets = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(one in octets for one in kept)
