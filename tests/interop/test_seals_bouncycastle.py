"""BouncyCastle and OpenSSL judge our seals and seal signatures of both versions, and refuse what was tampered with.

One part is changed at a time, and both the judges of others and ours must refuse it.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from seal.data.asn1 import CertificateListType, SealExtension, SealVersion, signature_over, to_be_signed
from seal.data.reading import read_seal_signature
from seal.image.drawing import SealDesign
from seal.life.making import SealOrder, make_seal
from seal.verification.signatures import judge_seal_signature
from tests.builders import PKI, element_at, grafted, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.interop.test_bouncycastle import JARS
from tests.judges import program, required
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, UNTIL, World
from trust.asn1 import der
from trust.crypto.algorithms import KEYS
from trust.profiles import SEAL_OWNER
from trust.verdict import Outcome

pytestmark = pytest.mark.interop

JUDGE: Final = Path(__file__).parent / "SealJudge.java"
PLACE: Final = "/Doc_0/Signs/Sign_0/Signature.xml"
EXTENSIONS: Final = (
    SealExtension(oid="1.2.156.10197.6.7.2.2.1", value=b"2.1", critical=True),
    SealExtension(oid="1.3.6.1.5.5.7.1.4", value=b"\x30\x00"),
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of seal signatures that we write."""

    version: SealVersion
    list_type: CertificateListType = CertificateListType.CERTIFICATES
    extensions: tuple[SealExtension, ...] = ()
    is_stamped: bool = False


FORMS: Final[Mapping[str, Form]] = {
    "V4": Form(version=SealVersion.GBT38540_2020),
    "V4 with all": Form(
        version=SealVersion.GBT38540_2020,
        list_type=CertificateListType.DIGESTS,
        extensions=EXTENSIONS,
        is_stamped=True,
    ),
    "V5": Form(version=SealVersion.GMT0031_2025),
    "V5 with all": Form(version=SealVersion.GMT0031_2025, extensions=EXTENSIONS, is_stamped=True),
}


@pytest.fixture(scope="module")
def world(sm2_pki: PKI) -> World:
    """Make a maker, an owner and a time-stamp authority."""
    return World.of(sm2_pki)


def made(world: World, form: Form) -> bytes:
    """Return a seal signature as we write it."""
    order = SealOrder(
        code="33019900000001",
        name="云州市市场监督管理局业务专用章",
        type=6,
        design=SealDesign(name="云州市市场监督管理局", row="业务专用章", code="33019900000001"),
        owner_certificate=world.owner.certificate,
        made_at=CREATED,
        valid_until=UNTIL,
        version=form.version,
        list_type=form.list_type,
        extensions=form.extensions,
    )
    stamper = time_authority(world.pki.time_stamper, SettableClock(CREATED)) if form.is_stamped else None
    maker = world.maker
    seal = make_seal(order, maker=maker.signer, maker_certificate=maker.certificate, stamper=stamper)
    tbs = to_be_signed(
        seal=seal, signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info=PLACE, extensions=form.extensions
    )
    value = world.owner.signer.sign(tbs)
    token = world.token(value) if form.is_stamped else None
    return signature_over(tbs, certificate=world.owner.certificate.der, signature=value, time_stamp=token)


def stranger(world: World) -> bytes:
    return der.octet_string(world.pki.issue(SEAL_OWNER).certificate.der)


