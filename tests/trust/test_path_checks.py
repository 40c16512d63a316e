"""Rules of a single chain that tests/trust/test_paths.py does not reach: which bits of keyUsage let a key sign."""

import pytest

from tests.builders import PKI, with_extension
from trust.asn1 import der
from trust.path_checks import find_wrong_usage
from trust.profiles import DOCUMENT_SIGNER, extension
from trust.validation_policy import Purpose
from trust.verdict import SubIndication


@pytest.mark.parametrize(
    ("bits", "may_sign"),
    [
        pytest.param(b"\x07\x80", True, id="digitalSignature"),
        pytest.param(b"\x06\x40", True, id="contentCommitment alone"),
        pytest.param(b"\x06\xc0", True, id="both"),
        pytest.param(b"\x05\x20", False, id="keyEncipherment"),
        pytest.param(b"\x03\x38", False, id="what an encryption certificate has"),
        pytest.param(b"\x01\x06", False, id="what an authority has"),
        pytest.param(b"\x00", False, id="nothing"),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.SIGNING, Purpose.SEALING, Purpose.SEAL_MAKING, Purpose.AUDIT])
def test_a_key_signs_that_may_sign(sm2_pki: PKI, bits: bytes, may_sign: bool, purpose: Purpose) -> None:  # noqa: FBT001
    usage = extension("2.5.29.15", der.tlv(der.Tag.BIT_STRING, bits), critical=True)
    leaf = sm2_pki.issue(DOCUMENT_SIGNER, change=lambda tbs: with_extension(tbs, usage)).certificate
    finding = find_wrong_usage(leaf, purpose)
    assert (finding is None) is may_sign
    if finding is not None:
        assert finding.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
        assert purpose.value in finding.reason
