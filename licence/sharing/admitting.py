"""Whether a client may make a call 共享准入, asked at the moment of the call, and the line that each call leaves.

| What is asked | Refused with |
|---|---|
| A grant in force: this call, this purpose, this type of this issuer | `SharingNotGranted` |
| The licence is there, where the grant rests on a law | `LicenceUnknown` |
| Where it does not: it is there, and its holder has agreed; which of both is missing is not told | `ConsentMissing` |
| A counted consent has calls left: the database decides | `ConsentMissing` |

Every call leaves one line, allowed or refused, for the holder to see. What it answered is named there by its digest.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from identity.duties import Actor
from identity.notices.notices import NoticeKind, tell
from identity.subject import SubjectKind
from licence.errors import LicenceUnknown
from licence.number import LicenceIdentifier
from licence.records import Licence
from licence.sharing.entries import CODE, Call, Consent, LicenceUse, SharingGrant, Within
from licence.sharing.errors import ConsentMissing, SharingNotGranted
from licence.sharing.repository import NEVER_ISSUED
from licence.sharing.sources import Sources
from trust.errors import Conflict, Denied, Invalid, NotFound, TrustError
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import LostRace, Reading, Transaction

__all__ = ["Admitted", "Admitting", "Trace"]

REFUSALS: Final = (Invalid, Denied, NotFound, Conflict)
"""What is the client's affair. That the database does not answer is not, and leaves no line."""


