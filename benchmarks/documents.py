"""Documents: stamping a page, against plain pyHanko with the same keys, seal image, time-stamps and evidence."""

import json
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api.ceremony import hold_ceremony
from api.demo import cast
from api.settings import Settings
from api.wiring import TEMPLATES, Instance
from benchmarks.measure import Result, paired
from benchmarks.plain_pyhanko import PlainStamping
from licence.template.rendering import Renderer
from seal.image.drawing import SealDesign, draw
from seal.life.making import SealOrder, make_seal
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stamp import StampKit, prepare_stamp
from trust import typefaces
from trust.certificates import Certificate
from trust.cms import Dialect
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import KEYS
from trust.founding import ISSUING_P256, ISSUING_SM2, Role
from trust.pdf.appearance import POINTS_PER_MM
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, Name, Profile
from trust.signing import KeyPurpose, Signer
from trust.validation_data import validation_data

__all__ = ["results"]

YEAR = timedelta(days=365)
X_MM, Y_MM = 230, 154
HEIGHT_MM = 210
"""Where the seal goes on a page of A4 that lies, and how high that is."""


def certified(
    instance: Instance, purpose: KeyPurpose, algorithm: str, issuer: str, profile: Profile
) -> tuple[Signer, Certificate]:
    """Make a key in custody with its certificate."""
    base = instance.base
    with base.store.transaction() as tx:
        key = base.custody.generate(tx, purpose, KEYS[algorithm])
        subject = Name(common_name="benchmark", organisation=cast.AUTHORITY.name)
        order = base.authorities.prepare(tx, issuer=issuer, profile=profile, subject=subject, key=key)
    certificate = base.authorities.sign(order)
    with base.store.transaction() as tx:
        base.authorities.record(tx, order, certificate)
    return Signer(base.custody, key), certificate


def kit_of(instance: Instance) -> StampKit:
    """Return a seal that is ready to stamp."""
    owner, owner_certificate = certified(instance, KeyPurpose.SEAL_OWNER, "sm2", ISSUING_SM2, SEAL_OWNER)
    signer, signer_certificate = certified(instance, KeyPurpose.DOCUMENT, "p256", ISSUING_P256, DOCUMENT_SIGNER)
    design = SealDesign(name=cast.AUTHORITY.name, row="电子证照专用章", code="33019900000001")
    now = instance.base.clock.now().replace(microsecond=0)
    order = SealOrder(
        code="33019900000001",
        name=cast.AUTHORITY.name,
        type=6,
        design=design,
        owner_certificate=owner_certificate,
        made_at=now,
        valid_until=now + YEAR,
    )
    keys = instance.service_keys
    seal = make_seal(order, maker=keys.signer(Role.SEAL_MAKER), maker_certificate=keys.certificate(Role.SEAL_MAKER))
    with instance.base.store.reading() as view:
        evidence = instance.base.authorities.evidence(view)
    return StampKit(
        seal=seal,
        image=draw(design),
        label="benchmark",
        owner=owner,
        owner_certificate=owner_certificate,
        document_signer=CMSSigner(signer=signer, certificate=signer_certificate, chain=(keys.issuers[ISSUING_P256],)),
        seal_stamper=instance.stampers.seal,
        document_stamper=instance.stampers.document,
        evidence=evidence,
    )


def plain_stamping(instance: Instance, kit: StampKit) -> PlainStamping:
    """Return the baseline: the same keys, image, authorities and evidence, and the seal at the same place."""
    keys = instance.service_keys
    national = instance.timekeeping.authority(Role.TIME_STAMP_SM2)
    # pyHanko reads no messages of the national dialect.
    readable = replace(national, signer=replace(national.signer, dialect=Dialect.RFC5652))
    half = kit.image.width_mm / 2
    corners = (X_MM - half, HEIGHT_MM - Y_MM - half, X_MM + half, HEIGHT_MM - Y_MM + half)
    left, bottom, right, top = (round(value * POINTS_PER_MM) for value in corners)
    return PlainStamping(
        kit=kit,
        chain=(keys.issuers[ISSUING_SM2],),
        seal_authority=readable,
        document_authority=instance.timekeeping.authority(Role.TIME_STAMP_P256),
        evidence=validation_data(kit.leaves, kit.evidence, at=instance.base.clock.now()),
        box=(left, bottom, right, top),
    )


def results() -> list[Result]:
    """Measure everything of this module."""
    renderer = Renderer(TEMPLATES, typefaces.FOLDER)
    sample = json.loads((TEMPLATES / "business_licence" / "sample.json").read_text())
    page = renderer.render("business_licence", sample, at=datetime(2026, 11, 22, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        hold_ceremony(settings, cast.founders())
        instance = Instance.open(settings)
        kit = kit_of(instance)
        plain = plain_stamping(instance, kit)
        order = StampOrder(places=(AtPoint(page=1, x_mm=X_MM, y_mm=Y_MM),), reason="benchmark")

        def ours() -> object:
            return prepare_stamp(page, kit, order, at=instance.base.clock.now()).redeem(instance.base.clock)

        found = paired(
            "seal.stamp_pdf",
            "plain pyHanko: SM2 with the same key and seal image, PAdES B-T after it, both time-stamped, not verified",
            lambda: plain.stamp(page),
            ours,
            times=20,
        )
        instance.base.store.close()
    return [found]