def tampered(world: World, encoded: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the signature with one part changed at a time, each by its name."""
    later = der.generalized_time(SIGNED + timedelta(seconds=1))
    inner, property_, picture = (0, 1, 0), (0, 1, 0, 2), (0, 1, 0, 3)
    digest = der.sequence(der.printable_string("SM3"), der.octet_string(bytes(32)))
    by_digest = element_at(encoded, *property_, 2).integer() == CertificateListType.DIGESTS
    changes: dict[str, tuple[tuple[int, ...], bytes]] = {
        "Vid": ((*inner, 0, 2), der.ia5_string("OTHER")),
        "seal version": ((*inner, 0, 1), der.integer(9 - element_at(encoded, *inner, 0, 1).integer())),
        "esID": ((*inner, 1), der.ia5_string("33019900000002")),
        "type": ((*property_, 0), der.integer(1)),
        "name": ((*property_, 1), der.utf8_string("某省人民政府")),
        "certListType": ((*property_, 2), der.integer(1 if by_digest else 2)),
        "certList": ((*property_, 3, 0), digest if by_digest else stranger(world)),
        "createDate": ((*property_, 4), der.generalized_time(CREATED - timedelta(seconds=1))),
        "validStart": ((*property_, 5), der.generalized_time(CREATED - timedelta(seconds=1))),
        "validEnd": ((*property_, 6), der.generalized_time(UNTIL + timedelta(seconds=1))),
        "picture type": ((*picture, 0), der.ia5_string("JPG")),
        "picture": ((*picture, 1), der.octet_string(b"\x89PNG")),
        "width": ((*picture, 2), der.integer(60)),
        "height": ((*picture, 3), der.integer(60)),
        "maker": ((0, 1, 1), stranger(world)),
        "maker algorithm": ((0, 1, 2), der.oid("1.2.840.10045.4.3.2")),
        "maker value": ((0, 1, 3), element_at(encoded, 3).raw),
        "signature version": ((0, 0), der.integer(9 - element_at(encoded, 0, 0).integer())),
        "timeInfo": ((0, 2), later),
        "dataHash": ((0, 3), der.bit_string(bytes(32))),
        "propertyInfo": ((0, 4), der.ia5_string("/Doc_1/Signs/Sign_0/Signature.xml")),
        "signer": ((1,), stranger(world)),
        "algorithm": ((2,), der.oid("1.2.840.10045.4.3.2")),
        "value": ((3,), element_at(encoded, 0, 1, 3).raw),
    }
    if len(der.parse(encoded).children()) == 5:
        token = world.token(b"another value")
        changes["timeStamp"] = ((4, 0), der.bit_string(token))
        changes["extension"] = ((*inner, 4, 0, 2), der.octet_string(b"2.2"))
        changes["extension of the signature"] = ((0, 5, 0, 1, 1), der.octet_string(b""))
    for name, (path, put) in changes.items():
        yield name, grafted(encoded, *path, put=put)


def judge(folder: Path, world: World, signatures: Mapping[str, bytes]) -> dict[str, str]:
    """Let BouncyCastle judge, and return what it said of each."""
    (folder / "issuing.cer").write_bytes(world.pki.issuing.certificate.der)
    (folder / "tsa.cer").write_bytes(world.pki.time_stamper.certificate.der)
    (folder / "hash").write_text(DOCUMENT_HASH.hex())
    for name, encoded in signatures.items():
        (folder / f"{name}.ses").write_bytes(encoded)
    jars = required("BouncyCastle", JARS if all(jar.exists() for jar in JARS) else None)
    command = [program("java"), "-cp", os.pathsep.join(map(str, jars)), JUDGE, folder]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, timeout=300)
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def outcome(world: World, encoded: bytes) -> Outcome:
    """Return what we say ourselves."""
    judged = judge_seal_signature(encoded, world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH)
    return judged.report.verdict.outcome


def test_it_finds_every_form_good(world: World, tmp_path: Path) -> None:
    signatures = {name: made(world, form) for name, form in FORMS.items()}
    assert judge(tmp_path, world, signatures) == dict.fromkeys(FORMS, "OK")
    assert {outcome(world, one) for one in signatures.values()} == {Outcome.PASSED}
    assert all(read_seal_signature(one).deviations == () for one in signatures.values())


@pytest.mark.parametrize("form", FORMS)
def test_it_refuses_each_part_that_was_changed_and_so_do_we(world: World, tmp_path: Path, form: str) -> None:
    changed = dict(tampered(world, made(world, FORMS[form])))
    told = judge(tmp_path, world, changed)
    assert set(told) == set(changed)
    assert [name for name, said in told.items() if said == "OK"] == []
    assert [name for name, one in changed.items() if outcome(world, one) is not Outcome.FAILED] == []


def test_it_refuses_a_time_stamp_of_the_seal_over_something_else(world: World, tmp_path: Path) -> None:
    # Nobody's signature covers it but the owner's, who signs the whole seal: here he signs the wrong one.
    form = FORMS["V5 with all"]
    seal = grafted(read_seal_signature(made(world, form)).seal.raw, 4, 0, put=der.bit_string(world.token(b"another")))
    tbs = to_be_signed(seal=seal, signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info=PLACE)
    owner = world.owner
    encoded = signature_over(tbs, certificate=owner.certificate.der, signature=owner.signer.sign(tbs))
    assert judge(tmp_path, world, {"other": encoded}) == {"other": "imprint"}
    assert outcome(world, encoded) is Outcome.FAILED


def test_it_refuses_a_signer_that_the_seal_does_not_list(world: World, tmp_path: Path) -> None:
    attacker = replace(world, owner=world.pki.issue(SEAL_OWNER))
    encoded = made(world, FORMS["V4"])
    tbs = element_at(encoded, 0).raw
    value = attacker.owner.signer.sign(tbs)
    forged = signature_over(tbs, certificate=attacker.owner.certificate.der, signature=value)
    assert judge(tmp_path, world, {"forged": forged}) == {"forged": "signer is listed"}
    assert outcome(world, forged) is Outcome.FAILED


def test_it_refuses_makers_of_another_authority(world: World, tmp_path: Path) -> None:
    other = World.of(PKI.found(KEYS["sm2"]))
    told = judge(tmp_path, world, {"strange": made(other, FORMS["V4"])})
    assert told["strange"] != "OK"


# --- OpenSSL


def openssl_verifies(folder: Path, spki: bytes, message: bytes, value: bytes) -> bool:
    """Let OpenSSL verify one signature in SM2 with the default identity."""
    for name, content in (("key.der", spki), ("message", message), ("value", value)):
        (folder / name).write_bytes(content)
    told = ["-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin", "-digest", "sm3", "-in", "message"]
    told += ["-sigfile", "value", "-pkeyopt", "distid:1234567812345678"]
    command = [program("openssl"), "pkeyutl", "-verify", *told]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0 or "Signature Verification Failure" in done.stdout, done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("form", FORMS)
def test_openssl_verifies_both_values(world: World, tmp_path: Path, form: str) -> None:
    read = read_seal_signature(made(world, FORMS[form]))
    signed = ((world.maker, read.seal.signed, read.seal.signature), (world.owner, read.signed, read.signature))
    for party, message, value in signed:
        spki = party.certificate.fields.spki
        assert openssl_verifies(tmp_path, spki, message, value)
        assert not openssl_verifies(tmp_path, spki, message[:-1] + bytes((message[-1] ^ 1,)), value)
