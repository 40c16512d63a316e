"""What a TBSCertificate is held against before an authority's key is touched, rule by rule.

Whoever signs a wrong certificate cannot take it back. The builder of certificates and this reader share no code but the
profile: what one of them forgets, the other one sees. After RFC 5280, GB/T 20518 practice, and what zlint asks.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from trust.asn1 import der
from trust.asn1.der import Element, Tag
from trust.certificate_fields import Extension, Fields
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.errors import Invalid, TrustError
from trust.profiles import (
    CLOCK_SKEW,
    DESCRIPTION_BOUND,
    ISSUER_ACCESS,
    NAME_BOUND,
    OCSP_ACCESS,
    STATUS_UNASKED,
    Profile,
    has_critical_purposes,
    key_identifier,
)

__all__ = ["RULES", "CertificateUnlawful", "Linted", "lint"]

BASIC_CONSTRAINTS: Final = "2.5.29.19"
KEY_USAGE: Final = "2.5.29.15"
PURPOSES: Final = "2.5.29.37"
SUBJECT_KEY: Final = "2.5.29.14"
AUTHORITY_KEY: Final = "2.5.29.35"
LISTS: Final = "2.5.29.31"
ACCESS: Final = "1.3.6.1.5.5.7.1.1"

SERIAL_OCTETS: Final = 20
SERIAL_BITS: Final = 64
"""At most as many octets (RFC 5280, 4.1.2.2), at least as many bits, since random ones have been guessed before."""

BOUNDS: Final[Mapping[str, tuple[int, int]]] = {
    "2.5.4.6": (2, 2),
    "2.5.4.10": (1, NAME_BOUND),
    "2.5.4.13": (1, DESCRIPTION_BOUND),
    "2.5.4.97": (1, NAME_BOUND),
    "2.5.4.3": (1, NAME_BOUND),
}
"""Attributes that a subject of ours may have, and how many characters each (RFC 5280, A.1; X.520)."""

ADDRESS_TAG: Final = 0x86
MAX_ADDRESS: Final = 1024


class CertificateUnlawful(Invalid):
    """What was to be signed breaks a rule for certificates, which `rule` names. No key was used."""

    code = "certificate.unlawful"
    detail_names: ClassVar[tuple[str, ...]] = ("rule",)


@dataclass(frozen=True, kw_only=True)
class Linted:
    """A TBSCertificate, read, beside what it ought to be: its profile, its issuer, and the issuer's algorithm."""

    tbs: bytes
    fields: Fields
    profile: Profile
    issuer: Certificate | None
    """The authority that is to sign it; None where its own key is."""

    algorithm: KeyAlgorithm

    @property
    def key(self) -> PublicKey:
        """The key that is to be certified."""
        return PublicKey(self.fields.spki)

    @property
    def is_self_signed(self) -> bool:
        """Whether its own key is to sign it."""
        return self.issuer is None

    @property
    def extensions(self) -> dict[str, Extension]:
        """The extensions by their identifiers."""
        return dict(self.fields.extensions)

    def value(self, oid: str) -> Element:
        """Return the value of an extension. Raise `KeyError` where it is not there, or `Malformed`."""
        return der.parse(self.extensions[oid].value)


def reencoded(element: Element) -> bytes:
    """Return an element as the writer would write it, all the way down."""
    if element.tag == Tag.INTEGER:
        return der.integer(element.integer())
    if element.tag == Tag.BOOLEAN:
        return der.boolean(value=element.boolean())
    if element.tag == Tag.OID:
        return der.oid(element.oid())
    if not element.tag & 0x20:
        return der.tlv(element.tag, element.body)
    inner = [reencoded(one) for one in element.children()]
    return der.set_of(inner) if element.tag == Tag.SET else der.tlv(element.tag, *inner)


def is_der(one: Linted) -> bool:
    """It re-encodes to the same octets, and so does what its extensions hold (X.690, 10 and 11)."""
    values = (extension.value for extension in one.extensions.values())
    return all(reencoded(der.parse(encoded)) == encoded for encoded in (one.tbs, *values))


def has_no_defaults(one: Linted) -> bool:
    """No default is written out: neither `critical FALSE` nor `cA FALSE` (X.690, 11.5)."""
    listed = der.parse(one.tbs).sequence()[-1].children()[0].sequence()
    flags = (flag for extension in listed for flag in extension.sequence() if flag.tag == Tag.BOOLEAN)
    constraints = one.extensions.get(BASIC_CONSTRAINTS)
    members = () if constraints is None else der.parse(constraints.value).sequence()
    return all(flag.boolean() for flag in (*flags, *(member for member in members if member.tag == Tag.BOOLEAN)))


def has_version_3(one: Linted) -> bool:
    """The version is 3, since it has extensions (RFC 5280, 4.1.2.1)."""
    return one.fields.version == 3  # noqa: PLR2004 - as said


