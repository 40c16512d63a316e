"""Seals and seal signatures of every version, written a second time from the standards, each part free to be wrong.

A part is named as the standard names it (the version in the header: `number`) and given in DER; `b""` leaves it out.
What is signed is signed over the parts as they are, so that one wrong part is the only thing that is wrong.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.builders import FOUNDED, PKI, Party, time_authority
from tests.fakes.clock import NOW, SettableClock
from trust.asn1 import der
from trust.crypto.sm3 import sm3
from trust.profiles import SEAL_MAKER, SEAL_OWNER

__all__ = ["CREATED", "DOCUMENT_HASH", "SIGNED", "UNTIL", "World", "seal", "seal_signature"]

SM2_WITH_SM3: Final = der.oid("1.2.156.10197.1.501")
DAY: Final = timedelta(days=1)
CREATED: Final = FOUNDED + 30 * DAY
UNTIL: Final = FOUNDED + 700 * DAY
SIGNED: Final = NOW.replace(microsecond=0) - 10 * DAY
DOCUMENT_HASH: Final = sm3(b"a document")

Fields = dict[str, bytes]
HEADER: Final = ("ID", "number", "Vid")
PROPERTY: Final = ("type", "name", "certListType", "certList", "createDate", "validStart", "validEnd")
PICTURE: Final = ("picture_type", "data", "width", "height")


@dataclass(frozen=True, kw_only=True)
class World:
    """A PKI with a maker of seals, an owner and a time-stamp authority."""

    pki: PKI
    maker: Party
    owner: Party

    @classmethod
    def of(cls, pki: PKI) -> "World":
        """Issue what is needed under `pki`."""
        return cls(pki=pki, maker=pki.issue(SEAL_MAKER), owner=pki.issue(SEAL_OWNER))

    def token(self, message: bytes, at: datetime = SIGNED) -> bytes:
        """Return a time-stamp token over `message`."""
        return time_authority(self.pki.time_stamper, SettableClock(at)).stamp(message)

    def seal(self, version: int = 4, /, **fields: bytes) -> bytes:
        """Return a seal of this owner; see `seal`."""
        return seal(version, self.maker, self.owner, **fields)

    def signature(self, version: int = 4, /, **fields: bytes) -> bytes:
        """Return a seal signature without a time-stamp; see `seal_signature`."""
        eseal = fields.pop("eseal", None) or self.seal(version)
        return seal_signature(version, eseal, self.owner, **fields)

    def stamped(self, version: int = 4, /, *, at: datetime = SIGNED, **fields: bytes) -> bytes:
        """Return a seal signature with a time-stamp over its value."""
        eseal = fields.pop("eseal", None) or self.seal(version)
        value = self.owner.signer.sign(tbs_sign(version, eseal, self.owner, fields))
        stamp = der.context(0, der.bit_string(self.token(value, at)))
        return seal_signature(version, eseal, self.owner, signature=der.bit_string(value), timeStamp=stamp, **fields)


def taken(fields: Fields, defaults: Fields, *names: str) -> bytes:
    """Return the named parts, one after the other."""
    return b"".join(fields.get(name, defaults[name]) for name in names)


def seal_defaults(version: int, owner: Party) -> Fields:
    """Return the parts of SES_SealInfo as a good seal has them."""
    moment = der.utc_time if version == 1 else der.generalized_time
    return {
        "ID": der.ia5_string("ES"),
        "number": der.integer(version),
        "Vid": der.ia5_string("VENDOR"),
        "esID": der.ia5_string("33019900000001"),
        "type": der.integer(6),
        "name": der.utf8_string("某市市场监督管理局电子证照专用章"),
        "certListType": b"" if version == 1 else der.integer(1),
        "certList": der.sequence(der.octet_string(owner.certificate.der)),
        "createDate": moment(CREATED),
        "validStart": moment(CREATED),
        "validEnd": moment(UNTIL),
        "picture_type": der.ia5_string("PNG"),
        "data": der.octet_string(b"\x89PNG"),
        "width": der.integer(42),
        "height": der.integer(40),
        "extDatas": b"",
    }


def seal(version: int, maker: Party, owner: Party, **fields: bytes) -> bytes:
    """Return an SESeal of GM/T 0031-2014 (1), GB/T 38540-2020 (4) or GM/T 0031-2025 (5)."""
    defaults = seal_defaults(version, owner)
    info = fields.get("eSealInfo") or der.sequence(
        der.sequence(taken(fields, defaults, *HEADER)),
        taken(fields, defaults, "esID"),
        der.sequence(taken(fields, defaults, *PROPERTY)),
        der.sequence(taken(fields, defaults, *PICTURE)),
        taken(fields, defaults, "extDatas"),
    )
    certificate = fields.get("cert", der.octet_string(maker.certificate.der))
    algorithm = fields.get("signAlgID", SM2_WITH_SM3)
    covered = der.sequence(info, certificate, algorithm) if version == 1 else info
    value = fields.get("signedValue") or der.bit_string(maker.signer.sign(covered))
    if version == 1:
        return der.sequence(info, der.sequence(certificate, algorithm, value))
    return der.sequence(info, certificate, algorithm, value, fields.get("timeStamp", b""))


def tbs_sign(version: int, eseal: bytes, signer: Party, fields: Fields) -> bytes:
    """Return the TBS_Sign. In V1 it holds the certificate and the algorithm, and the time in a BIT STRING."""
    told = SIGNED.isoformat().encode()
    defaults: Fields = {
        "sign_version": der.integer(version),
        "timeInfo": der.bit_string(told) if version == 1 else der.generalized_time(SIGNED),
        "dataHash": der.bit_string(DOCUMENT_HASH),
        "propertyInfo": der.ia5_string("ByteRange"),
        "sign_cert": der.octet_string(signer.certificate.der),
        "signatureAlgID": SM2_WITH_SM3,
        "sign_extDatas": b"",
    }
    if fields.get("toSign"):
        return fields["toSign"]
    last = ("sign_cert", "signatureAlgID") if version == 1 else ("sign_extDatas",)
    return der.sequence(
        taken(fields, defaults, "sign_version"),
        eseal,
        taken(fields, defaults, "timeInfo", "dataHash", "propertyInfo", *last),
    )


def seal_signature(version: int, eseal: bytes, signer: Party, **fields: bytes) -> bytes:
    """Return an SES_Signature of one of the versions; the names of its own parts that a seal has too get `sign_`."""
    tbs = tbs_sign(version, eseal, signer, fields)
    value = fields.get("signature") or der.bit_string(signer.signer.sign(tbs))
    if version == 1:
        return der.sequence(tbs, value)
    certificate = fields.get("sign_cert", der.octet_string(signer.certificate.der))
    algorithm = fields.get("signatureAlgID", SM2_WITH_SM3)
    return der.sequence(tbs, certificate, algorithm, value, fields.get("timeStamp", b""))
