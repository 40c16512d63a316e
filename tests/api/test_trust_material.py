"""Reading anchors, certificates and lists from files: PEM, DER, folders, trust folders, and what is none of these."""

from pathlib import Path

import pytest

from api.trust_material import MaterialUnreadable, read_material
from tests.builders import PKI, revocation_list
from trust.certificates import pem


@pytest.fixture
def folder(tmp_path: Path, sm2_pki: PKI, p256_pki: PKI) -> Path:
    """Return a trust folder as the story leaves one."""
    contents = {
        "anchors/root-sm2.pem": pem(sm2_pki.root.certificate.der),
        "anchors/root-p256.cer": p256_pki.root.certificate.der,
        "certs/issuing-sm2.pem": pem(sm2_pki.issuing.certificate.der),
        "certs/issuing-p256.pem": pem(p256_pki.issuing.certificate.der),
        "crl/root-sm2.crl": revocation_list(sm2_pki.root).der,
        "crl/root-p256.pem": pem(revocation_list(p256_pki.root).der, "X509 CRL"),
    }
    for name, content in contents.items():
        path = tmp_path / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "evidence"


@pytest.mark.parametrize("below", [".", "anchors"])
def test_a_trust_folder_gives_its_anchors_and_the_material_beside_them(
    folder: Path, below: str, sm2_pki: PKI, p256_pki: PKI
) -> None:
    found = read_material([folder / below])
    assert {sm2_pki.root.certificate, p256_pki.root.certificate} == set(found.anchors)
    assert {sm2_pki.issuing.certificate, p256_pki.issuing.certificate} == set(found.certificates)
    assert len(found.revocation_lists) == 2


def test_one_file_is_one_anchor_and_brings_nothing_along(folder: Path, sm2_pki: PKI, p256_pki: PKI) -> None:
    found = read_material([folder / "anchors" / "root-sm2.pem"])
    assert ((sm2_pki.root.certificate,), (), ()) == (found.anchors, found.certificates, found.revocation_lists)
    assert (p256_pki.root.certificate,) == read_material([folder / "anchors" / "root-p256.cer"]).anchors


def test_several_anchors_add_up(folder: Path) -> None:
    names = ("root-sm2.pem", "root-p256.cer")
    assert len(read_material([folder / "anchors" / name for name in names]).anchors) == 2


def test_a_file_may_hold_several_certificates(tmp_path: Path, sm2_pki: PKI, p256_pki: PKI) -> None:
    file = tmp_path / "both.pem"
    file.write_bytes(b"a comment\n" + pem(sm2_pki.root.certificate.der) + pem(p256_pki.root.certificate.der))
    assert len(read_material([file]).anchors) == 2


def test_what_is_material_is_not_trusted(folder: Path) -> None:
    found = read_material([folder / "anchors" / "root-sm2.pem"], [folder / "certs", folder / "crl" / "root-sm2.crl"])
    assert (len(found.anchors), len(found.certificates), len(found.revocation_lists)) == (1, 2, 1)
    assert not set(found.anchors) & set(found.certificates)


def test_material_that_is_none_is_passed_over(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("nothing to trust")
    found = read_material([folder / "anchors"], [file, tmp_path])
    assert len(found.anchors) == 2


@pytest.mark.parametrize(
    "content", [b"", b"nothing to trust", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----\n"]
)
def test_an_anchor_that_is_none_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "anchor.pem"
    file.write_bytes(content)
    with pytest.raises(MaterialUnreadable, match=r"anchor\.pem"):
        read_material([file])


def test_an_anchor_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MaterialUnreadable):
        read_material([tmp_path / "nowhere.pem"])


@pytest.mark.parametrize("inside", [None, "notes.txt"])
def test_a_folder_without_an_anchor_is_told(tmp_path: Path, inside: str | None) -> None:
    # Otherwise everything is "undetermined", and nobody sees that the folder was the wrong one.
    if inside is not None:
        (tmp_path / inside).write_text("nothing to trust")
    with pytest.raises(MaterialUnreadable):
        read_material([tmp_path])


def test_a_crl_in_the_folder_of_anchors_is_no_anchor(tmp_path: Path, sm2_pki: PKI) -> None:
    (tmp_path / "root.pem").write_bytes(pem(sm2_pki.root.certificate.der))
    (tmp_path / "root.crl").write_bytes(revocation_list(sm2_pki.root).der)
    assert (sm2_pki.root.certificate,) == read_material([tmp_path]).anchors


def test_a_broken_certificate_takes_no_good_one_with_it(tmp_path: Path, sm2_pki: PKI) -> None:
    # Many bundles of certificates hold one that some reader does not take.
    file = tmp_path / "bundle.pem"
    file.write_bytes(pem(sm2_pki.root.certificate.der) + pem(b"\x30\x00"))
    assert (sm2_pki.root.certificate,) == read_material([file]).anchors
