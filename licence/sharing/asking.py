"""Asking 查询、取数与核验: which licences a holder has, what is in one, whether values or files are true.

Each call names its purpose. Who may ask stands in admitting.py, what is told in disclosure.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from identity.duties import Actor
from identity.errors import SubjectNotActive, SubjectUnknown
from identity.subject import SubjectKind
from licence.claim import code_in
from licence.number import require_type_code
from licence.pictures.repository import PictureRepository
from licence.pictures.showing import pictures_in
from licence.records import Licence
from licence.sharing.admitting import Admitted, Admitting, Trace
from licence.sharing.disclosure import DATA, SharedLicence, compare, disclosed, metadata_of
from licence.sharing.entries import Call, Disclosure, SharingGrant
from licence.sharing.errors import SharingInvalid, TriesExhausted
from licence.verification import ClaimReport, FileFinding, VerificationService
from trust.crypto.sm3 import sm3
from trust.events import canonical
from trust.store import Reading, Transaction

__all__ = ["MISMATCH", "MOST_LICENCES", "AskingService", "Decoded", "JudgedFile", "QueryHolder"]

MISMATCH: Final = "mismatch"
"""What the line of a verification of data says where a value was wrong."""

MOST_WRONG: Final = 5
WITHIN: Final = timedelta(hours=24)
"""So many wrong calls a client may make about one licence in that time: else values could be found by trying."""

MOST_LICENCES: Final = 200
"""Licences that one query answers, the newest first."""

VEIL: Final = "****"
"""What is shown of a picture that a client may know of and not see."""


@dataclass(frozen=True, kw_only=True)
class JudgedFile:
    """What a file is worth, and the licence in it as far as the client may see it."""

    finding: FileFinding
    licence: SharedLicence | None


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What a QR code says, and the licence that it stands for."""

    report: ClaimReport
    licence: SharedLicence | None


@dataclass(frozen=True, kw_only=True)
class QueryHolder:
    """Whose licences are asked for. It shows itself without the code."""

    kind: SubjectKind
    code: str = field(repr=False)
    type_code: str | None = None
    before: str | None = None
    """The identifier of the last licence of the page before."""

    limit: int = MOST_LICENCES
    """How many are told of at most: 1 to `MOST_LICENCES`."""