def has_serial(one: Linted) -> bool:
    """The serial number is positive, of at most 20 octets, and long enough to be random (RFC 5280, 4.1.2.2)."""
    length = len(der.integer(one.fields.serial)) - 2
    return one.fields.serial > 0 and length <= SERIAL_OCTETS and one.fields.serial.bit_length() >= SERIAL_BITS


def has_algorithm_of_issuer(one: Linted) -> bool:
    """It names the algorithm of the issuer's key, without parameters (RFC 5280, 4.1.2.3; RFC 5758, 3.2)."""
    return one.fields.algorithm == one.algorithm.signature_identifier


def has_name_of_issuer(one: Linted) -> bool:
    """The issuer is the subject of the issuer's certificate, octet by octet (RFC 5280, 4.1.2.4)."""
    return one.fields.issuer == (one.fields.subject if one.issuer is None else one.issuer.subject)


def has_bounded_subject(one: Linted) -> bool:
    """The subject has a country and a common name, each attribute once, of lawful length (RFC 5280, A.1)."""
    kinds = []
    for relative in der.parse(one.fields.subject).sequence():
        (pair,) = relative.children()
        kind, value = pair.sequence()
        oid = kind.oid()
        text = value.text(Tag.PRINTABLE_STRING if oid == "2.5.4.6" else Tag.UTF8_STRING)
        low, high = BOUNDS.get(oid, (1, 0))
        if not low <= len(text) <= high or any(unicodedata.category(one) == "Cc" for one in text):
            return False
        kinds.append(oid)
    return len(kinds) == len(set(kinds)) and {"2.5.4.6", "2.5.4.3"} <= {*kinds}


def has_validity_in_order(one: Linted) -> bool:
    """It begins before it ends, and lives no longer than its profile says."""
    lifetime = one.fields.not_after - one.fields.not_before
    return timedelta(0) < lifetime <= one.profile.lifetime + CLOCK_SKEW + timedelta(seconds=1)


def is_within_issuer(one: Linted) -> bool:
    """It is valid only while its issuer is: not before, and not after."""
    if one.issuer is None:
        return True
    return one.issuer.not_before <= one.fields.not_before and one.fields.not_after <= one.issuer.not_after


def has_times_as_written(one: Linted) -> bool:
    """Times through 2049 are UTCTime, later ones GeneralizedTime (RFC 5280, 4.1.2.5)."""
    members = der.parse(one.tbs).sequence()[4].sequence()
    return [member.raw for member in members] == [
        der.x509_time(one.fields.not_before),
        der.x509_time(one.fields.not_after),
    ]


def has_key_in_use(one: Linted) -> bool:
    """The key is a good one of a family, curve and size that this house certifies."""
    return one.key.algorithm.name in KEYS and one.key.kind is one.key.algorithm.kind


def is_before_end_of_algorithms(one: Linted) -> bool:
    """It ends before its own algorithm and the one that signs it do."""
    ends = (one.algorithm.ends, one.key.algorithm.ends)
    return all(end is None or one.fields.not_after <= end for end in ends)


def has_key_of_its_own(one: Linted) -> bool:
    """The key is not its issuer's."""
    return one.issuer is None or one.fields.spki != one.issuer.fields.spki


def has_no_unique_identifiers(one: Linted) -> bool:
    """It has no unique identifiers (RFC 5280, 4.1.2.8)."""
    return one.fields.unique_identifiers == 0


def has_extensions_once(one: Linted) -> bool:
    """No extension is there twice (RFC 5280, 4.2)."""
    return len(one.extensions) == len(one.fields.extensions)


def has_extensions_of_profile(one: Linted) -> bool:
    """It has the extensions of its profile, no other ones, and those are critical that should be."""
    critical = {BASIC_CONSTRAINTS, KEY_USAGE} | ({PURPOSES} if has_critical_purposes(one.profile) else set())
    wanted = {BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY}
    wanted |= {PURPOSES} if one.profile.purposes else set()
    wanted |= {STATUS_UNASKED} if one.profile.is_status_unasked else set()
    if not one.is_self_signed:
        wanted |= {ACCESS} if one.profile.is_status_unasked else {ACCESS, LISTS}
    return set(one.extensions) == wanted and {oid for oid, told in one.extensions.items() if told.critical} == critical


def has_constraints_of_profile(one: Linted) -> bool:
    """BasicConstraints say what the profile says (RFC 5280, 4.2.1.9)."""
    members = one.value(BASIC_CONSTRAINTS).sequence()
    told = [member.boolean() if member.tag == Tag.BOOLEAN else member.integer() for member in members]
    length = () if one.profile.path_length is None else (one.profile.path_length,)
    return told == ([True, *length] if one.profile.authority else [])


