"""What can be wrong with licences.

    NotFound
    ├── TemplateUnknown             there is no template of that name
    ├── TypeUnknown                 there is no licence type by that identifier
    ├── RequestUnknown              there is no request for review by that identifier
    ├── ScanUnknown                 there is no scan of a paper licence by that identifier
    └── LicenceUnknown              there is no licence by that identifier
    Invalid
    ├── ValueDoesNotFit             a value is too long for its place on the page
    ├── TemplateMalformed           the files are no template: a file is missing, or what it should not be
    ├── TemplateRefused             the template fails a check before publication
    ├── TypeCodeMalformed           not a licence type code
    ├── LicenceIdentifierMalformed  not a licence identifier
    ├── SchemaInvalid               the type's schema is not one that data can be checked with
    ├── DataInvalid                 the data breaks the type's schema
    ├── GroundUnfit                 the ground is not one of this event
    ├── ScanRefused                 the scan of a paper licence is none that is kept
    ├── ClaimMalformed              not the text of a licence's QR code
    ├── MomentInFuture              nobody can say how things will stand
    └── StatusListMalformed         not a status list
    Conflict
    ├── TemplateBroken              the template does not compile with these data, or its manifest is wrong
    ├── TypeNotPublished            nothing is issued under a type that is not published
    ├── NumberTaken                 another licence of the type in force bears this number
    ├── TypeExists                  the catalogue has this type in this version
    ├── LicenceExpired              its validity is over: nothing takes its place
    ├── SuccessorUnfit              the new edition is of another type or holder
    ├── ReviewRequired              another person has to agree first
    ├── RequestNotOpen              the request is decided on, or too old
    ├── RequestOutdated             the request is not what was looked at
    ├── ScanTaken                   another licence was made from this scan
    ├── HolderNotRegistered         the holder is not registered and proven
    ├── HolderNameDiffers           the holder is registered under another name
    └── IssueUnderWay               an earlier attempt of the same request is still being worked on
    Denied
    └── NotByDelegation             a delegate issues, and does nothing further
    Untrusted
    ├── ClaimUntrusted              the QR code was not signed by this instance
    └── StatusListUntrusted         the status list was not signed by a key for claims

Characters that no typeface draws raise `trust.typefaces.CharacterNotCovered`.
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Untrusted

__all__ = [
    "ClaimMalformed",
    "ClaimUntrusted",
    "DataInvalid",
    "GroundUnfit",
    "HolderNameDiffers",
    "HolderNotRegistered",
    "IssueUnderWay",
    "LicenceExpired",
    "LicenceIdentifierMalformed",
    "LicenceUnknown",
    "NotByDelegation",
    "NumberTaken",
    "RequestNotOpen",
    "RequestOutdated",
    "RequestUnknown",
    "ReviewRequired",
    "ScanRefused",
    "ScanTaken",
    "ScanUnknown",
    "SchemaInvalid",
    "StatusListMalformed",
    "StatusListUntrusted",
    "SuccessorUnfit",
    "TemplateBroken",
    "TemplateMalformed",
    "TemplateRefused",
    "TemplateUnknown",
    "TypeCodeMalformed",
    "TypeExists",
    "TypeNotPublished",
    "TypeUnknown",
    "ValueDoesNotFit",
]


class TemplateUnknown(NotFound):
    """There is no template of that name."""

    code = "licence.template_unknown"
    detail_names: ClassVar[tuple[str, ...]] = ("template",)


class ValueDoesNotFit(Invalid):
    """The value of a field is too long for its place, even in the smallest size that can be read."""

    code = "licence.value_does_not_fit"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class TemplateMalformed(Invalid):
    """The files are no template bundle: `file` is which one, empty for the whole; `fault` says why."""

    code = "licence.template_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("file", "fault")


class TemplateRefused(Invalid):
    """The template fails a check before publication: `check` is which one, `place` is where, in the author's words."""

    code = "licence.template_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("check", "place")


class TemplateBroken(Conflict):
    """The template does not compile with these data, or its manifest is wrong. The cause tells where."""

    code = "licence.template_broken"
    detail_names: ClassVar[tuple[str, ...]] = ("template",)


class TypeUnknown(NotFound):
    """There is no licence type by that identifier."""

    code = "licence.type_unknown"


class LicenceUnknown(NotFound):
    """There is no licence by that identifier."""

    code = "licence.unknown"


