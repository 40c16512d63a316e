"""What may be shown of a file's own texts: personal data is masked, and nothing in them can deceive the eye.

A file brings names that nobody here has checked: of signers, seals, certificates, fields. Personal certificates name
their bearer, some even with the citizen number. The names of persons and the numbers are masked wherever they stand,
in the experts' sentences too. Escaping is the templates' business.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from api.masking import mask_code, mask_holder
from identity.citizen_number import CitizenNumber
from identity.errors import CitizenNumberMalformed
from identity.subject import SubjectKind
from licence.verification import FileFinding
from seal.kinds import TYPE_NUMBERS, SealKind
from seal.verification.documents import JudgedSignature
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.profiles import TIME_STAMPING_PURPOSE
from trust.reports import SignatureKind

__all__ = ["Veil", "fact"]

MAX_SHOWN: Final = 300
"""Characters of one text. A certificate may hold a novel."""

HIDDEN: Final = "***"
"""Stands for a name that is none by the rules for names, and therefore cannot be masked by them."""

MANY_EIGHTEEN: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
LONGEST_PERSON: Final = 4
"""Characters up to which a common name is taken for a person's, even where an organisation's name contains it."""

UNSHOWN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that leave no ink, or turn the reading direction: a name could pass for another one by them."""


class Veil:
    """Shows the texts of one file as the public may see them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: Mapping[str, str] = {name: mask_person(name) for name in names if len(name) > 1}
        longest_first = sorted(self.names, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    @classmethod
    def over(cls, found: FileFinding) -> "Veil":
        """Return the veil over a file: it knows every person that a signature or a seal of the file names."""
        return cls({name for judged in found.report.document.signatures for name in persons_of(judged)})

    def masked(self, text: str) -> str:
        """Return `text` with the names of persons and the citizen numbers in it masked."""
        if self.pattern is not None:
            text = self.pattern.sub(lambda match: self.names[match[0]], text)
        return MANY_EIGHTEEN.sub(mask_citizen_number, text)

    def shown(self, text: str) -> str:
        """Return `text` as it may be shown."""
        text = self.masked(text)
        visible = "".join("\ufffd" if unicodedata.category(one) in UNSHOWN else one for one in " ".join(text.split()))
        return visible if len(visible) <= MAX_SHOWN else visible[:MAX_SHOWN] + "…"


def mask_person(name: str) -> str:
    """Return the name of a person as the public sees it."""
    try:
        return mask_holder(name.strip(), SubjectKind.PERSON)
    except TrustError:
        return HIDDEN


def mask_citizen_number(match: re.Match[str]) -> str:
    """Return a citizen number masked; other numbers of 18 characters, such as an authority's code, as they are."""
    try:
        CitizenNumber(match[0].upper())
    except CitizenNumberMalformed:
        return match[0]
    return mask_code(match[0])


def persons_of(judged: JudgedSignature) -> Iterator[str]:
    """Yield the names of persons that a signature brings along."""
    report = judged.report
    seal_name = fact(judged, "seal_name")
    is_personal = report.facts.get("seal_type") == TYPE_NUMBERS[SealKind.PERSONAL_NAME]
    if is_personal:
        yield seal_name
    if report.kind is SignatureKind.ELECTRONIC_SEAL:
        return  # the maker of a seal signed it, and makers are organisations
    organisations = () if is_personal else (seal_name,)
    for certificate in (*report.path, *(() if report.signer is None else (report.signer,))):
        if is_of_person(certificate, organisations):
            yield certificate.common_name


def is_of_person(certificate: Certificate, organisations: tuple[str, ...]) -> bool:
    """Tell whether a certificate may be a person's: nothing in it, nor the seal that it used, says otherwise."""
    purposes = certificate.extended_key_usage or frozenset()
    if certificate.is_authority or certificate.organisation_identifier or TIME_STAMPING_PURPOSE in purposes:
        return False
    name = certificate.common_name
    known = [one for one in (certificate.organisation, *organisations) if len(one) > LONGEST_PERSON]
    # Personal certificates may be named like CFCA@name@number: what stands between such signs is nobody's organisation.
    is_organisation = (
        len(name) > LONGEST_PERSON and "@" not in name and any(name in one or one in name for one in known)
    )
    return not is_organisation


def fact(judged: JudgedSignature, name: str) -> str:
    """Return a fact of a signature as text, or nothing."""
    value = judged.report.facts.get(name)
    return "" if value is None else str(value)
