"""What holders see and decide, on the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.naming import TYPE_NAME_EN, english
from api.schemas.sharing import Purpose
from api.schemas.sharing_grants import PURPOSE, GrantView, PurposeView, SharedTypeView
from api.schemas.texts import Line, Moment
from licence.sharing.consenting import ConsentSeen, ConsentStanding, GiveConsent, Offer, Terms
from licence.sharing.entries import Consent
from licence.sharing.holding import OwnLicenceSeen, UseSeen
from licence.types.fields import ChoiceField, NumberField, RowsField, Value
from licence.types.fields import Field as TypeField
from licence.types.picture_field import PictureField
from licence.verification import Standing

__all__ = [
    "ConsentBody",
    "ConsentView",
    "OfferView",
    "OwnConsent",
    "OwnLicence",
    "OwnLicenceDetails",
    "TermsBody",
    "TermsView",
    "UsePage",
]


class OwnLicence(View):
    """A licence of the holder's own."""

    id: str
    identifier: str
    type_code: str
    type_name: str
    type_name_en: str | None = TYPE_NAME_EN
    number: str
    issuer: str
    state: str = Field(examples=["in_force"])
    in_force: bool
    expired: bool
    issued_on: date
    last_day: date | None

    @classmethod
    def of(cls, standing: Standing) -> "OwnLicence":
        """Return the view of a licence."""
        licence = standing.licence
        return cls(
            id=licence.id,
            identifier=licence.identifier,
            type_code=standing.type_code,
            type_name=standing.type_name,
            type_name_en=english(standing.type_name_en),
            number=licence.number,
            issuer=standing.issuer,
            state=licence.state.value,
            in_force=standing.is_in_force,
            expired=standing.expired,
            issued_on=licence.issued_on,
            last_day=licence.last_day,
        )


class PrintedColumn(View):
    """A column of rows."""

    name: str = Field(examples=["owner_name"])
    title: str = Field(examples=["权利人"])
    title_en: str = Field(examples=["Owner"])
    choices_en: dict[str, str] = Field(
        description="Of a choice: what each value that may be printed is in English, where its type says so",
        examples=[{"共同共有": "joint"}],
    )

    @classmethod
    def named(cls, field: TypeField) -> "PrintedColumn":
        """Return the view of what a field is called."""
        choices = field.choices.values() if isinstance(field, ChoiceField) else ()
        english = {one.zh: one.en for one in choices if one.en}
        return cls(name=field.name, title=field.label.zh, title_en=field.label.en, choices_en=english)


class PrintedField(PrintedColumn):
    """A field of a licence as its page shows it."""

    unit: str = Field(description="Of a number", examples=["平方米"])
    unit_en: str = Field(examples=["m²"])
    text: str = Field(description="Empty where it was not given, or has rows", examples=["云州市…"])
    columns: list[PrintedColumn]
    rows: list[dict[str, str]]

    @classmethod
    def of(cls, field: TypeField, value: Value) -> "PrintedField":
        """Return the view of a field with what is printed for it."""
        unit = field.unit if isinstance(field, NumberField) else None
        columns = field.columns if isinstance(field, RowsField) else ()
        return cls(
            **PrintedColumn.named(field).model_dump(),
            unit="" if unit is None else unit.zh,
            unit_en="" if unit is None else unit.en,
            text=value if isinstance(value, str) else "",
            columns=[PrintedColumn.named(one) for one in columns],
            rows=[] if isinstance(value, str) else value,
        )


class OwnLicenceDetails(OwnLicence):
    """A licence of the holder's own with what it says. Pictures stand in its file."""

    holder: str = Field(examples=["云州星河数字科技有限公司"])
    valid_from: date
    fields: list[PrintedField]
    at: datetime = Field(description="When it stood so")

    @classmethod
    def details(cls, seen: OwnLicenceSeen) -> "OwnLicenceDetails":
        """Return the view of a licence with its fields."""
        shown = (one for one in seen.fields if not isinstance(one, PictureField))
        return cls(
            **OwnLicence.of(seen.standing).model_dump(),
            holder=seen.standing.holder,
            valid_from=seen.standing.licence.valid_from,
            fields=[PrintedField.of(one, seen.printed.get(one.name, "")) for one in shown],
            at=seen.at,
        )


class OfferView(View):
    """A client that may be given consent."""

    grant: str
    client: str
    client_name: str
    organisation_name: str = Field(examples=["云州市住房公积金管理中心"])
    calls: list[str]
    purposes: list[PurposeView]
    types: list[SharedTypeView]
    valid_until: datetime

    @classmethod
    def of(cls, offer: Offer) -> "OfferView":
        """Return the view of an offer."""
        whole = GrantView.of(offer.grant)
        return cls(
            grant=whole.id,
            client=whole.client,
            client_name=offer.client_name,
            organisation_name=offer.organisation_name,
            calls=whole.calls,
            purposes=whole.purposes,
            types=whole.types,
            valid_until=whole.valid_until,
        )


