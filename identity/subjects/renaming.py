"""Changes of names 变更姓名、名称: with the day on which they take effect, and the names of before 曾用名.

What stands in licences and on seals that were issued is not rewritten. A seal that bears an earlier name is for the
issuing department to cancel: it is told which ones there are.
"""

from collections.abc import Mapping
from dataclasses import replace

from typing_extensions import override

from identity.four_eyes.proposals import Proposal
from identity.repository import IdentityRepository
from identity.service import organisation_name
from identity.subject import Organisation, Person, PersonName
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import NothingChanges
from identity.subjects.handling import Made, SubjectHandler, keep, require_order
from identity.subjects.repository import SubjectRepository
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["RENAME", "Renaming", "content_of", "name_of", "rename"]

RENAME = "subject:rename"


def name_of(subject: Person | Organisation) -> str:
    """Return the name of a subject in clear."""
    return subject.name.value if isinstance(subject, Person) else subject.name


def renamed(subject: Person | Organisation, name: str) -> Person | Organisation:
    """Return a subject under another name. Raise what is wrong with that, and `NothingChanges`."""
    after: Person | Organisation
    if isinstance(subject, Person):
        after = replace(subject, name=PersonName(name.strip()))
    else:
        after = replace(subject, name=organisation_name(name))
    if name_of(after) == name_of(subject):
        raise NothingChanges
    return after


def content_of(name: str, ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed."""
    return {"name": name, **ground.content}


def rename(
    tx: Transaction,
    found: Person | Organisation,
    name: str,
    made: Made,
    *,
    people: IdentityRepository,
    repository: SubjectRepository,
) -> Person | Organisation:
    """Give a subject another name within a use case of somebody else, such as what a platform above tells of it."""
    after = renamed(found, name)
    if isinstance(after, Person):
        people.change_person(tx, after)
    else:
        people.change_organisation(tx, after)
    keep(repository, tx, made, subject=found.id, kind=ChangeKind.RENAME, before=name_of(found), after=name_of(after))
    return after


class Renaming(SubjectHandler):
    """The change of a person's or an organisation's name."""

    kind: str = RENAME

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `NothingChanges`, `ChangeOutOfOrder`.

        And `PersonNameMalformed` or `CharacterNotCovered` for the name.
        """
        super().check(view, proposal)
        renamed(self.require_living(view, proposal.subject), str(proposal.content["name"]))
        ground = Ground.of(proposal.content)
        require_order(
            self.repository, view, subject=proposal.subject, kind=ChangeKind.RENAME, effective_on=ground.effective_on
        )

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Give the subject its new name, and keep the old one."""
        found = self.require_living(tx, proposal.subject)
        name, made = str(proposal.content["name"]), Made.of(proposal, by=by)
        rename(tx, found, name, made, people=self.identity.repository, repository=self.repository)

    @override
    def shown(self, proposal: Proposal) -> Mapping[str, Fact]:
        """Mask the name."""
        name = str(proposal.content["name"])
        is_person = proposal.subject.startswith("P")
        return {**proposal.content, "name": PersonName(name).masked if is_person else name}

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell the name of now, masked as the new one is."""
        found = self.require_living(view, proposal.subject)
        return {"name": found.name.masked if isinstance(found, Person) else found.name}
