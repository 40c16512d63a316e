"""Errors of proofing, recovery and levels.

Invalid
├── EvidenceMalformed        not a kind of evidence with an SM3 digest
├── PhoneMalformed           a telephone number is missing, or is none, or is not asked for
└── ProofingInsufficient     what was looked at reaches no level
Denied
├── ProviderAnswerRefused    the provider's answer is not the one to this question
└── TooManyProofings         this person has tried too often today
NotFound
└── ProofingUnknown          no such proofing of this person
Conflict
├── OfficersMissing          a counter check takes two officers who know the person in their own right
└── ProofingClosed           the proofing has ended, or took too long
Unavailable
├── NoProvider               no provider is configured
└── ProviderUnavailable      the provider does not answer
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Unavailable

__all__ = [
    "EvidenceMalformed",
    "NoProvider",
    "OfficersMissing",
    "PhoneMalformed",
    "ProofingClosed",
    "ProofingInsufficient",
    "ProofingUnknown",
    "ProviderAnswerRefused",
    "ProviderUnavailable",
    "TooManyProofings",
]


class EvidenceMalformed(Invalid):
    """Evidence is named by its kind and its SM3 digest in 64 lower-case hexadecimal digits."""

    code = "proofing.evidence_malformed"


class PhoneMalformed(Invalid):
    """A telephone number of 5 to 15 digits is told for the comparison of records, and for nothing else."""

    code = "proofing.phone_malformed"


class ProofingInsufficient(Invalid):
    """What was looked at reaches no assurance level by this method (docs/proofing.md)."""

    code = "proofing.insufficient"


class ProviderAnswerRefused(Denied):
    """The provider's answer does not belong to this question, or is not signed by it; `fault` says which part."""

    code = "proofing.answer_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class TooManyProofings(Denied):
    """This person has begun too many proofings within a day; `seconds` tells when the next one is taken."""

    code = "proofing.too_many"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)


class ProofingUnknown(NotFound):
    """There is no such proofing of this person."""

    code = "proofing.unknown"


class OfficersMissing(Conflict):
    """A check at the counter takes two officers, and a business system is none: record it, and let another confirm."""

    code = "proofing.officers_missing"


class ProofingClosed(Conflict):
    """The proofing has ended already, or was not finished in time."""

    code = "proofing.closed"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class NoProvider(Unavailable):
    """No provider of proofing is configured for this instance: the counter is the way."""

    code = "proofing.no_provider"


class ProviderUnavailable(Unavailable):
    """The provider of proofing does not answer now; `seconds` tells when it is asked again."""

    code = "proofing.provider_unavailable"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)
