"""Verification without cryptography or a registry: hand-made answers for every state that people may meet."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, Final

from fastapi import FastAPI

from api.throttle import Throttle
from identity.subject import SubjectId
from licence.lifecycle import LicenceState
from licence.repository import Licence
from licence.verification import ClaimReport, FileFinding, Standing, standing_checks
from seal.lifecycle import SealState
from seal.standing import SealTrust, TrustAt
from seal.verification.documents import DocumentReport, JudgedSignature
from seal.verification.files import FileKind, FileReport
from seal.verification.registry import SealStanding
from seal.verification.registry import standing_checks as seal_checks
from tests.builders import PKI
from tests.fakes.clock import SettableClock
from trust.events import Fact
from trust.pdf.judging import ByteRangeContent, Changes, Coverage, PDFSignature
from trust.profiles import DOCUMENT_SIGNER, Name
from trust.reports import SignatureKind, SignatureReport
from trust.verdict import Check, Finding, SubIndication, Verdict

__all__ = ["FakeVerification", "check", "claims", "file_of", "files", "install", "judged", "placed", "seal", "standing"]

SEAL_CODE: Final = "33010600004821"
SEAL_NAME: Final = "某市市场监督管理局电子证照专用章"
STAMPED: Final = datetime(2026, 3, 18, 1, 30, 12, tzinfo=UTC)

SEAL_FACTS: Final[Mapping[str, Fact]] = {
    "seal_code": SEAL_CODE,
    "seal_name": SEAL_NAME,
    "seal_type": 6,
    "seal_version": 4,
    "vendor": "XINYIN",
    "valid_from": "2026-01-02T00:00:00+00:00",
    "valid_until": "2031-01-01T00:00:00+00:00",
}


@dataclass
class FakeVerification:
    """Answers for QR codes by their text, and for every file with `found`, or by raising it."""

    reports: Mapping[str, ClaimReport] = field(default_factory=dict)
    found: FileFinding | Exception | None = None
    passwords: list[str | None] = field(default_factory=list)

    def claim(self, text: str, *, at: datetime | None = None) -> ClaimReport:
        assert at is None or at.tzinfo is not None
        return self.reports.get(text, refused("claim.format", SubIndication.FORMAT_FAILURE))

    def file(
        self,
        content: bytes,
        *,
        password: str | None = None,
        at: datetime | None = None,
        signed: bytes | None = None,
    ) -> FileFinding:
        assert at is None or at.tzinfo is not None
        assert signed is None or signed
        self.passwords.append(password)
        if isinstance(self.found, Exception):
            raise self.found
        assert content
        assert self.found is not None
        return self.found

    def ask(self, content: bytes, *, password: str | None = None) -> FileFinding | ClaimReport:
        return self.reports.get(content.decode(errors="replace"), None) or self.file(content, password=password)

    def seal_of(self, licence: Licence) -> None:
        assert licence.seal

    def identifier(self, text: str) -> ClaimReport:
        return self.reports[text]


def install(app: FastAPI, verification: FakeVerification, *, clock: SettableClock, rate: str = "1000/minute") -> None:
    """Let the routes of `app` find `verification` where they look for the instance's."""
    settings = SimpleNamespace(public_url="https://trust.example", qr_url=None, hotline="12345")
    base = SimpleNamespace(clock=clock, settings=settings)
    app.state.instance = SimpleNamespace(verification=verification, base=base, pinned=("5f" * 32,))
    app.state.verifications = Throttle(rate, "verify")


# --- parts of an answer


def check(
    name: str, indication: SubIndication | None = None, *, reason: str = "as it was found", step: str = ""
) -> Check:
    """Return a check that passed, or did not for `indication`."""
    finding = None if indication is None else Finding(sub_indication=indication, reason=reason)
    return Check(step=step, name=name, finding=finding)


