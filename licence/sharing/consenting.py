"""Consent 用证授权: the holder lets one client use one licence, or one type, for one purpose, until a moment.

What is agreed to are words, made from the grant and from what the holder chose. The holder sends back the digest of the
words that were read: nobody agrees to what was changed meanwhile. A consent is withdrawn at once, by whoever speaks
for the holder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from identity.duties import Actor
from identity.holding import Standing, may_look, speaks_for
from identity.subject import Organisation, Person, SubjectId
from licence.errors import LicenceUnknown
from licence.records import CHINA
from licence.sharing.entries import (
    HOLDER_CODE,
    HOLDER_NAME,
    NUMBER,
    Call,
    Consent,
    Disclosure,
    SharingGrant,
)
from licence.sharing.errors import ConsentUnknown, GrantUnknown, NotTheHolder, SharingInvalid, TermsChanged
from licence.sharing.repository import NEVER_ISSUED
from licence.sharing.sources import Sources
from trust import requests
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Transaction

__all__ = ["CHANNELS", "ConsentSeen", "ConsentService", "ConsentStanding", "GiveConsent", "Offer", "Terms"]

WORDS_VERSION: Final = 1
"""Changes with every change of the words below."""

LONGEST: Final = timedelta(days=366)
MOST_TIMES: Final = 1_000
CHANNELS: Final = ("portal", "app", "counter")
"""Where a holder agrees: a web portal 门户, an application on a phone 移动端, a counter 窗口."""

CALLS: Final[Mapping[Call, str]] = {
    Call.QUERY: "查询证照及其状态",
    Call.DATA: "获取证照数据",
    Call.FILE: "获取证照文件原件",
    Call.VERIFY_DATA: "核验填报数据",
    Call.VERIFY_FILE: "核验证照文件",
    Call.DECODE_QR: "解析证照二维码",
    Call.COPY: "获取证照加注件",
}
FIELDS: Final[Mapping[str, str]] = {NUMBER: "证照编号", HOLDER_NAME: "持证主体名称", HOLDER_CODE: "持证主体代码"}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a holder is asked to agree to."""

    words: str
    version: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A grant that needs the holder's consent, as the holder sees it."""

    grant: SharingGrant
    client_name: str
    organisation_name: str


class ConsentStanding(StrEnum):
    """How a consent stands at a moment."""

    IN_FORCE = "in_force"  # 有效
    EXPIRED = "expired"  # 已到期
    USED_UP = "used_up"  # 次数已用完
    WITHDRAWN = "withdrawn"  # 已撤回


@dataclass(frozen=True, kw_only=True)
class ConsentSeen:
    """A consent with the names that its holder needs to know it again."""

    consent: Consent
    client_name: str
    organisation_name: str
    type_name: str
    type_name_en: str
    """Empty where the type has no English name."""

    purpose_words: str
    number: str | None
    """Of the licence, where it is for one."""

    at: datetime
    """When it was looked at."""

    @property
    def standing(self) -> ConsentStanding:
        """How it stands."""
        consent = self.consent
        if consent.withdrawn_at is not None:
            return ConsentStanding.WITHDRAWN
        if self.at >= consent.valid_until:
            return ConsentStanding.EXPIRED
        if consent.times is not None and consent.used >= consent.times:
            return ConsentStanding.USED_UP
        return ConsentStanding.IN_FORCE


@dataclass(frozen=True, kw_only=True)
class GiveConsent:
    """What a holder chose."""

    holder: str
    grant: str
    licence: str | None
    """One licence; None: every licence of `type_code`."""

    type_code: str | None
    purpose: str
    valid_until: datetime
    times: int | None
    channel: str
    words_digest: str
    request_key: str