def has_usage_of_profile(one: Linted) -> bool:
    """KeyUsage has the bits of the profile, none other, and no zero at its end (RFC 5280, 4.2.1.3)."""
    octets = one.value(KEY_USAGE).expect(Tag.BIT_STRING, "keyUsage").body
    unused, bits = octets[0], octets[1:]
    places = {place for place in range(8 * len(bits)) if bits[place // 8] & 0x80 >> place % 8}
    return places == {*one.profile.usage} and unused == 7 - max(places) and len(bits) == 1


def has_purposes_of_profile(one: Linted) -> bool:
    """ExtKeyUsage has the purposes of the profile, in their order (RFC 5280, 4.2.1.12)."""
    if not one.profile.purposes:
        return True
    return tuple(purpose.oid() for purpose in one.value(PURPOSES).sequence()) == one.profile.purposes


def has_identifier_of_key(one: Linted) -> bool:
    """SubjectKeyIdentifier is derived from the key (RFC 5280, 4.2.1.2)."""
    return one.value(SUBJECT_KEY).octets() == key_identifier(one.key)


def has_identifier_of_issuer(one: Linted) -> bool:
    """AuthorityKeyIdentifier is the SubjectKeyIdentifier of the issuer, and nothing else (RFC 5280, 4.2.1.1)."""
    expected = key_identifier(one.key) if one.issuer is None else one.issuer.subject_key_identifier
    (member,) = one.value(AUTHORITY_KEY).sequence()
    return member.tag == 0x80 and member.body == expected  # noqa: PLR2004 - [0] keyIdentifier


def is_address(name: Element) -> bool:
    """Tell whether a GeneralName is an address that everybody can ask: by HTTP, in ASCII."""
    try:
        text = name.text(ADDRESS_TAG)
    except der.Malformed:
        return False
    return text.startswith(("http://", "https://")) and len(text) <= MAX_ADDRESS and " " not in text


def has_list(one: Linted) -> bool:
    """One distribution point names one address of one list (RFC 5280, 4.2.1.13)."""
    if LISTS not in one.extensions:
        return True
    (point,) = one.value(LISTS).sequence()
    (told,) = point.sequence()
    (full_name,) = told.children()
    (address,) = full_name.children()
    return (told.tag, full_name.tag) == (0xA0, 0xA0) and is_address(address)


def has_access(one: Linted) -> bool:
    """AuthorityInfoAccess leads to the issuer's certificate, and to whoever tells the status (RFC 5280, 4.2.2.1)."""
    if ACCESS not in one.extensions:
        return True
    methods = []
    for description in one.value(ACCESS).sequence():
        method, place = description.sequence()
        if not is_address(place):
            return False
        methods.append(method.oid())
    return methods == ([ISSUER_ACCESS] if one.profile.is_status_unasked else [OCSP_ACCESS, ISSUER_ACCESS])


def has_issuer_that_may(one: Linted) -> bool:
    """The issuer is an authority that may certify, and may have what is below it (RFC 5280, 4.2.1.9)."""
    if one.issuer is None:
        return one.profile.authority
    length = one.issuer.path_length
    may_certify = one.issuer.is_authority and one.issuer.key_usage.certificate_signing
    return may_certify and (not one.profile.authority or length is None or length > (one.profile.path_length or 0))


RULES: Final[Mapping[str, Callable[[Linted], bool]]] = {
    "der": is_der,
    "version": has_version_3,
    "defaults": has_no_defaults,
    "serial": has_serial,
    "signature_algorithm": has_algorithm_of_issuer,
    "issuer": has_name_of_issuer,
    "subject": has_bounded_subject,
    "validity": has_validity_in_order,
    "validity_of_issuer": is_within_issuer,
    "times": has_times_as_written,
    "key": has_key_in_use,
    "end_of_algorithm": is_before_end_of_algorithms,
    "key_of_issuer": has_key_of_its_own,
    "unique_identifiers": has_no_unique_identifiers,
    "extension_twice": has_extensions_once,
    "extensions": has_extensions_of_profile,
    "basic_constraints": has_constraints_of_profile,
    "key_usage": has_usage_of_profile,
    "extended_key_usage": has_purposes_of_profile,
    "subject_key_identifier": has_identifier_of_key,
    "authority_key_identifier": has_identifier_of_issuer,
    "distribution_point": has_list,
    "access": has_access,
    "authority": has_issuer_that_may,
}
"""Every rule by its name, in the order in which they are asked. Each says in its docstring what must be so."""


def lint(tbs: bytes, *, profile: Profile, issuer: Certificate | None, algorithm: KeyAlgorithm) -> None:
    """Return where `tbs` keeps every rule, else raise `CertificateUnlawful` with the name of the first that it breaks.

    `issuer` is the authority that is to sign it, None where its own key is; `algorithm` is that of the signing key.
    """
    try:
        fields = Fields.read_tbs(der.parse(tbs))
    except (TrustError, ValueError):
        raise CertificateUnlawful(rule="form") from None
    linted = Linted(tbs=tbs, fields=fields, profile=profile, issuer=issuer, algorithm=algorithm)
    for name, holds in RULES.items():
        try:
            kept = holds(linted)
        except (TrustError, ValueError, KeyError, IndexError):
            kept = False  # what cannot be read does not keep the rule
        if not kept:
            raise CertificateUnlawful(rule=name)