def standing(
    state: LicenceState = LicenceState.IN_FORCE,
    *,
    holder: str = "某市青禾餐饮服务有限公司",
    holder_id: str = "O7K2M9QX4TB8WZ5RDN",
    issuer: str = "某市市场监督管理局",
    type_name: str = "食品经营许可证",
    type_name_en: str = "Food Operation Permit",
    number: str = "JY23301060012345",
    last_day: date | None = date(2031, 3, 17),
    expired: bool = False,
) -> Standing:
    """Return what the registry says of a licence."""
    licence = Licence(
        id="lic_1",
        state=state,
        last_actor="acc_1",
        type="type_1",
        issuer=SubjectId("O1ISSUER0000000000"),
        chain="lic_1",
        entered_at=STAMPED,
        identifier="1.2.156.3005.2.11100000000013338W032.11330100002490218X.202600000042.001.7",
        digest=bytes(16),
        number=number,
        holder=SubjectId(holder_id),
        seal="seal_1",
        status_index=42,
        data={"legal_representative": "张某某"},
        prepared_at=STAMPED,
        issued_on=date(2026, 3, 18),
        last_day=last_day,
    )
    return Standing(
        licence=licence,
        type_name=type_name,
        type_name_en=type_name_en,
        type_code="11100000000013338W032",
        issuer=issuer,
        holder=holder,
        expired=expired,
    )


def superseded(*, in_force: bool = True) -> Standing:
    """Return what the registry says of a licence whose place another edition has taken, or an edition after that."""
    told = standing(LicenceState.SUPERSEDED)
    newest = replace(told.licence, id="lic_2", state=LicenceState.IN_FORCE, edition=3, predecessor="lic_1")
    return replace(told, newest=newest, newest_in_force=in_force)


def from_paper() -> Standing:
    """Return what the registry says of a licence that was made from paper, and corrected since."""
    told = standing()
    paper = replace(told.licence, edition=2, paper_issued_on=date(2019, 3, 18))
    return replace(told, licence=paper)


def awaiting_time_stamp() -> Standing:
    """Return what the registry says of a licence that was signed while no time-stamp authority answered."""
    told = standing()
    return replace(told, licence=replace(told.licence, level="B-B", time_stamp_due=STAMPED))


def seal(
    state: SealState = SealState.ACTIVE,
    *,
    trust: SealTrust = SealTrust.VALID,
    name: str = SEAL_NAME,
    stamping: str | None = "stamp_1",
) -> SealStanding:
    """Return what the registry says of a seal."""
    return SealStanding(
        code=SEAL_CODE,
        name=name,
        state=state,
        stamped_at=STAMPED,
        stamping=stamping,
        at_stamping=TrustAt(trust=trust),
    )


def placed(
    coverage: Coverage = Coverage.REVISION, changes: Changes = Changes.FORM_FILLING, *, is_time_stamp: bool = False
) -> PDFSignature:
    """Return where a signature stands in a PDF."""
    return PDFSignature(
        field="XinyinSeal",
        filter="Adobe.PPKLite",
        subfilter="GM.sm2seal",
        is_time_stamp=is_time_stamp,
        contents=b"",
        content=ByteRangeContent(b"", ()),
        claimed_time=None,
        reason="",
        revision=1,
        coverage=coverage,
        changes=changes,
        permission=2,
    )


def judged(
    *checks: Check,
    kind: SignatureKind = SignatureKind.SEAL_SIGNATURE,
    report: Mapping[str, Any] | None = None,
    where: PDFSignature | None = None,
) -> JudgedSignature:
    """Return a signature with `checks`; `report` has what else is known of it."""
    told = SignatureReport(kind=kind, checks=checks, **(report or {}))
    return JudgedSignature(field="" if where is None else where.field, placed=where, report=told)


def file_of(
    *signatures: JudgedSignature,
    kind: FileKind = FileKind.PDF,
    seals: tuple[SealStanding, ...] = (),
    licence: Standing | None = None,
) -> FileFinding:
    """Return what came of a file; the registry speaks where there are `seals`."""
    checks = [check for one in seals for check in seal_checks(one)]
    if licence is not None:
        checks += standing_checks(licence)
    return FileFinding(
        report=FileReport(
            kind=kind, document=DocumentReport(signatures=signatures, pages=1 if kind is FileKind.PDF else 0)
        ),
        seals=seals,
        standing=licence,
        registry=Verdict(checks=tuple(checks)) if seals else None,
    )


