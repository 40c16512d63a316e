"""The founding of an instance's public-key infrastructure 密钥仪式: roots, issuing authorities, the service's own keys.

Two families stand side by side: SM2 for seals and licences under national rules, P-256 for PDF readers of the world.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from trust import repository
from trust.authority import Authorities
from trust.certificates import Certificate
from trust.cms import Dialect
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.errors import Conflict, Unavailable
from trust.profiles import (
    AUDIT,
    CLAIM_SIGNER,
    DELEGATION,
    DOCUMENT_SIGNER,
    ISSUING,
    ROOT,
    SEAL_MAKER,
    STATUS_PUBLISHER,
    TIME_STAMPING,
    TRUST_LIST,
    Name,
    Profile,
)
from trust.repository import ServiceKey
from trust.signing import KeyCustody, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import Reading, Store

__all__ = ["ISSUING_P256", "ISSUING_SM2", "AlreadyFounded", "NotFounded", "Role", "ServiceKeys", "complete", "found"]

ROOT_SM2: Final = "root-sm2"
ROOT_P256: Final = "root-p256"
ISSUING_SM2: Final = "issuing-sm2"
ISSUING_P256: Final = "issuing-p256"


class AlreadyFounded(Conflict):
    """The ceremony was held before."""

    code = "instance.already_founded"


class NotFounded(Unavailable):
    """The ceremony has not been held: run `trust init` first."""

    code = "instance.not_founded"


class Role(StrEnum):
    """What the service itself signs."""

    SEAL_MAKER = "seal-maker"
    TIME_STAMP_SM2 = "tsa-sm2"
    TIME_STAMP_P256 = "tsa-p256"
    LICENCE_CLAIM = "licence-claim"
    AUDIT = "audit"
    TRUST_LIST = "trust-list"
    STATUS_PUBLISHER = "status-publisher"
    REPORT = "report"
    DELEGATION = "delegation"
    PLATFORM_LOGIN = "platform-login"


LATER: Final = frozenset({Role.TRUST_LIST, Role.STATUS_PUBLISHER, Role.REPORT, Role.DELEGATION, Role.PLATFORM_LOGIN})
"""What instances founded by earlier versions of this program lack, until they are completed."""


REFRESH_PAUSE: Final = timedelta(seconds=5)
"""However often a signature is refused, the keys are read anew no more often than that."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a key of the service is made."""

    algorithm: KeyAlgorithm
    issuer: str
    profile: Profile
    purpose: KeyPurpose
    title: str


SM2, P256 = KEYS["sm2"], KEYS["p256"]

AUTHORITIES: Final = (
    (ROOT_SM2, SM2, None, ROOT, "SM2 根证书"),
    (ROOT_P256, P256, None, ROOT, "P-256 Root"),
    (ISSUING_SM2, SM2, ROOT_SM2, ISSUING, "SM2 签发机构"),
    (ISSUING_P256, P256, ROOT_P256, ISSUING, "P-256 Issuing CA"),
)

PLANS: Final[Mapping[Role, Plan]] = {
    Role.SEAL_MAKER: Plan(
        algorithm=SM2,
        issuer=ISSUING_SM2,
        profile=SEAL_MAKER,
        purpose=KeyPurpose.SEAL_MAKER,
        title="电子印章制作系统",
    ),
    Role.TIME_STAMP_SM2: Plan(
        algorithm=SM2,
        issuer=ISSUING_SM2,
        profile=TIME_STAMPING,
        purpose=KeyPurpose.TIME_STAMPING,
        title="SM2 时间戳机构",
    ),
    Role.TIME_STAMP_P256: Plan(
        algorithm=P256,
        issuer=ISSUING_P256,
        profile=TIME_STAMPING,
        purpose=KeyPurpose.TIME_STAMPING,
        title="P-256 Time-Stamp Authority",
    ),
    Role.LICENCE_CLAIM: Plan(
        algorithm=SM2,
        issuer=ISSUING_SM2,
        profile=CLAIM_SIGNER,
        purpose=KeyPurpose.LICENCE_CLAIM,
        title="电子证照二维码",
    ),
    Role.AUDIT: Plan(algorithm=SM2, issuer=ISSUING_SM2, profile=AUDIT, purpose=KeyPurpose.AUDIT, title="审计检查点"),
    Role.TRUST_LIST: Plan(
        algorithm=SM2, issuer=ISSUING_SM2, profile=TRUST_LIST, purpose=KeyPurpose.TRUST_LIST, title="信任列表"
    ),
    Role.STATUS_PUBLISHER: Plan(
        algorithm=SM2,
        issuer=ISSUING_SM2,
        profile=STATUS_PUBLISHER,
        purpose=KeyPurpose.STATUS_PUBLISHING,
        title="印章状态发布系统",
    ),
    Role.REPORT: Plan(
        algorithm=P256,
        issuer=ISSUING_P256,
        profile=DOCUMENT_SIGNER,
        purpose=KeyPurpose.DOCUMENT,
        title="验证报告 Verification Reports",
    ),
    Role.DELEGATION: Plan(
        algorithm=SM2, issuer=ISSUING_SM2, profile=DELEGATION, purpose=KeyPurpose.DELEGATION, title="授权委托"
    ),
    Role.PLATFORM_LOGIN: Plan(
        algorithm=P256,
        issuer=ISSUING_P256,
        profile=CLAIM_SIGNER,
        purpose=KeyPurpose.TOKEN,
        title="跨平台登录 Platform Login",
    ),
}