class TermsBody(Request):
    """What a holder chose to agree to."""

    holder: Line | None = Field(
        default=None, max_length=64, description="An organisation that the caller speaks for; none: the caller"
    )
    grant: Line = Field(max_length=64, examples=["share_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    licence: Line | None = Field(default=None, max_length=64, description="One licence, or else a type")
    type_code: Line | None = Field(default=None, max_length=64, description="Every licence of this type")
    purpose: Purpose = Field(examples=[PURPOSE])
    valid_until: Moment = Field(examples=["2026-12-22T00:00:00+08:00"])
    times: int | None = Field(default=None, ge=1, le=1000, description="How many calls; none: no limit")

    def command(
        self, caller: str, *, channel: str = "portal", words_digest: str = "", request_key: str = "-"
    ) -> GiveConsent:
        """Return the command of a consent."""
        return GiveConsent(
            holder=self.holder or caller,
            grant=self.grant,
            licence=self.licence,
            type_code=self.type_code,
            purpose=self.purpose,
            valid_until=self.valid_until,
            times=self.times,
            channel=channel,
            words_digest=words_digest,
            request_key=request_key,
        )


class ConsentBody(TermsBody):
    """A consent 用证授权."""

    channel: Literal["portal", "app", "counter"]
    words_digest: Line = Field(
        max_length=64, description="SM3 of the words that were read, as the terms told it", examples=["4b1f…"]
    )


class TermsView(View):
    """The words that a holder is asked to agree to."""

    words: str = Field(examples=["用证授权书（第 1 版）…"])
    version: int
    digest: str

    @classmethod
    def of(cls, terms: Terms) -> "TermsView":
        """Return the view of terms."""
        return cls(words=terms.words, version=terms.version, digest=terms.digest)


class ConsentView(View):
    """A consent."""

    id: str = Field(examples=["consent_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    grant: str
    client: str
    holder: str
    licence: str | None
    type_code: str
    purpose: str
    words: str
    words_version: int
    words_digest: str
    evidence: dict[str, str]
    given_by: str
    channel: str
    given_at: datetime
    valid_until: datetime
    times: int | None
    used: int
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, consent: Consent) -> "ConsentView":
        """Return the view of a consent."""
        return cls.model_validate(consent, from_attributes=True)


class OwnConsent(ConsentView):
    """A consent, with the names that its holder knows it by."""

    client_name: str = Field(examples=["公积金贷款系统"])
    organisation_name: str = Field(examples=["云州市住房公积金管理中心"])
    type_name: str = Field(examples=["营业执照"])
    type_name_en: str | None = TYPE_NAME_EN
    purpose_words: str = Field(examples=["个人住房公积金贷款资格审核"])
    number: str | None = Field(description="Of the licence, where it is for one", examples=["330199002000001(1/1)"])
    standing: ConsentStanding = Field(description="How it stands now", examples=["in_force"])

    @classmethod
    def seen(cls, told: ConsentSeen) -> "OwnConsent":
        """Return the view of a consent with its names."""
        return cls(
            **ConsentView.of(told.consent).model_dump(),
            client_name=told.client_name,
            organisation_name=told.organisation_name,
            type_name=told.type_name,
            type_name_en=english(told.type_name_en),
            purpose_words=told.purpose_words,
            number=told.number,
            standing=told.standing,
        )


class UseView(View):
    """A call about the holder: who, what for, on which ground, and what came of it."""

    id: str
    at: datetime
    client_name: str
    organisation_name: str
    call: str = Field(examples=["data"])
    identifier: str | None
    type_code: str | None
    purpose: str
    purpose_words: str
    law: str = Field(description="The law that it rested on; empty where it rested on a consent, or on nothing")
    consent: str | None
    allowed: bool
    code: str = Field(description="Why it was refused, or mismatch; empty where it was answered")
    handed_out: str | None = Field(description="SM3 of what was handed out")
    details: dict[str, str]

    @classmethod
    def of(cls, seen: UseSeen) -> "UseView":
        """Return the view of a call."""
        use = seen.use
        return cls(
            id=use.id,
            at=use.at,
            client_name=seen.client_name,
            organisation_name=seen.organisation_name,
            call=use.call,
            identifier=seen.identifier,
            type_code=use.type_code,
            purpose=use.purpose,
            purpose_words=seen.purpose_words,
            law=seen.law,
            consent=use.consent,
            allowed=use.handed_out is not None,
            code=use.code,
            handed_out=use.handed_out,
            details=dict(use.details),
        )


class UsePage(View):
    """A page of calls, newest first."""

    uses: list[UseView]
    next: str | None = Field(
        description="Where the next page begins; none: this is the last", examples=["use_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )

    @classmethod
    def of(cls, uses: tuple[UseSeen, ...], limit: int) -> "UsePage":
        """Return the view of a page."""
        last = uses[-1].use.id if len(uses) == limit else None
        return cls(uses=[UseView.of(one) for one in uses], next=last)