def refused(name: str, indication: SubIndication, *before: str) -> ClaimReport:
    """Return the report on a QR code that stops at the check `name`."""
    passed = tuple(check(one, step=str(number)) for number, one in enumerate(before, 1))
    last = check(name, indication, step=str(len(before) + 1))
    return ClaimReport(verdict=Verdict(checks=(*passed, last)))


def registered(known: Standing) -> ClaimReport:
    """Return the report on a QR code that holds."""
    before = (check("claim.format", step="1"), check("claim.signature", step="2"))
    return ClaimReport(verdict=Verdict(checks=(*before, *standing_checks(known))), standing=known)


# --- whole answers, by what they show


def claims() -> dict[str, ClaimReport]:
    """Return the report on a QR code for every state."""
    ended = standing(last_day=date(2026, 9, 30), expired=True)
    person = standing(
        holder="欧阳明月", holder_id="P7K2M9QX4TB8WZ5RDN", type_name="残疾人证", number="33010619900307451243"
    )
    return {
        "in-force": registered(standing()),
        "in-force-person": registered(person),
        "in-force-no-end": registered(standing(last_day=None)),
        "suspended": registered(standing(LicenceState.SUSPENDED)),
        "revoked": registered(standing(LicenceState.REVOKED)),
        "withdrawn": registered(replace(standing(LicenceState.WITHDRAWN), annulled=True)),
        "superseded": registered(superseded()),
        "superseded-and-over": registered(superseded(in_force=False)),
        "from-paper": registered(from_paper()),
        "cancelled": registered(standing(LicenceState.CANCELLED)),
        "expired": registered(ended),
        "revoked-and-expired": registered(
            replace(ended, licence=replace(ended.licence, state=LicenceState.REVOKED)),
        ),
        "unknown": refused("licence.known", SubIndication.SIG_CONSTRAINTS_FAILURE, "claim.format", "claim.signature"),
        "forged": refused("claim.signature", SubIndication.SIG_CRYPTO_FAILURE),
        "malformed": refused("claim.format", SubIndication.FORMAT_FAILURE),
        "without-words": refused("claim.made_up", SubIndication.SIG_CONSTRAINTS_FAILURE),
        "without-checks": ClaimReport(verdict=Verdict()),
    }


PDF_CHECKS: Final = ("pdf.coverage", "pdf.changes")
VALUE_CHECKS: Final = ("seal_signature.format", "seal_signature.value", "seal_signature.signer_listed")
PATH_CHECKS: Final = ("certificate.path", "certificate.validity", "certificate.key_usage", "certificate.revocation")
SEAL_CHECKS: Final = ("seal.format", "seal.signature_value", *PATH_CHECKS, "seal.validity")


def with_finding(
    names: tuple[str, ...], name: str = "", indication: SubIndication | None = None, reason: str = ""
) -> tuple[Check, ...]:
    """Return checks of which `name` alone did not pass."""
    return tuple(
        check(one, indication if one == name else None, reason=reason or "as it was found", step="7.3") for one in names
    )


