"""Makes the vectors of trust lists anew: `PYTHONPATH=. python tests/vectors/trust_list/generate.py`.

Keys and signatures are drawn at random, so that every run makes other octets with the same meaning.
"""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.builders import PKI
from tests.fakes.clock import NOW
from trust.profiles import SEAL_OWNER, TRUST_LIST
from trust.trust_list import ListedCertificate, ListedState, TrustList, sign_trust_list
from trust.validation_policy import EVERY_PURPOSE, Purpose

ISSUED = NOW.replace(microsecond=0)
SOURCE = "made by this house with tests/vectors/trust_list/generate.py; the form is docs/trust-list.md"


def case(name: str, encoded: bytes, expect: str, *, remembered: int = 0, days: int = 0) -> dict[str, Any]:
    """Return a case: a list, when it is read by whom, and what comes of it."""
    return {
        "name": name,
        "list": encoded.decode(),
        "now": (ISSUED + timedelta(days=days)).isoformat(),
        "remembered": remembered,
        "expect": expect,
    }


def main() -> None:
    """Write the vectors."""
    pki = PKI.found()
    signer, owner = pki.issue(TRUST_LIST, subject="信任列表"), pki.issue(SEAL_OWNER, subject="33010600004821")
    good = TrustList(
        source="https://trust.example",
        sequence=7,
        issued=ISSUED,
        next_update=ISSUED + timedelta(days=7),
        anchors=(ListedCertificate(name="root-sm2", certificate=pki.root.certificate, purposes=EVERY_PURPOSE),),
        authorities=(
            ListedCertificate(name="issuing-sm2", certificate=pki.issuing.certificate, purposes=EVERY_PURPOSE),
        ),
        signers=(
            ListedCertificate(
                name="tsa-sm2-1",
                certificate=pki.time_stamper.certificate,
                purposes=frozenset({Purpose.TIME_STAMPING}),
                state=ListedState.SUPERSEDED,
            ),
        ),
        revocation_lists=pki.evidence.revocation_lists,
    )
    above = pki.issuing.certificate
    encoded = sign_trust_list(good, signer.signer, (signer.certificate, above))
    told = json.loads(encoded)

    def resigned(payload: bytes) -> bytes:
        """Return the list with another payload, rightly signed."""
        signature = base64.b64encode(signer.signer.sign(payload)).decode()
        return json.dumps({**told, "payload": base64.b64encode(payload).decode(), "signature": signature}).encode()

    later = sign_trust_list(replace(good, sequence=8), signer.signer, (signer.certificate, above))
    payload = json.loads(good.payload)
    cases = [
        case("good", encoded, "passed"),
        case("seen before", encoded, "passed", remembered=7),
        case("older than one that was seen", encoded, "trust_list.rolled_back", remembered=8),
        case("past its next update", encoded, "indeterminate", days=8),
        case("from the future", encoded, "trust_list.untrusted", days=-1),
        case(
            "another payload under the signature",
            json.dumps({**told, "payload": json.loads(later)["payload"]}).encode(),
            "trust_list.untrusted",
        ),
        case(
            "signed by the owner of a seal",
            sign_trust_list(good, owner.signer, (owner.certificate, above)),
            "trust_list.untrusted",
        ),
        case("version 2", resigned(json.dumps({**payload, "version": 2}).encode()), "trust_list.malformed"),
        case("a member more", resigned(json.dumps({**payload, "more": 1}).encode()), "trust_list.malformed"),
        case("a member twice", resigned(good.payload[:-1] + b',"sequence":9}'), "trust_list.malformed"),
        case("other white space", resigned(json.dumps(payload, indent=1).encode()), "passed"),
    ]
    folder = Path(__file__).parent
    (folder / "root.cer").write_bytes(pki.root.certificate.der)
    text = json.dumps({"source": SOURCE, "cases": cases}, ensure_ascii=False, indent=1)
    (folder / "lists.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
