"""Makes the vectors of QR codes anew: `PYTHONPATH=. python tests/vectors/qr/generate.py`.

Keys and signatures are drawn at random, so that every run makes other octets with the same meaning.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.demo import cast
from licence.claim import Claim, sign_claim
from licence.status_list import LicenceStatus, StatusList, pack, sign_status_list
from tests.builders import PKI
from tests.fakes.clock import NOW
from tests.licence.claims import CLAIM, Stamp, in_base_31, namesakes, octets_of, text_of
from trust.certificates import Certificate
from trust.crypto.sm2 import SM2Signature
from trust.profiles import AUDIT, TRUST_LIST
from trust.trust_list import ListedCertificate, ListedState, TrustList, sign_trust_list
from trust.validation_policy import EVERY_PURPOSE, Purpose

ISSUED = NOW.replace(microsecond=0)
SOURCE = "made by this house with tests/vectors/qr/generate.py; the form is docs/qr.md"
ADDRESS = "https://trust.example"
ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""Of the curve."""

OTHERS = {0: LicenceStatus.PENDING, 1: LicenceStatus.INVALID, 2: LicenceStatus.SUSPENDED, 3: LicenceStatus.PENDING}
CURRENT = "two keys"
"""The trust list after a rotation, which a reader has as a rule."""

Change = Callable[[bytearray], object]