class AskingService:
    """The calls that answer with data."""

    def __init__(self, *, admitting: Admitting, verification: VerificationService) -> None:
        self.admitting = admitting
        self.verification = verification
        self.pictures = PictureRepository(admitting.licences.protection)

    # --- which there are

    def query(self, actor: Actor, query: QueryHolder, *, purpose: str) -> tuple[SharedLicence, ...]:
        """Return a holder's licences that the client may know of, newest first.

        One who is nobody has none, like one who has agreed to nothing. Raise `SharingNotGranted`,
        `TypeCodeMalformed`, what is wrong with the holder's code, and `SharingInvalid` where the page before did not
        end with what is said.
        """
        with self.admitting.call(actor, Call.QUERY, purpose) as (tx, trace):
            if query.type_code is not None:
                require_type_code(query.type_code)
            trace.type_code = query.type_code
            grants = self.admitting.grants(tx, trace, Call.QUERY, type_code=query.type_code)
            found = self.known_of(tx, trace, query, grants)
            trace.details["licences"] = " ".join(one.identifier for one in found)
            trace.handed_out = sm3(canonical([one.digest for one in found])).hex()
            return found

    def known_of(
        self, tx: Transaction, trace: Trace, query: QueryHolder, grants: Sequence[SharingGrant]
    ) -> tuple[SharedLicence, ...]:
        """Return the licences of a holder that a client may know of."""
        try:
            holder = self.admitting.identity.require_holder(tx, query.kind, query.code)
        except (SubjectUnknown, SubjectNotActive):
            self.start(tx, trace, query.before, ())
            return ()
        trace.holder = holder.id
        names = self.admitting.identity.names_of(tx, holder.id)
        before = self.start(tx, trace, query.before, names)
        # What the client may not know of takes no place among the newest that it is told of.
        within = self.admitting.within(tx, trace, grants, names, query.type_code)
        listed = self.admitting.repository.licences_within(tx, names, within, before=before, limit=query.limit)
        licences = (self.admitting.licences.get(tx, name) for name in listed)
        found = (self.listed(tx, trace, one) for one in licences if one is not None)
        return tuple(self.told(tx, one, with_data=False) for one in found if one is not None)

    def start(self, view: Reading, trace: Trace, before: str | None, names: Collection[str]) -> str | None:
        """Return the name of the licence after which a page begins: one of the holder that the client may know of.

        Raise `SharingInvalid`, which tells nothing of any other licence.
        """
        if before is None:
            return None
        found = self.admitting.licences.by_identifier(view, before)
        if found is None or found.holder not in names or self.listed(view, trace, found) is None:
            raise SharingInvalid(field="before", rule="unknown")
        return found.id

    def listed(self, view: Reading, trace: Trace, licence: Licence) -> Admitted | None:
        """Return a licence with what a query stands on that lists it."""
        code = self.admitting.catalogue.require(view, licence.type).code
        return self.admitting.covering(view, trace, Call.QUERY, licence, code)

    def metadata(self, actor: Actor, identifier: str, *, purpose: str) -> SharedLicence:
        """Return a licence by its identifier, without its data. Raise what admitting.py says."""
        with self.admitting.call(actor, Call.QUERY, purpose) as (tx, trace):
            admitted = self.admitting.by_identifier(tx, trace, Call.QUERY, identifier)
            return self.handed(trace, self.told(tx, admitted, with_data=False))

    def data(
        self, actor: Actor, identifier: str, *, purpose: str, fields: frozenset[str] | None = None
    ) -> SharedLicence:
        """Return a licence with its data: the fields that are asked for, or all that the grant names.

        Raise what admitting.py says, and `FieldNotGranted`.
        """
        with self.admitting.call(actor, Call.DATA, purpose) as (tx, trace):
            trace.details["fields"] = "*" if fields is None else " ".join(sorted(fields))
            admitted = self.admitting.by_identifier(tx, trace, Call.DATA, identifier)
            self.admitting.count(tx, admitted)
            return self.handed(trace, self.told(tx, admitted, with_data=True, names=fields))

    # --- what is true

    def verify_data(
        self, actor: Actor, identifier: str, values: Mapping[str, str], *, purpose: str
    ) -> Mapping[str, bool]:
        """Tell of each value whether it is that of the licence.

        Raise what admitting.py says, `FieldNotGranted`, and `TriesExhausted` after five wrong calls about one licence
        in 24 hours.
        """
        with self.admitting.call(actor, Call.VERIFY_DATA, purpose) as (tx, trace):
            trace.details["fields"] = " ".join(sorted(values))
            # Held first, so that many calls at once are not more tries than many calls in a row.
            self.admitting.repository.hold_grants(tx, actor.id)
            admitted = self.admitting.by_identifier(tx, trace, Call.VERIFY_DATA, identifier)
            licence = admitted.licence
            wrong = self.admitting.repository.tries(
                tx, client=actor.id, licence=licence.id, code=MISMATCH, since=tx.now - WITHIN
            )
            if wrong >= MOST_WRONG:
                raise TriesExhausted(hours=int(WITHIN.total_seconds()) // 3600)
            holder = self.admitting.identity.require_subject(tx, licence.holder)
            granted = admitted.grant.fields_by_type[admitted.type_code]
            answer = compare(licence, holder, granted, values)
            self.admitting.count(tx, admitted)
            trace.code = "" if all(answer.values()) else MISMATCH
            trace.handed_out = sm3(canonical(answer)).hex()
            return answer

    def verify_file(self, actor: Actor, content: bytes, *, purpose: str) -> JudgedFile:
        """Return what a file is worth. For one that is a licence, the client needs what it needs to ask about it.

        Raise `SharingNotGranted`, `ConsentMissing`, and what reading the file raises.
        """
        digest = sm3(content).hex()
        first = Trace(actor=actor, call=Call.VERIFY_FILE, purpose=purpose, details={"file": digest})
        with self.admitting.watched(first):
            # A file is costly to read: for who may ask nothing, none is read.
            with self.admitting.store.reading() as view:
                self.admitting.grants(view, first, Call.VERIFY_FILE)
            finding = self.verification.file(content)
        with self.admitting.call(actor, Call.VERIFY_FILE, purpose) as (tx, trace):
            trace.details["file"] = digest
            self.admitting.grants(tx, trace, Call.VERIFY_FILE)
            shared = None
            if finding.standing is not None:
                admitted = self.admitting.admit(tx, trace, Call.VERIFY_FILE, finding.standing.licence)
                shared = self.told(tx, admitted, with_data=False)
            trace.handed_out = sm3(canonical([finding.outcome.value, None if shared is None else shared.digest])).hex()
            return JudgedFile(finding=finding, licence=shared)

    def decode(self, actor: Actor, text: str, *, purpose: str) -> Decoded:
        """Return what a QR code says: a whole address, or the claim in it.

        Raise `SharingNotGranted` and `ConsentMissing`. A code that is not ours is told with its verdict.
        """
        report = self.verification.claim(code_in(text))
        with self.admitting.call(actor, Call.DECODE_QR, purpose) as (tx, trace):
            self.admitting.grants(tx, trace, Call.DECODE_QR)
            shared = None
            if report.standing is not None and report.copy is None:  # a copy's code is not that of the licence
                admitted = self.admitting.admit(tx, trace, Call.DECODE_QR, report.standing.licence)
                shared = self.told(tx, admitted, with_data=False)
            outcome = report.verdict.outcome.value
            trace.handed_out = sm3(canonical([outcome, None if shared is None else shared.digest])).hex()
            return Decoded(report=report, licence=shared)

    # --- building blocks

    def told(
        self, view: Reading, admitted: Admitted, *, with_data: bool, names: frozenset[str] | None = None
    ) -> SharedLicence:
        """Return a licence as the client may see it."""
        fields = admitted.grant.fields_by_type[admitted.type_code]
        holder = self.admitting.identity.require_subject(view, admitted.licence.holder)
        standing = self.verification.standing(view, admitted.licence)
        shown = self.pictured(view, admitted) if with_data else {}
        return disclosed(standing, holder, fields, names=names if with_data else metadata_of(fields), pictures=shown)

    def pictured(self, view: Reading, admitted: Admitted) -> dict[str, str]:
        """Return the pictures of a licence by their fields: as data addresses those that the client may see whole.

        Of the others that its grant names nothing is shown, not even a part of what they are called here.
        """
        licence, granted = admitted.licence, admitted.grant.fields_by_type[admitted.type_code]
        schema = self.admitting.catalogue.version(view, licence.type, licence.type_version).fields
        whole = [name for name in schema.pictures if granted.get(f"{DATA}{name}") is Disclosure.WHOLE]
        veiled = {name: VEIL for name in schema.pictures if name not in whole and licence.data.get(name)}
        if not whole:
            return veiled
        found = pictures_in(self.pictures, view, schema, licence.data)
        return veiled | {name: found[name].address for name in whole if name in found}

    def handed(self, trace: Trace, shared: SharedLicence) -> SharedLicence:
        """Return what is handed out, and put its digest into the line of the call."""
        trace.handed_out = shared.digest
        return shared