class ConsentService:
    """The use cases of consents."""

    def __init__(self, sources: Sources) -> None:
        self.store, self.repository = sources.store, sources.repository
        self.identity, self.catalogue, self.licences = sources.identity, sources.catalogue, sources.licences

    def offers(self, actor: Actor, holder: str, licence: str) -> tuple[Offer, ...]:
        """Return who may be given consent for a licence of the holder's."""
        with self.store.reading() as view:
            self.require_view(view, actor, holder)
            type_code, issuer = self.subject_of(view, holder, licence)
            found = self.repository.grants_of_issuers(view, frozenset({issuer}))
            return tuple(
                self.offer(view, one)
                for one in found
                if one.basis is None and one.is_in_force(view.now) and type_code in one.fields_by_type
            )

    def terms(self, actor: Actor, command: GiveConsent) -> Terms:
        """Return the words that the holder would agree to. Raise as `give` does, but for `TermsChanged`."""
        with self.store.reading() as view:
            self.require_voice(view, actor, command.holder)
            return self.words(view, command)[0]

    def give(self, actor: Actor, command: GiveConsent) -> Consent:
        """Agree. A repeated request gets the same consent.

        Raise `NotTheHolder`, `GrantUnknown`, `LicenceUnknown`, `SharingInvalid`, `TermsChanged`, `RequestKeyReused`.
        """
        asked = [
            command.holder,
            command.grant,
            command.licence,
            command.type_code,
            command.purpose,
            command.valid_until.isoformat(),
            command.times,
            command.channel,
            command.words_digest,
        ]
        fingerprint, key = requests.fingerprint("sharing:consent", asked), command.request_key
        with self.store.transaction() as tx:
            standing = self.require_voice(tx, actor, command.holder)
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, known)
            terms, grant, type_code = self.words(tx, command)
            if terms.digest != command.words_digest:
                raise TermsChanged
            if command.channel not in CHANNELS:
                raise SharingInvalid(field="channel", rule="unknown")
            consent = Consent(
                id=new_id("consent", at=tx.now),
                grant=grant.id,
                client=grant.client,
                holder=SubjectId(command.holder),
                licence=command.licence,
                type_code=type_code,
                purpose=command.purpose,
                words_version=terms.version,
                words_digest=terms.digest,
                words=terms.words,
                evidence=self.evidence(tx, actor, standing),
                given_by=actor.id,
                channel=command.channel,
                given_at=tx.now,
                valid_until=command.valid_until,
                times=command.times,
            )
            self.repository.add_consent(tx, consent)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=consent.id)
            facts: dict[str, Fact] = {
                "grant": grant.id,
                "client": grant.client,
                "purpose": consent.purpose,
                "words": consent.words_digest,
                "times": consent.times,
            }
            tx.record(AuditEvent(tag="sharing:consent:done", actor=actor.id, subject=consent.id, facts=facts))
            return consent

    def withdraw(self, actor: Actor, consent: str) -> Consent:
        """Withdraw a consent: from now on nothing stands on it. Withdrawing what is withdrawn changes nothing."""
        with self.store.transaction() as tx:
            found = self.require(tx, consent)
            if speaks_for(self.identity, tx, actor, found.holder) is None:
                raise ConsentUnknown
            if found.withdrawn_at is not None:
                return found
            self.repository.withdraw_consent(tx, found.id, actor=actor.id)
            facts: dict[str, Fact] = {"grant": found.grant, "client": found.client}
            tx.record(AuditEvent(tag="sharing:withdraw_consent:done", actor=actor.id, subject=found.id, facts=facts))
            return replace(found, withdrawn_at=tx.now, withdrawn_by=actor.id)

    def list(
        self, actor: Actor, holder: str, *, before: str | None = None, limit: int | None = None
    ) -> tuple[ConsentSeen, ...]:
        """Return what a holder ever agreed to, newest first; `before` is the last one of the page before."""
        with self.store.reading() as view:
            self.require_view(view, actor, holder)
            found = self.repository.consents_of(view, self.identity.names_of(view, holder), before=before, limit=limit)
            return tuple(self.seen(view, one) for one in found)

    # --- building blocks

    def seen(self, view: Reading, consent: Consent) -> ConsentSeen:
        """Return a consent with its names."""
        grant = self.repository.grant(view, consent.grant)
        if grant is None:  # pragma: no cover - a foreign key holds it
            raise GrantUnknown
        offer = self.offer(view, grant)
        licence = None if consent.licence is None else self.licences.get(view, consent.licence)
        kind = self.catalogue.require(view, consent.type_code)
        return ConsentSeen(
            consent=consent,
            client_name=offer.client_name,
            organisation_name=offer.organisation_name,
            type_name=kind.name,
            type_name_en=kind.name_en,
            purpose_words=grant.purpose_words.get(consent.purpose, ""),
            number=None if licence is None else licence.number,
            at=view.now,
        )

    def require(self, view: Reading, name: str) -> Consent:
        """Return a consent, or raise `ConsentUnknown`."""
        found = self.repository.consent(view, name)
        if found is None:
            raise ConsentUnknown
        return found

    def require_voice(self, view: Reading, actor: Actor, holder: str) -> Standing:
        """Return as what the actor speaks for a holder, or raise `NotTheHolder`."""
        standing = speaks_for(self.identity, view, actor, holder)
        if standing is None:
            raise NotTheHolder
        return standing

    def require_view(self, view: Reading, actor: Actor, holder: str) -> None:
        """Return if the actor may see what there is of a holder, else raise `NotTheHolder`."""
        if not may_look(self.identity, view, actor, holder):
            raise NotTheHolder

    def evidence(self, tx: Transaction, actor: Actor, standing: Standing) -> dict[str, str]:
        """Return how it was known who agreed."""
        assurance = self.identity.require_person(tx, actor.id).assurance
        told = {"standing": standing.value, "authenticated_by": "session"}
        if assurance is not None:  # whoever may act was proven
            told |= {"assurance": f"L{assurance.level}", "source": assurance.source}
        return told

    def subject_of(self, view: Reading, holder: str, licence: str) -> tuple[str, str]:
        """Return the type code and the issuer of a licence of the holder's, or raise `LicenceUnknown`."""
        found = self.licences.get(view, licence)
        names = self.identity.names_of(view, holder)
        if found is None or found.holder not in names or found.state in NEVER_ISSUED:
            raise LicenceUnknown
        return self.catalogue.require(view, found.type).code, found.issuer

    def offer(self, view: Reading, grant: SharingGrant) -> Offer:
        """Return a grant with the names of who asks."""
        client = self.identity.repository.client(view, grant.client)
        if client is None:
            raise GrantUnknown
        organisation = self.identity.require_organisation(view, client.organisation)
        return Offer(grant=grant, client_name=client.name, organisation_name=organisation.name)

    def words(self, view: Reading, command: GiveConsent) -> tuple[Terms, SharingGrant, str]:
        """Return the words of a consent with its grant and its type."""
        grant = self.repository.grant(view, command.grant)
        if grant is None or grant.basis is not None or not grant.is_in_force(view.now):
            raise GrantUnknown
        if command.purpose not in grant.purpose_words:
            raise SharingInvalid(field="purpose", rule="unknown")
        if not view.now < command.valid_until <= min(grant.valid_until, view.now + LONGEST):
            raise SharingInvalid(field="valid_until", rule="range")
        if command.times is not None and not 1 <= command.times <= MOST_TIMES:
            raise SharingInvalid(field="times", rule="range")
        if (command.licence is None) is (command.type_code is None):
            raise SharingInvalid(field="licence", rule="one_of")
        if command.licence is None:
            type_code, what = command.type_code or "", "名下全部该类证照"
        else:
            type_code, issuer = self.subject_of(view, command.holder, command.licence)
            if issuer != grant.issuer:  # under such a grant nothing is told of it
                raise SharingInvalid(field="licence", rule="not_granted")
            found = self.licences.get(view, command.licence)
            what = f"证照标识 {'' if found is None else found.identifier}"
        if type_code not in grant.fields_by_type:
            raise SharingInvalid(field="type_code", rule="not_granted")
        kind = self.catalogue.require(view, type_code)
        offer, holder = self.offer(view, grant), self.identity.require_subject(view, command.holder)
        titles = {f"data.{name}": str(rule.get("title", name)) for name, rule in kind.schema["properties"].items()}
        fields = "、".join(
            {**titles, **FIELDS}.get(name, name) + ("（脱敏）" if one is Disclosure.MASKED else "")
            for name, one in grant.fields_by_type[type_code].items()
        )
        until = command.valid_until.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        lines = (
            f"用证授权书（第 {WORDS_VERSION} 版）",
            f"授权人：{name_of(holder)}",
            f"被授权人：{offer.organisation_name}（系统：{offer.client_name}）",
            f"证照：{kind.name}（{type_code}），{what}",
            f"用途：{grant.purpose_words[command.purpose]}",
            f"可以：{'、'.join(CALLS[one] for one in Call if one in grant.calls)}",
            f"可见数据项：{fields or '无'}",
            f"有效期至：{until}（北京时间）；{'次数不限' if command.times is None else f'最多 {command.times} 次'}",
            "本授权可随时撤回，撤回后立即失效。每次使用均有记录，授权人可随时查看。",
        )
        words = "\n".join(lines)
        return Terms(words=words, version=WORDS_VERSION, digest=sm3(words.encode()).hex()), grant, type_code


def name_of(holder: Person | Organisation) -> str:
    """Return the name of a holder."""
    return holder.name if isinstance(holder, Organisation) else holder.name.value
