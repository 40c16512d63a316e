"""Erasure of a person's data at their request 个人信息删除 (个人信息保护法 art. 47), as far as law lets it.

What is still needed keeps it from being done: a licence in force, a duty, the representation of an organisation. What
must be kept by law stays, and is named with its ground in the receipt. The rest is overwritten or deleted: name,
documents, earlier names, ways in. The identifier stays, and says nothing of whom it was.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from typing_extensions import override

from identity.duties import Duty
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.four_eyes.proposals import Proposal
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, SubjectEvent
from identity.service import IdentityService
from identity.subject import ERASED, Person, PersonName
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import ErasureNotPossible, OwnAffair
from identity.subjects.handling import Made, SubjectHandler, keep
from identity.subjects.merging import Forget
from identity.subjects.repository import SubjectRepository
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["ERASE", "KEPT", "Erasing", "Kept", "StillNeeded", "content_of"]

ERASE: Final = "person:erase"

StillNeeded = Callable[[Reading, str], bool]
"""Tells whether another part of the house still needs a person's data, such as for a licence in force."""


class Kept(StrEnum):
    """What is kept, and not erased."""

    AUDIT_TRAIL = "audit_trail"  # 审计记录
    ISSUED_LICENCES = "issued_licences"  # 已签发证照及其签发记录
    STAMPINGS = "stampings"  # 用印记录
    ACCESS_RECORDS = "access_records"  # 查询记录


KEPT: Final[Mapping[Kept, str]] = {
    Kept.AUDIT_TRAIL: "网络安全法 art. 21(3): logs are kept for six months at least; the trail names no person",
    Kept.ISSUED_LICENCES: "个人信息保护法 art. 47, last paragraph: what an authority issued is kept while law says so",
    Kept.STAMPINGS: "电子签名法 art. 6: electronic documents are kept as they were made; the ledger names no person",
    Kept.ACCESS_RECORDS: "个人信息保护法 art. 54: how personal data was handled can be audited; the case is erased",
}
"""With the ground on which each is kept. Which periods a region sets beyond these is its operator's to say."""


def content_of(ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed; the evidence is the request of the person."""
    return ground.content


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the other parts of the house do about an erasure."""

    needs: Mapping[str, StillNeeded]
    """What keeps it from being done, by the fault that is told."""

    forgets: tuple[Forget, ...]


class Erasing(SubjectHandler):
    """The erasure of a person, whom one registrar or the person asks for, and another registrar carries out."""

    kind: str = ERASE
    proposers: frozenset[Duty] = frozenset()
    floor: Level = Level.HIGH

    def __init__(
        self,
        identity: IdentityService,
        repository: SubjectRepository,
        *,
        needs: Mapping[str, StillNeeded],
        forgets: Iterable[Forget] = (),
    ) -> None:
        super().__init__(identity, repository)
        self.parts = Parts(needs=needs, forgets=tuple(forgets))

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `ErasureNotPossible`.

        The person may ask for it; who carries it out is somebody else in any case.
        """
        if proposal.subject == proposal.decided_by:
            raise OwnAffair
        self.require_erasable(view, proposal.subject)

    @override
    def afterwards(self) -> None:
        """Let nothing that was erased stay in the journal of the database."""
        self.identity.store.purge()

    def require_erasable(self, view: Reading, person: str) -> Person:
        """Return a person whose data nothing needs any more."""
        found = self.identity.repository.person(view, person)
        if found is None:
            raise SubjectUnknown
        if SubjectEvent.ERASE not in LIFECYCLE.events(found.state):
            raise SubjectNotActive(subject=found.id, state=found.state.value)
        for name in self.identity.names_of(view, person):
            if self.identity.repository.grants(view, name):
                raise ErasureNotPossible(fault="duty")
            if self.identity.repository.represented_by(view, name):
                raise ErasureNotPossible(fault="legal_representative")
            for fault, is_needed in self.parts.needs.items():
                if is_needed(view, name):
                    raise ErasureNotPossible(fault=fault)
        return found

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Erase the person, and whoever was merged into them, and keep that it was done."""
        found = self.require_erasable(tx, proposal.subject)
        people = self.identity.repository
        counts: dict[str, Fact] = {"documents": 0, "changes": 0, "forgotten": 0}
        for name in self.identity.names_of(tx, found.id):
            person = people.person(tx, name)
            if person is None:  # pragma: no cover - names_of returns identifiers of this very table
                continue
            done = {
                "documents": people.documents.erase(tx, name),
                "changes": self.repository.erase_changes(tx, name),
                "forgotten": sum(forget(tx, name) for forget in self.parts.forgets),
            }
            counts = {one: int(counts[one] or 0) + more for one, more in done.items()}
            self.repository.end_access(tx, name)
            self.repository.erase_references(tx, name)
            people.change_person(tx, replace(person, name=PersonName(ERASED), document=None))
        people.move_subject(tx, found, LIFECYCLE.after(found.state, SubjectEvent.ERASE), actor=by)
        kept: dict[str, Fact] = {"kept": " ".join(KEPT), **counts}
        made = replace(Made.of(proposal, by=by, details=kept), reason="")  # the words of the request are erased as well
        keep(self.repository, tx, made, subject=found.id, kind=ChangeKind.ERASE)