def found(store: Store, custody: KeyCustody, authorities: Authorities, *, operator: str) -> None:
    """Make every authority and every key of the service, and publish the first lists.

    A ceremony that broke off goes on where it stopped. Raise `AlreadyFounded` when nothing is left to make.
    """
    with store.reading() as view:
        made = {one.name for one in authorities.all(view)} | {one.role for one in repository.service_keys(view)}
    if made == {name for name, *_ in AUTHORITIES} | set(Role):
        raise AlreadyFounded
    for name, algorithm, issuer, profile, title in AUTHORITIES:
        if name in made:
            continue
        subject = Name(common_name=f"{operator} {title}", organisation=operator)
        with store.transaction() as tx:
            key = custody.generate(tx, KeyPurpose.CERTIFICATION, algorithm, name=name)
            if issuer is None:
                order = authorities.prepare_root(tx, profile=profile, subject=subject, key=key)
            else:
                order = authorities.prepare(tx, issuer=issuer, profile=profile, subject=subject, key=key)
        certificate = authorities.sign(order)
        with store.transaction() as tx:
            authorities.establish(tx, name, order, certificate)
    for role, plan in PLANS.items():
        if role in made:
            continue
        subject = Name(common_name=f"{operator} {plan.title}", organisation=operator)
        with store.transaction() as tx:
            key = custody.generate(tx, plan.purpose, plan.algorithm, name=role.value)
            order = authorities.prepare(tx, issuer=plan.issuer, profile=plan.profile, subject=subject, key=key)
        certificate = authorities.sign(order)
        with store.transaction() as tx:
            authorities.record(tx, order, certificate)
            service_key = ServiceKey(role=role, key=key, certificate=certificate, issuer=order.issuer or plan.issuer)
            repository.add_service_key(tx, service_key)
    authorities.keep_lists_fresh()


def complete(store: Store, custody: KeyCustody, authorities: Authorities) -> tuple[Role, ...]:
    """Make what an instance lacks that an earlier version of this program has founded, and return it.

    Raise `NotFounded` where no ceremony was held.
    """
    with store.reading() as view:
        there = {one.role for one in repository.service_keys(view)}
        roots = [one.certificate for one in authorities.all(view) if one.name == ROOT_SM2]
    if not roots or not set(Role) - LATER <= there:
        raise NotFounded
    missing = tuple(role for role in Role if role not in there)
    if missing:
        found(store, custody, authorities, operator=roots[0].organisation)
    return missing


class ServiceKeys:
    """The keys of the service itself, with every version that there was.

    A rotation by another process is noticed at the next `refresh`: housekeeping sees to that in each round, and a
    signature that is refused does so at once.
    """

    def __init__(self, custody: KeyCustody, authorities: Authorities, view: Reading) -> None:
        self.custody = custody
        self.authorities = authorities
        self.lock = threading.Lock()
        self.read(view)

    def read(self, view: Reading) -> None:
        """Read all keys. Raise `NotFounded`."""
        versions: dict[Role, list[ServiceKey]] = defaultdict(list)
        for one in repository.service_keys(view):
            versions[Role(one.role)].append(one)
        if not set(Role) - LATER <= set(versions):
            raise NotFounded
        self.versions: Mapping[Role, tuple[ServiceKey, ...]] = {role: tuple(kept) for role, kept in versions.items()}
        self.issuers = {one.name: one.certificate for one in self.authorities.all(view)}
        self.read_at = view.now

    def refresh(self, *, older_than: timedelta = timedelta(0)) -> bool:
        """Read the keys anew unless that was done a moment ago, and tell whether there is another version of one."""
        with self.lock:
            before = self.versions
            if self.now - self.read_at >= older_than:
                with self.authorities.store.reading() as view:
                    self.read(view)
            return self.versions != before

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.authorities.store.clock.now()

    def present(self, role: Role) -> ServiceKey:
        """Return the newest version of a role's key with its certificate. Raise `NotFounded` where there is none."""
        try:
            return self.versions[role][-1]
        except KeyError:
            raise NotFounded from None

    def credential(self, role: Role) -> tuple[Signer, Certificate]:
        """Return the signer of a role and its certificate, which belong together whatever happens in between."""
        kept = self.present(role)
        return self.signer_of(kept), kept.certificate

    def signer_of(self, kept: ServiceKey) -> Signer:
        """Return the signer with a key of the service."""
        return Signer(Watching(self), kept.key)

    def signer(self, role: Role) -> Signer:
        """Return the signer of a role."""
        return self.signer_of(self.present(role))

    def certificate(self, role: Role) -> Certificate:
        """Return the certificate of a role."""
        return self.present(role).certificate

    def certificates(self, role: Role) -> tuple[Certificate, ...]:
        """Return the certificates of every version of a role, the oldest first: what they signed stays signed."""
        return tuple(one.certificate for one in self.versions.get(role, ()))

    def time_stamp_signer(self, role: Role) -> CMSSigner:
        """Return what a time-stamp authority signs with: GM/T 0010 in the SM2 family, CMS in the other."""
        dialect = Dialect.GBT35275 if role is Role.TIME_STAMP_SM2 else Dialect.RFC5652
        kept = self.present(role)
        return CMSSigner(
            signer=self.signer_of(kept),
            certificate=kept.certificate,
            chain=(self.issuers[kept.issuer],),
            dialect=dialect,
        )


@dataclass(frozen=True)
class Watching:
    """Signs by the custody; a refusal makes the service look whether a newer key has taken over."""

    keys: ServiceKeys

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        """Return the raw signature over `digest`, or raise `SigningUnavailable`."""
        try:
            return self.keys.custody.sign(key, digest)
        except SigningUnavailable:
            self.keys.refresh(older_than=REFRESH_PAUSE)
            raise

    def request(self, key: KeyReference, info: bytes) -> bytes:
        """Return the raw signature over a request for a certificate."""
        return self.keys.custody.request(key, info)
