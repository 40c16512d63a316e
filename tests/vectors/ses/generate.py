"""Makes the vectors of seals anew: `PYTHONPATH=. python tests/vectors/ses/generate.py`.

Written by hand from the ASN.1 of the standards, with an encoder of its own and nothing of the house: two hands must
come to the same octets. Certificates, hashes and signature values stand for themselves; no key signs. Every run makes
the same file.
"""

import json
from pathlib import Path
from typing import Any

SM2_WITH_SM3 = "06082a811ccf55018375"  # OBJECT IDENTIFIER 1.2.156.10197.1.501
SOURCE = "GB/T 38540-2020, 6.1 and 7.1, and GM/T 0031-2025, written by hand in tests/vectors/ses/generate.py"
OIDS = {
    "1.2.156.10197.6.7.2.2.1": "060a2a811ccf550607020201",
    "1.3.6.1.5.5.7.1.4": "06082b06010505070104",
}


def tlv(tag: str, *parts: str) -> str:
    """Return an element in hexadecimal: identifier, the shortest length, contents."""
    body = "".join(parts)
    size = len(body) // 2
    length = f"{size:02x}"
    if size > 0x7F:
        digits = f"{size:x}"
        digits = digits.rjust(len(digits) + len(digits) % 2, "0")
        length = f"{0x80 | len(digits) // 2:02x}{digits}"
    return tag + length + body


def seq(*parts: str) -> str:
    """Return a SEQUENCE."""
    return tlv("30", *parts)


def number(value: int) -> str:
    """Return an INTEGER below 128."""
    return tlv("02", f"{value:02x}")


def octets(content: str) -> str:
    """Return an OCTET STRING."""
    return tlv("04", content)


def bits(content: str) -> str:
    """Return a BIT STRING of whole octets."""
    return tlv("03", "00", content)


def ia5(text: str) -> str:
    """Return an IA5String."""
    return tlv("16", text.encode("ascii").hex())


def time(text: str) -> str:
    """Return a GeneralizedTime."""
    return tlv("18", text.encode("ascii").hex())


def extensions(listed: list[list[Any]]) -> str:
    """Return ExtensionDatas. Not critical is the default, and is left out."""
    return seq(*(seq(OIDS[oid], "0101ff" if critical else "", octets(value)) for oid, critical, value in listed))


def seal_of(case: dict[str, Any]) -> tuple[str, str]:
    """Return SES_SealInfo and SESeal."""
    listed = "".join(
        octets(one) if case["list_type"] == 1 else seq(tlv("13", b"SM3".hex()), octets(one)) for one in case["listed"]
    )
    info = seq(
        seq(ia5("ES"), number(case["version"]), ia5(case["vendor"])),
        ia5(case["identifier"]),
        seq(
            number(case["type"]),
            tlv("0c", case["title"].encode("utf-8").hex()),
            number(case["list_type"]),
            seq(listed),
            time(case["created_at"]),
            time(case["valid_from"]),
            time(case["valid_until"]),
        ),
        seq(ia5("PNG"), octets(case["picture"]), number(42), number(30)),
        extensions(case["extensions"]) if case["extensions"] else "",
    )
    stamp = tlv("a0", bits(case["seal_token"])) if case["seal_token"] else ""
    return info, seq(info, octets(case["maker"]), SM2_WITH_SM3, bits(case["seal_value"]), stamp)


def signature_of(case: dict[str, Any], seal: str) -> tuple[str, str]:
    """Return TBS_Sign and SES_Signature."""
    tbs = seq(
        number(case["version"]),
        seal,
        time(case["signed_at"]),
        bits(case["data_hash"]),
        ia5(case["property_info"]),
        tlv("a0", extensions(case["sign_extensions"])) if case["sign_extensions"] else "",
    )
    stamp = tlv("a0", bits(case["sign_token"])) if case["sign_token"] else ""
    return tbs, seq(tbs, octets(case["signer"]), SM2_WITH_SM3, bits(case["sign_value"]), stamp)


PLAIN: dict[str, Any] = {
    "version": 4,
    "vendor": "XINYIN",
    "identifier": "33019900000001",
    "type": 6,
    "title": "云州市市场监督管理局业务专用章",
    "list_type": 1,
    "listed": ["3003020101" * 30],
    "created_at": "20260131000000Z",
    "valid_from": "20260131000000Z",
    "valid_until": "20310130235959Z",
    "picture": "89504e470d0a1a0a" + "00" * 300,
    "extensions": [],
    "maker": "3003020102" * 40,
    "seal_value": "3006020101020102",
    "seal_token": "",
    "signed_at": "20261112040506Z",
    "data_hash": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    "property_info": "/Doc_0/Signs/Sign_0/Signature.xml",
    "sign_extensions": [],
    "signer": "3003020101" * 30,
    "sign_value": "3006020103020104",
    "sign_token": "",
}
TAX = ["1.2.156.10197.6.7.2.2.1", False, "322e31"]
AUDIT = ["1.3.6.1.5.5.7.1.4", True, "3000"]
CASES: dict[str, dict[str, Any]] = {
    "version 4, one certificate": {},
    "version 4, two certificates, and a time-stamp over the signature": {
        "listed": ["3003020101" * 30, "3003020105"],
        "sign_token": "3003020107",
    },
    "version 4, signers by their digests": {"list_type": 2, "listed": ["5a" * 32, "a5" * 32]},
    "version 4, extensions of both kinds in both places": {
        "extensions": [TAX, AUDIT],
        "sign_extensions": [AUDIT],
    },
    "version 5": {"version": 5},
    "version 5, time-stamps over both values": {
        "version": 5,
        "seal_token": "3003020106" * 60,
        "sign_token": "3003020107" * 60,
    },
}


def main() -> None:
    """Write the vectors."""
    cases = []
    for name, change in CASES.items():
        case = {"name": name, **PLAIN, **change}
        info, seal = seal_of(case)
        tbs, signature = signature_of(case, seal)
        cases.append(case | {"info": info, "seal": seal, "tbs": tbs, "signature": signature})
    content = json.dumps({"source": SOURCE, "cases": cases}, indent=2, ensure_ascii=False) + "\n"
    (Path(__file__).parent / "written.json").write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