def files(pki: PKI) -> dict[str, FileFinding]:
    """Return what came of a file for every state."""
    owner = Name(common_name=SEAL_CODE, organisation="某市市场监督管理局", organisation_identifier="NTRCN-1133")
    party = pki.issue(DOCUMENT_SIGNER, subject=owner).certificate
    path = (party, pki.issuing.certificate, pki.root.certificate)
    common: dict[str, Any] = {"signer": party, "path": path, "algorithm": "sm2", "claimed_time": STAMPED}
    ours = {**common, "proven_time": STAMPED, "facts": SEAL_FACTS}
    names = (
        *PDF_CHECKS,
        *VALUE_CHECKS,
        *PATH_CHECKS,
        "seal_signature.signing_time",
        "seal_signature.data_hash",
        *SEAL_CHECKS,
    )
    whole = placed(Coverage.FILE, Changes.NONE)
    sealed = judged(*with_finding(names), report=ours, where=placed())
    cms = ("pdf.coverage", "pdf.changes", "cms.format", "signature.message_digest", "signature.value", *PATH_CHECKS)
    signed = judged(*with_finding(cms), kind=SignatureKind.CMS, report={**common, "proven_time": STAMPED}, where=whole)

    def broken(name: str, indication: SubIndication, reason: str, *, without_path: bool = False) -> JudgedSignature:
        told = {**ours, "path": (party,), "proven_time": None} if without_path else ours
        return judged(*with_finding(names, name, indication, reason), report=told, where=whole)

    unreadable = judged(check("file.format", SubIndication.FORMAT_FAILURE, step="format"), kind=SignatureKind.CMS)
    both = (sealed, signed)
    missing = with_finding(
        (*VALUE_CHECKS, *PATH_CHECKS, "seal_signature.data_hash"),
        "seal_signature.data_hash",
        SubIndication.SIGNED_DATA_NOT_FOUND,
    )
    altered = broken(
        "seal_signature.data_hash", SubIndication.HASH_FAILURE, "the document is not the one that was sealed"
    )
    foreign = broken(
        "certificate.path",
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
        "no path from 33010600004821 to a trust anchor; the issuer is 测试签发机构",
        without_path=True,
    )
    later = broken("certificate.revocation", SubIndication.TRY_LATER, "no revocation list of 测试签发机构 is at hand")
    return {
        "licence-in-force": file_of(*both, seals=(seal(),), licence=standing()),
        "licence-awaiting-time": file_of(*both, seals=(seal(),), licence=awaiting_time_stamp()),
        "licence-superseded": file_of(*both, seals=(seal(),), licence=superseded()),
        "licence-revoked": file_of(*both, seals=(seal(),), licence=standing(LicenceState.REVOKED)),
        "licence-expired": file_of(*both, seals=(seal(),), licence=standing(last_day=date(2026, 9, 30), expired=True)),
        "seal-suspended": file_of(*both, seals=(seal(SealState.SUSPENDED),), licence=standing()),
        "seal-disputed": file_of(*both, seals=(seal(SealState.SUSPENDED, trust=SealTrust.DISPUTED),)),
        "seal-stopped": file_of(*both, seals=(seal(SealState.CANCELLED, trust=SealTrust.STOPPED),)),
        "seal-not-in-use": file_of(*both, seals=(seal(trust=SealTrust.NOT_IN_USE),)),
        "seal-needs-proof": file_of(*both, seals=(seal(SealState.CANCELLED, trust=SealTrust.NEEDS_PROOF),)),
        "seal-never-valid": file_of(*both, seals=(seal(SealState.INVALIDATED, trust=SealTrust.NEVER_VALID),)),
        "seal-unrecorded": file_of(*both, seals=(seal(stamping=None),)),
        "seal-disputed-licence": file_of(
            *both, seals=(seal(SealState.SUSPENDED, trust=SealTrust.DISPUTED),), licence=standing()
        ),
        "sealed": file_of(*both, seals=(seal(),)),
        "valid": file_of(signed),
        "form-filled": file_of(judged(check("signature.value"), report=common, where=placed(), kind=SignatureKind.CMS)),
        "altered": file_of(altered, signed),
        "altered-licence": file_of(altered, signed, seals=(seal(),), licence=standing()),
        "wrong-value": file_of(
            broken("seal_signature.value", SubIndication.SIG_CRYPTO_FAILURE, "crypto.signature_mismatch()")
        ),
        "unknown-authority": file_of(foreign),
        "unknown-authority-expired": file_of(
            foreign, judged(check("seal.signature_value"), check("seal.validity", SubIndication.OUT_OF_BOUNDS_NO_POE))
        ),
        "try-later": file_of(later),
        "try-later-licence": file_of(later, seals=(seal(),), licence=standing()),
        "document-missing": file_of(judged(*missing, report=ours), kind=FileKind.SEAL_SIGNATURE),
        "seal-alone": file_of(
            judged(*with_finding(SEAL_CHECKS), kind=SignatureKind.ELECTRONIC_SEAL, report=ours), kind=FileKind.SEAL
        ),
        "no-signature": file_of(),
        "unknown-kind": file_of(unreadable, kind=FileKind.UNKNOWN),
        "unreadable": file_of(unreadable, kind=FileKind.OFD),
        "undecided": file_of(
            judged(check("ofd.unprotected_files", SubIndication.SIGNED_DATA_NOT_FOUND), report=ours), kind=FileKind.OFD
        ),
    }