@dataclass(kw_only=True)
class Trace:
    """What is known of a call so far. It becomes one line."""

    actor: Actor
    call: str
    purpose: str
    beside: frozenset[Call] = frozenset()
    """Calls that a grant must permit as well, since what is asked for takes them too."""

    identifier: str | None = None
    """What the call named, so that the holder is found who may see that it was refused."""

    holder: str | None = None
    licence: str | None = None
    type_code: str | None = None
    grant: str | None = None
    consent: str | None = None
    code: str = ""
    handed_out: str | None = None
    details: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # Whatever else a client writes there may be somebody's name, and the column is not enciphered.
        self.purpose = self.purpose if CODE.fullmatch(self.purpose) else ""

    def about(self, licence: Licence, type_code: str) -> None:
        """Say which licence the call is about."""
        self.licence, self.holder, self.type_code = licence.id, licence.holder, type_code


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A licence that a client may ask about, and what it may do so under."""

    licence: Licence
    type_code: str
    grant: SharingGrant
    consent: Consent | None


class Admitting:
    """Answers whether a call is allowed, counts it, and puts it on record."""

    def __init__(self, sources: Sources) -> None:
        self.store, self.repository = sources.store, sources.repository
        self.identity, self.catalogue, self.licences = sources.identity, sources.catalogue, sources.licences

    @contextmanager
    def call(self, actor: Actor, call: str, purpose: str) -> Iterator[tuple[Transaction, Trace]]:
        """Begin a call: a transaction, and the line that it leaves, whatever comes of it."""
        trace = Trace(actor=actor, call=call, purpose=purpose)
        try:
            with self.store.transaction() as tx:
                yield tx, trace
                self.write(tx, trace)
        except LostRace:
            raise  # the same call can be made again, and leaves its line then
        except REFUSALS as refusal:
            trace.code = refusal.code
            trace.handed_out = None
            self.note(trace)
            raise

    @contextmanager
    def watched(self, trace: Trace) -> Iterator[None]:
        """Do what a call needs with no transaction open, and leave its line where it is refused there."""
        try:
            yield
        except TrustError as refusal:
            trace.code, trace.handed_out = refusal.code, None
            self.note(trace)
            raise

    def note(self, trace: Trace) -> None:
        """Put a line on record by itself."""
        with self.store.transaction() as tx:
            named = None if trace.identifier is None else self.licences.by_identifier(tx, trace.identifier)
            if trace.licence is None and named is not None and named.state not in NEVER_ISSUED:
                trace.licence, trace.holder = named.id, named.holder
            self.write(tx, trace)

    def write(self, tx: Transaction, trace: Trace) -> None:
        """Put the line of a call on record, and a pointer to it into the audit trail: there it names nobody."""
        use = LicenceUse(
            id=new_id("use", at=tx.now),
            at=tx.now,
            client=trace.actor.id,
            call=trace.call,
            holder=trace.holder,
            licence=trace.licence,
            type_code=trace.type_code,
            purpose=trace.purpose,
            grant=trace.grant,
            consent=trace.consent,
            code=trace.code,
            handed_out=trace.handed_out,
            details=trace.details,
        )
        self.repository.add_use(tx, use)
        facts: dict[str, Fact] = {"call": use.call, "code": use.code, "handed_out": use.handed_out}
        result = "refused" if use.code and use.handed_out is None else "done"
        tx.record(AuditEvent(tag=f"sharing:call:{result}", actor=use.client, subject=use.id, facts=facts))
        # What rests on a law alone stands in the list of uses; a consent is the person's own, and its use is told.
        is_person = use.holder is not None and use.holder.startswith(SubjectKind.PERSON.value)
        if result == "done" and use.holder is not None and is_person and use.consent is not None:
            tell(tx, use.holder, NoticeKind.LICENCE_USED, {"use": use.id, "client": use.client})

    # --- whether

    def grants(
        self, view: Reading, trace: Trace, call: Call, *, type_code: str | None = None
    ) -> tuple[SharingGrant, ...]:
        """Return the grants in force that fit a call, those that rest on a law first. Raise `SharingNotGranted`."""
        fitting = [
            one
            for one in self.repository.grants_of_client(view, trace.actor.id)
            if one.is_in_force(view.now)
            and {call, *trace.beside} <= one.calls
            and trace.purpose in one.purpose_words
            and type_code in (None, *one.fields_by_type)
        ]
        if not fitting:
            raise SharingNotGranted
        return tuple(sorted(fitting, key=lambda one: one.basis is None))

    def by_identifier(self, view: Reading, trace: Trace, call: Call, identifier: str) -> Admitted:
        """Return the licence with an identifier, if this call may be made about it.

        The type and the issuer stand in the identifier, so that a client is refused before anything is looked up.
        Raise what the table above says, and `LicenceIdentifierMalformed`.
        """
        asked = LicenceIdentifier.parse(identifier)
        trace.identifier, trace.type_code = identifier, asked.type_code
        fitting = [
            one
            for one in self.grants(view, trace, call, type_code=asked.type_code)
            if self.code_of(view, one.issuer) == asked.issuer
        ]
        if not fitting:
            raise SharingNotGranted
        licence = self.licences.by_identifier(view, identifier)
        if licence is None or licence.state in NEVER_ISSUED:
            if any(one.basis is not None for one in fitting):
                raise LicenceUnknown
            raise ConsentMissing
        return self.admit(view, trace, call, licence)

    def admit(self, view: Reading, trace: Trace, call: Call, licence: Licence) -> Admitted:
        """Return a licence if this call may be made about it. Raise what the table above says."""
        type_code = self.catalogue.require(view, licence.type).code
        trace.about(licence, type_code)
        found = self.covering(view, trace, call, licence, type_code)
        if found is None:
            raise ConsentMissing
        trace.grant = found.grant.id
        trace.consent = None if found.consent is None else found.consent.id
        return found

    def count(self, tx: Transaction, admitted: Admitted) -> None:
        """Count a call that hands something out on the consent that it stands on. Raise `ConsentMissing`."""
        if admitted.consent is not None and not self.repository.use_consent(tx, admitted.consent.id):
            raise ConsentMissing  # used up or withdrawn in the meantime

    def covering(self, view: Reading, trace: Trace, call: Call, licence: Licence, type_code: str) -> Admitted | None:
        """Return what a call about a licence may stand on, if there is anything. Raise `SharingNotGranted`."""
        fitting = [one for one in self.grants(view, trace, call, type_code=type_code) if one.issuer == licence.issuer]
        if not fitting:
            raise SharingNotGranted
        for grant in fitting:
            if grant.basis is not None:
                return Admitted(licence=licence, type_code=type_code, grant=grant, consent=None)
            names = self.identity.names_of(view, licence.holder)
            for consent in self.repository.consents_under(view, grant.id, names):
                fits = consent.purpose == trace.purpose and consent.covers(licence=licence.id, type_code=type_code)
                if fits and consent.is_in_force(view.now):
                    return Admitted(licence=licence, type_code=type_code, grant=grant, consent=consent)
        return None

    def within(
        self, view: Reading, trace: Trace, grants: Sequence[SharingGrant], names: Sequence[str], type_code: str | None
    ) -> tuple[Within, ...]:
        """Return which licences of a holder calls under these grants may be about; of one type, or of all."""
        found: list[Within] = []
        for grant in grants:
            known = ((code, self.catalogue.repository.identify(view, code)) for code in grant.fields_by_type)
            kinds = {code: name for code, name in known if name is not None and type_code in (None, code)}
            if grant.basis is not None:
                found.append(Within(issuer=grant.issuer, types=frozenset(kinds.values())))
                continue
            found += (
                Within(issuer=grant.issuer, types=frozenset({kinds[one.type_code]}), licence=one.licence)
                for one in self.repository.consents_under(view, grant.id, names)
                if one.purpose == trace.purpose and one.type_code in kinds and one.is_in_force(view.now)
            )
        return tuple(found)

    def still_holds(self, view: Reading, grant: str, consent: str | None) -> bool:
        """Tell whether what something was handed out under has not ended since, and the client may still act."""
        found = self.repository.grant(view, grant)
        if found is None or not found.is_in_force(view.now):
            return False
        client = self.identity.repository.client(view, found.client)
        if client is None or not self.identity.client_may_act(view, client):
            return False
        agreed = None if consent is None else self.repository.consent(view, consent)
        return agreed is None or (agreed.withdrawn_at is None and view.now < agreed.valid_until)

    def code_of(self, view: Reading, issuer: str) -> str:
        """Return the credit code of an issuer."""
        return self.identity.require_organisation(view, issuer).credit_code.value
