"""National object identifiers, taught to asn1crypto once. It knows none of 1.2.156.

Sources: GB/T 33560-2017 Annex A (algorithms), GM/T 0010 and GB/T 35275 as implemented (content types).
"""

from typing import Any, Final

from asn1crypto import algos, cms, core, keys

__all__ = [
    "AUTH_ENVELOPED_DATA",
    "DATA",
    "ENVELOPED_DATA",
    "GM_DATA",
    "GM_ENVELOPED_DATA",
    "GM_SIGNED_DATA",
    "ID_ALGORITHM_PROTECTION",
    "ID_MESSAGE_DIGEST",
    "ID_SIGNATURE_TIME_STAMP",
    "ID_SIGNING_CERTIFICATE",
    "ID_SIGNING_CERTIFICATE_V2",
    "ID_SIGNING_TIME",
    "OCSP_RESPONSE",
    "SIGNED_DATA",
    "TST_INFO",
    "register",
]

DATA: Final = "1.2.840.113549.1.7.1"
SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
ENVELOPED_DATA: Final = "1.2.840.113549.1.7.3"
AUTH_ENVELOPED_DATA: Final = "1.2.840.113549.1.9.16.1.23"
GM_DATA: Final = "1.2.156.10197.6.1.4.2.1"
GM_SIGNED_DATA: Final = "1.2.156.10197.6.1.4.2.2"
GM_ENVELOPED_DATA: Final = "1.2.156.10197.6.1.4.2.3"
OCSP_RESPONSE: Final = "1.3.6.1.5.5.7.16.2"
TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"

ID_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
ID_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
ID_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
ID_ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
ID_SIGNING_CERTIFICATE: Final = "1.2.840.113549.1.9.16.2.12"
ID_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
ID_SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"


def put(kind: Any, oid: str, name: str) -> None:  # noqa: ANN401 - asn1crypto has no types
    """Teach one class of asn1crypto one identifier."""
    kind._map[oid] = name  # noqa: SLF001 - asn1crypto offers no other way; pyHanko does the same for ML-DSA
    if kind._reverse_map is not None:  # noqa: SLF001
        kind._reverse_map[name] = oid  # noqa: SLF001


def register() -> None:
    """Teach asn1crypto the national identifiers. Doing it twice changes nothing."""
    put(algos.DigestAlgorithmId, "1.2.156.10197.1.401", "sm3")
    put(algos.SignedDigestAlgorithmId, "1.2.156.10197.1.501", "sm3_sm2")
    put(algos.SignedDigestAlgorithmId, "1.2.156.10197.1.301.1", "sm2_sign")
    if "1.2.156.10197.1.301" not in keys.NamedCurve._map:  # noqa: SLF001
        keys.NamedCurve.register("sm2p256v1", "1.2.156.10197.1.301", 32)
    put(cms.ContentType, GM_DATA, "gm_data")
    put(cms.ContentType, GM_SIGNED_DATA, "gm_signed_data")
    for kind in (cms.ContentInfo, cms.EncapsulatedContentInfo):
        kind._oid_specs["gm_signed_data"] = cms.SignedData  # noqa: SLF001
        kind._oid_specs["gm_data"] = core.OctetString  # noqa: SLF001


register()