class TypeCodeMalformed(Invalid):
    """A licence type code has 18 characters of the defining authority's credit code and 3 digits."""

    code = "licence.type_code_malformed"


class LicenceIdentifierMalformed(Invalid):
    """Not a licence identifier; `fault` says which part is wrong: form, issuer, serial, version or check."""

    code = "licence.identifier_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class SchemaInvalid(Invalid):
    """The schema is not a JSON Schema for a flat object of texts, or it is too large."""

    code = "licence.schema_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class DataInvalid(Invalid):
    """The data breaks the schema of its type: `field` is where, `rule` is which keyword of the schema."""

    code = "licence.data_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "rule")


class ClaimMalformed(Invalid):
    """The text is not that of a licence's QR code."""

    code = "licence.claim_malformed"


class MomentInFuture(Invalid):
    """Nobody can say how things will stand: a verification is as of now or of a moment that is past."""

    code = "verification.moment_in_future"


class StatusListMalformed(Invalid):
    """The bytes are not a status list of a version that is known."""

    code = "licence.status_list_malformed"


class TypeNotPublished(Conflict):
    """Nothing is issued under a type that is not published."""

    code = "licence.type_not_published"
    detail_names: ClassVar[tuple[str, ...]] = ("type", "state")


class TypeExists(Conflict):
    """The catalogue has this type already, past its draft or of another authority."""

    code = "licence.type_exists"
    detail_names: ClassVar[tuple[str, ...]] = ("code",)


class NumberTaken(Conflict):
    """Another licence of this type bears this number and is not at its end: it would be issued twice."""

    code = "licence.number_taken"
    detail_names: ClassVar[tuple[str, ...]] = ("licence",)


class HolderNotRegistered(Conflict):
    """The holder is not registered, or not proven: a licence needs somebody who can hold it."""

    code = "licence.holder_not_registered"


class HolderNameDiffers(Conflict):
    """Who asks knows the holder by another name than the registry: one of them is mistaken about who is meant."""

    code = "licence.holder_name_differs"


class IssueUnderWay(Conflict):
    """An earlier attempt of the same request is still being worked on. Ask again in a moment."""

    code = "licence.issue_under_way"


class NotByDelegation(Denied):
    """A delegate issues, and does nothing further: `step` is for who holds a duty; edition, paper or reissue."""

    code = "licence.not_by_delegation"
    detail_names: ClassVar[tuple[str, ...]] = ("step",)


class ClaimUntrusted(Untrusted):
    """The QR code was not signed by a key of this instance: it is a forgery, or another province's."""

    code = "licence.claim_untrusted"


class StatusListUntrusted(Untrusted):
    """The list is not signed by a key for claims that the trust list names, is another instance's, or of the future."""

    code = "licence.status_list_untrusted"


class RequestUnknown(NotFound):
    """There is no request for review by that identifier."""

    code = "licence.request_unknown"


class ScanUnknown(NotFound):
    """There is no scan of a paper licence by that identifier."""

    code = "licence.scan_unknown"


class GroundUnfit(Invalid):
    """The ground is not one of this event, or is missing: `ground` is empty then."""

    code = "licence.ground_unfit"
    detail_names: ClassVar[tuple[str, ...]] = ("event", "ground")


class ScanRefused(Invalid):
    """The scan of a paper licence is too large, is not what it is said to be, or cannot be read: `rule` says which."""

    code = "licence.scan_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("rule",)


class LicenceExpired(Conflict):
    """The validity of the licence is over: nothing takes its place, a new one is issued."""

    code = "licence.expired"
    detail_names: ClassVar[tuple[str, ...]] = ("licence",)


class SuccessorUnfit(Conflict):
    """A new edition is for the same type and the same holder: `field` is what differs."""

    code = "licence.successor_unfit"
    detail_names: ClassVar[tuple[str, ...]] = ("licence", "field")


class ReviewRequired(Conflict):
    """The type asks for four eyes: ask for a review, and another person decides 四眼原则."""

    code = "licence.review_required"
    detail_names: ClassVar[tuple[str, ...]] = ("event",)


class RequestNotOpen(Conflict):
    """The request for review is decided on already, or it is too old."""

    code = "licence.request_not_open"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class RequestOutdated(Conflict):
    """The request is not what was looked at: another digest, or the licence has changed since."""

    code = "licence.request_outdated"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class ScanTaken(Conflict):
    """Another licence was made from this scan already."""

    code = "licence.scan_taken"
    detail_names: ClassVar[tuple[str, ...]] = ("licence",)