@dataclass
class Vectors:
    """Everything that goes into the file."""

    pki: PKI = field(default_factory=PKI.found)
    cases: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.former, self.present, self.stranger = (Stamp.made(self.pki) for _ in range(3))
        self.auditor = Stamp.made(self.pki, profile=AUDIT)
        self.publisher = self.pki.issue(TRUST_LIST, subject="信任列表")
        self.twins = namesakes(self.former.certificate, self.present.certificate)

    # --- lists

    def trust_list(self, *claims: tuple[Certificate, ListedState]) -> str:
        """Return a signed trust list that names these keys for claims."""
        auditor = ListedCertificate(
            name="audit", certificate=self.auditor.certificate, purposes=frozenset({Purpose.AUDIT})
        )
        signers = (
            ListedCertificate(
                name=f"licence-claim-{number}",
                certificate=certificate,
                purposes=frozenset({Purpose.LICENCE_CLAIM}),
                state=state,
            )
            for number, (certificate, state) in enumerate(claims, start=1)
        )
        issuing = self.pki.issuing.certificate
        told = TrustList(
            source=ADDRESS,
            sequence=7,
            issued=ISSUED,
            next_update=ISSUED + timedelta(days=7),
            anchors=(
                ListedCertificate(name="root-sm2", certificate=self.pki.root.certificate, purposes=EVERY_PURPOSE),
            ),
            authorities=(ListedCertificate(name="issuing-sm2", certificate=issuing, purposes=EVERY_PURPOSE),),
            signers=(*signers, auditor),
            revocation_lists=self.pki.evidence.revocation_lists,
        )
        return sign_trust_list(told, self.publisher.signer, (self.publisher.certificate, issuing)).decode()

    def trust_lists(self) -> dict[str, str]:
        """Return trust lists by name."""
        former, present = self.former.certificate, self.present.certificate
        active, superseded, revoked = ListedState.ACTIVE, ListedState.SUPERSEDED, ListedState.REVOKED
        return {
            CURRENT: self.trust_list((former, superseded), (present, active)),
            "before the rotation": self.trust_list((former, active)),
            "a revoked key": self.trust_list((former, revoked), (present, active)),
            "two keys of one name": self.trust_list((self.twins[0], superseded), (self.twins[1], active)),
        }

    def status_list(self, number: int) -> str:
        """Return a signed status list in which places 4 to 99 are valid."""
        told = StatusList(
            source=ADDRESS,
            licence_type="11100000MB0127170X001",
            number=number,
            issued=ISSUED,
            next_update=ISSUED + timedelta(days=1),
            places=100,
            octets=pack(100, OTHERS),
        )
        return sign_status_list(told, self.present.signer, self.present.certificate).decode()

    # --- cases

    def case(
        self,
        name: str,
        text: str,
        expect: str = "passed",
        check: str = "",
        *,
        claim: Claim | None = None,
        trust_list: str = CURRENT,
        status_list: str | None = "list 7",
        now: datetime = ISSUED,
    ) -> None:
        """Add a case; `claim` is what its text says where the signature holds."""
        says = None
        if claim is not None:
            says = {
                "licence": claim.licence.hex(),
                "issuer": claim.issuer.value,
                "last_day": None if claim.last_day is None else claim.last_day.isoformat(),
                "status_list": claim.status_list,
                "status_index": claim.status_index,
            }
        self.cases.append(
            {
                "name": name,
                "claim": text,
                "trust_list": trust_list,
                "status_list": status_list,
                "now": now.isoformat(),
                "expect": expect,
                "check": check,
                "says": says,
            }
        )

    def genuine(self, name: str, changed: Claim, *expect: str, **circumstances: Any) -> None:  # noqa: ANN401 - as `case`
        """Add a case of a claim that was rightly signed with the present key."""
        self.case(name, self.present.sign(changed), *expect, claim=changed, **circumstances)

    def altered(self, name: str, change: Change, expect: str, check: str, *, of: Claim = CLAIM) -> None:
        """Add a case of a claim that was altered after it was signed."""
        octets = octets_of(self.present.sign(of))
        change(octets)
        self.case(name, text_of(octets), expect, check)

    def add_genuine(self) -> None:
        """Add what was rightly signed, read in all circumstances."""
        late = "indeterminate/TRY_LATER"
        old = replace(CLAIM, status_list=None)
        state = "licence.state"
        self.genuine("genuine", CLAIM)
        self.genuine("without an end", replace(CLAIM, last_day=None))
        self.genuine("the last day that two octets reach", replace(CLAIM, last_day=date(2149, 6, 5)))
        self.genuine("the last place of the list", replace(CLAIM, status_index=99))
        self.case("by the key before the present one", self.former.sign(), claim=CLAIM)
        self.genuine("version 1", old, late, state)
        self.genuine("without a status list", CLAIM, late, state, status_list=None)
        self.genuine("with the list of another type", CLAIM, late, state, status_list="list 8")
        self.genuine("younger than the list", replace(CLAIM, status_index=100), late, state)
        self.genuine("the list is past its next update", CLAIM, late, state, now=ISSUED + timedelta(days=2))
        self.genuine("ended", replace(CLAIM, status_index=1), "failed/REVOKED", state)
        self.genuine("suspended", replace(CLAIM, status_index=2), "failed/REVOKED", state)
        self.genuine("pending", replace(CLAIM, status_index=3), "failed/SIG_CONSTRAINTS_FAILURE", state)
        month = ISSUED + timedelta(days=30)
        self.genuine("both lists are old", CLAIM, late, "trust_list.next_update", now=month)
        today = replace(CLAIM, last_day=date(2026, 11, 22))
        midnight = ISSUED.replace(hour=16, minute=0, second=0)
        self.genuine("in the last second of the last day", today, now=midnight - timedelta(seconds=1))
        self.genuine("after the last day in China", today, "failed/EXPIRED", "licence.validity", now=midnight)
        self.genuine(
            "expired, version 1", replace(today, status_list=None), "failed/EXPIRED", "licence.validity", now=midnight
        )

    def add_keys(self) -> None:
        """Add what was signed with other keys, and read with other trust lists."""
        name = "claim.signature"
        unknown, wrong = "indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "failed/SIG_CRYPTO_FAILURE"
        self.case("by a stranger", self.stranger.sign(), unknown, name)
        self.case("by a key that is listed for something else", self.auditor.sign(), unknown, name)
        forged = sign_claim(CLAIM, self.stranger.signer, self.present.certificate)
        self.case("by a stranger in the name of our key", forged, wrong, name)
        before: dict[str, Any] = {"trust_list": "before the rotation", "status_list": None}
        self.case("by a key younger than the trust list", self.present.sign(), unknown, name, **before)
        self.case(
            "by a revoked key", self.former.sign(), "indeterminate/REVOKED_NO_POE", name, trust_list="a revoked key"
        )
        shared: dict[str, Any] = {"trust_list": "two keys of one name", "status_list": None}
        for stamp, twin, which in zip((self.former, self.present), self.twins, ("first", "second"), strict=True):
            text = sign_claim(CLAIM, stamp.signer, twin)
            late = "indeterminate/TRY_LATER", "licence.state"
            self.case(f"by the {which} of two keys of one name", text, *late, claim=CLAIM, **shared)
        text = sign_claim(CLAIM, self.stranger.signer, self.twins[0])
        self.case("by neither of two keys of one name", text, wrong, name, **shared)

    def add_altered(self) -> None:
        """Add what was altered, one field at a time."""

        def flip(place: int) -> Change:
            return lambda octets: octets.__setitem__(place, octets[place] ^ 1)

        def put(place: int, octets: bytes) -> Change:
            return lambda all_of_them: all_of_them.__setitem__(slice(place, place + len(octets)), octets)

        wrong = "failed/SIG_CRYPTO_FAILURE", "claim.signature"
        broken = "failed/FORMAT_FAILURE", "claim.format"
        other = in_base_31("91330100MA27X0XX0X"[:17] + "0").to_bytes(12, "big")
        neighbour = in_base_31(cast.ENTERPRISE.code).to_bytes(12, "big")
        self.altered("version 0", put(0, b"\0"), *broken)
        self.altered("version 1 in the length of version 2", put(0, b"\1"), *broken)
        self.altered("version 3", put(0, b"\3"), *broken)
        self.altered("another key", flip(4), "indeterminate/NO_CERTIFICATE_CHAIN_FOUND", "claim.signature")
        self.altered("another licence", flip(20), *wrong)
        self.altered("an issuer that is no credit code", put(21, other), *broken)
        self.altered("an issuer beyond 18 characters", put(21, (31**18).to_bytes(12, "big")), *broken)
        self.altered("another issuer", put(21, neighbour), *wrong)
        self.altered("a later last day", flip(34), *wrong)
        self.altered("no end", put(33, b"\xff\xff"), *wrong)
        self.altered("another status list", put(35, b"\x00\x80\x00\x00\x2a"), *wrong)
        self.altered("status list 0", put(35, b"\x00\x00\x00\x00\x2a"), *broken)
        self.altered("another place in the list", flip(39), *wrong)
        self.altered("another place, version 1", flip(38), *wrong, of=replace(CLAIM, status_list=None))
        self.altered("another r", flip(71), *wrong)
        self.altered("another s", flip(103), *wrong)
        for number, what in ((0, "0"), (ORDER, "n"), (2**256 - 1, "2^256 - 1")):
            octets = number.to_bytes(32, "big")
            self.altered(f"r is {what}", put(40, octets), *broken)
            self.altered(f"s is {what}", put(72, octets), *broken)

        def complement(octets: bytearray) -> None:
            octets[72:] = (ORDER - int.from_bytes(octets[72:], "big")).to_bytes(32, "big")

        def exchange(octets: bytearray) -> None:
            octets[40:72], octets[72:] = octets[72:], octets[40:72]

        def cancel(octets: bytearray) -> None:
            octets[72:] = (ORDER - int.from_bytes(octets[40:72], "big")).to_bytes(32, "big")

        self.altered("s is n - s", complement, *wrong)
        self.altered("r and s exchanged", exchange, *wrong)
        self.altered("r + s is n", cancel, *broken)

    def add_spellings(self) -> None:
        """Add what is signed differently, and written differently."""
        broken = "failed/FORMAT_FAILURE", "claim.format"
        wrong = "failed/SIG_CRYPTO_FAILURE", "claim.signature"
        text = self.present.sign()
        body = bytes(octets_of(text)[:40])
        for prefix, what in ((b"", "without a prefix"), (b"xinyin licence claim v1\0", "with the prefix of version 1")):
            signature = SM2Signature.from_der(self.present.signer.sign(prefix + body)).raw
            self.case(f"signed {what}", text_of(body + signature), *wrong)
        loose = next(text[:-1] + last for last in "BFJNRVZdhlptx159" if octets_of(text[:-1] + last) == octets_of(text))
        signed = self.present.sign(replace(CLAIM, licence=b"\xfb\xff" * 8))
        for name, spelling in (
            ("a character less", text[:-1]),
            ("a character more", text + "A"),
            ("padding", text + "="),
            ("a line feed at the end", text + "\n"),
            ("loose bits at the end", loose),
            ("the alphabet of plain base64", signed.replace("-", "+").replace("_", "/")),
            ("empty", ""),
            ("the whole address", f"{ADDRESS}/v/{text}"),
        ):
            self.case(name, spelling, *broken)


def main() -> None:
    """Write the vectors."""
    vectors = Vectors()
    vectors.add_genuine()
    vectors.add_keys()
    vectors.add_altered()
    vectors.add_spellings()
    told = {
        "source": SOURCE,
        "anchor": vectors.pki.root.certificate.fingerprint,
        "root": text_of(vectors.pki.root.certificate.der),
        "trust_lists": vectors.trust_lists(),
        "status_lists": {"list 7": vectors.status_list(7), "list 8": vectors.status_list(8)},
        "cases": vectors.cases,
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (Path(__file__).parent / "vectors.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
