"""The founding of an instance's public-key infrastructure 密钥仪式: roots, issuing authorities, the service's own keys.

Two families stand side by side: SM2 for seals and licences under national rules, P-256 for PDF readers of the world.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from trust import repository
from trust.authority import Authorities
from trust.certificates import Certificate
from trust.cms import CMSSigner, Dialect
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.errors import Conflict, Unavailable
from trust.profiles import AUDIT, CLAIM_SIGNER, ISSUING, ROOT, SEAL_MAKER, TIME_STAMPING, Name, Profile
from trust.repository import ServiceKey
from trust.signing import KeyCustody, KeyPurpose, Signer
from trust.store import Reading, Store

__all__ = ["ISSUING_P256", "ISSUING_SM2", "AlreadyFounded", "NotFounded", "Role", "ServiceKeys", "found"]

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
            key = custody.generate(tx, KeyPurpose.CERTIFICATION, algorithm)
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
            key = custody.generate(tx, plan.purpose, plan.algorithm)
            order = authorities.prepare(tx, issuer=plan.issuer, profile=plan.profile, subject=subject, key=key)
        certificate = authorities.sign(order)
        with store.transaction() as tx:
            authorities.record(tx, order, certificate)
            service_key = ServiceKey(role=role, key=key, certificate=certificate, issuer=plan.issuer)
            repository.add_service_key(tx, service_key)
    authorities.keep_lists_fresh()


class ServiceKeys:
    """The keys of the service itself, read once: they change only by a ceremony, after which the service restarts."""

    def __init__(self, custody: KeyCustody, authorities: Authorities, view: Reading) -> None:
        self.custody = custody
        self.kept = {Role(one.role): one for one in repository.service_keys(view)}
        if set(self.kept) != set(Role):
            raise NotFounded
        self.issuers = {one.name: one.certificate for one in authorities.all(view)}

    def signer(self, role: Role) -> Signer:
        """Return the signer of a role."""
        return Signer(self.custody, self.kept[role].key)

    def certificate(self, role: Role) -> Certificate:
        """Return the certificate of a role."""
        return self.kept[role].certificate

    def time_stamp_signer(self, role: Role) -> CMSSigner:
        """Return what a time-stamp authority signs with: GM/T 0010 in the SM2 family, CMS in the other."""
        dialect = Dialect.GBT35275 if role is Role.TIME_STAMP_SM2 else Dialect.RFC5652
        return CMSSigner(
            signer=self.signer(role),
            certificate=self.certificate(role),
            chain=(self.issuers[self.kept[role].issuer],),
            dialect=dialect,
        )
