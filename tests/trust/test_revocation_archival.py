"""Lists and responses under a signature: read where they can be, passed over where not."""

import pytest

from tests.builders import PKI
from tests.trust.test_ocsp_responders import responder_at, said
from trust.asn1 import der
from trust.revocation_archival import MOST, archived_in


def test_lists_and_responses_are_read(pki: PKI) -> None:
    listed, answer = pki.evidence.revocation_lists[0], said(pki, responder_at(pki))
    value = der.sequence(
        der.context(0, der.sequence(listed.der, der.sequence(), listed.der)),
        der.context(1, der.sequence(der.null(), answer.der)),
        der.context(2, der.sequence(listed.der)),
    )
    assert archived_in((value,)) == ((listed, listed), (answer,))
    assert archived_in((der.sequence(der.context(0, der.sequence(*[listed.der] * (MOST + 1)))),)) == (
        (listed,) * MOST,
        (),
    )


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x30",
        der.null(),
        der.sequence(),
        der.sequence(der.null()),
        der.sequence(der.context(0)),
        der.sequence(der.context(0, der.null())),
        der.sequence(der.context(1, der.sequence(), der.sequence())),
        der.sequence(der.context(1, der.sequence(b"\x30\x80\x00\x00"))),
    ],
)
def test_what_is_none_is_passed_over(value: bytes) -> None:
    assert archived_in((value,)) == ((), ())
