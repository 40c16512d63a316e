"""BouncyCastle asks for time-stamps in SM2 and judges the answers, judges signed messages, and opens enveloped ones."""

import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from keys.private_keys import SM2Key
from tests.builders import PKI, Party, cms_signer, grafted, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.interop.test_bouncycastle import JARS
from tests.judges import program, required
from trust.asn1 import der
from trust.cms import Dialect
from trust.cms_enveloped import encipher
from trust.cms_signing import Placement, sign_jointly
from trust.crypto.sm3 import sm3
from trust.profiles import DOCUMENT_SIGNER, ENCRYPTION

pytestmark = pytest.mark.interop

JUDGE: Final = Path(__file__).parent / "MessageJudge.java"
CONTENT: Final = "准予设立登记".encode()
GM, CMS = Dialect.GBT35275, Dialect.RFC5652


def judge(what: str, *files: Path) -> tuple[bool, str]:
    """Let it do something, and return whether it found everything good, and what it said."""
    jars = required("BouncyCastle", JARS if all(jar.exists() for jar in JARS) else None)
    command = [program("java"), "-cp", os.pathsep.join(map(str, jars)), JUDGE, what, *files]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
    return (done.returncode, done.stdout) == (0, "OK\n"), done.stderr


def written(folder: Path, name: str, content: bytes) -> Path:
    """Write a file, and return where it is."""
    path = folder / name
    path.write_bytes(content)
    return path


def certificate(folder: Path, party: Party) -> Path:
    """Write the certificate of a party."""
    return written(folder, f"{party.certificate.serial:x}.cer", party.certificate.der)


@pytest.mark.parametrize("dialect", Dialect)
def test_it_asks_for_time_stamps_and_judges_them(sm2_pki: PKI, tmp_path: Path, dialect: Dialect) -> None:
    asked, answered = tmp_path / "request", tmp_path / "response"
    assert judge("ask", written(tmp_path, "imprint", sm3(CONTENT)), asked)[0]
    answer = time_authority(sm2_pki.time_stamper, SettableClock(), dialect).answer(asked.read_bytes())
    answered.write_bytes(answer)
    authority = certificate(tmp_path, sm2_pki.time_stamper)
    good, told = judge("stamped", asked, answered, authority)
    assert good, told
    # The answer to another request, and one whose signature was changed, are none.
    other = written(tmp_path, "other", grafted(asked.read_bytes(), 2, put=der.integer(1)))
    assert "nonce" in judge("stamped", other, answered, authority)[1]
    answered.write_bytes(answer[:-1] + bytes((answer[-1] ^ 1,)))
    assert not judge("stamped", asked, answered, authority)[0]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("form", ["attributes", "plain", "detached", "jointly"])
def test_it_judges_our_signed_messages(sm2_pki: PKI, tmp_path: Path, dialect: Dialect, form: str) -> None:
    signer, parties = cms_signer(sm2_pki.signer, dialect), [sm2_pki.signer]
    match form:
        case "attributes":
            encoded = signer.sign(sm3(CONTENT), content=CONTENT, signing_time=NOW)
        case "plain":
            encoded = signer.sign_plain(CONTENT)
        case "detached":
            encoded = signer.sign_plain(CONTENT, placement=Placement.DETACHED)
        case _:
            parties.append(sm2_pki.issue(DOCUMENT_SIGNER, subject="second"))
            encoded = sign_jointly([cms_signer(one, dialect) for one in parties], CONTENT)
    message, content = written(tmp_path, "message", encoded), written(tmp_path, "content", CONTENT)
    certificates = [certificate(tmp_path, one) for one in parties]
    good, told = judge("signed", message, content, *certificates)
    assert good, told
    if form == "detached":
        content.write_bytes(CONTENT + b".")
        assert not judge("signed", message, content, *certificates)[0]


@pytest.mark.parametrize("dialect", Dialect)
def test_it_opens_our_enveloped_messages(sm2_pki: PKI, tmp_path: Path, dialect: Dialect) -> None:
    holder = sm2_pki.issue(ENCRYPTION)
    private = sm2_pki.custody.keys[holder.key.handle].private
    assert isinstance(private, SM2Key)
    secret = der.parse(private.secret).sequence()[1].octets()  # ECPrivateKey (RFC 5915)
    encoded = encipher(CONTENT, [holder.certificate], dialect=dialect)
    files = (
        written(tmp_path, "message", encoded),
        written(tmp_path, "secret", secret.hex().encode()),
        written(tmp_path, "content", CONTENT),
    )
    good, told = judge("opened", *files)
    assert good, told
