"""What a holder sees and decides 我的证照: own licences, consents, and who asked about them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors, pdf_answer
from api.schemas.my_licences import (
    ConsentBody,
    ConsentView,
    OfferView,
    OwnConsent,
    OwnLicence,
    OwnLicenceDetails,
    TermsBody,
    TermsView,
    UsePage,
)
from api.schemas.paging import Before, Most
from api.schemas.texts import Name, Text
from api.wiring import Instance
from identity.duties import Actor
from licence.errors import LicenceUnknown, TypeUnknown
from licence.sharing.errors import ConsentUnknown, GrantUnknown, NotTheHolder, SharingInvalid, TermsChanged
from trust.requests import RequestKeyMalformed, RequestKeyReused

__all__ = ["router"]

router = APIRouter(prefix="/v1/my", tags=["我的证照 holders"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
Holder = Annotated[
    Text | None,
    Query(
        max_length=64,
        description="An organisation that the caller speaks for; none: the caller",
        examples=["O3F6H8J1L4N7Q2S5U9"],
    ),
]
LicenceName = Annotated[
    Name, Path(description="Identifier of the licence", examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
]
AGREEING = (NotTheHolder, GrantUnknown, LicenceUnknown, TypeUnknown, SharingInvalid)


@router.get("/licences", summary="My licences 我的证照", responses=errors(NotTheHolder))
def read_licences(
    *, instance: InstanceHere, actor: Caller, holder: Holder = None, before: Before = None, limit: Most = 100
) -> list[OwnLicence]:
    """Return a page of the licences of the caller, or of an organisation that the caller speaks for, newest first."""
    found = instance.sharing.holders.list(actor, holder or actor.id, before=before, limit=limit)
    return [OwnLicence.of(one) for one in found]


@router.get(
    "/licences/{licence}", summary="One of my licences 查看我的证照", responses=errors(NotTheHolder, LicenceUnknown)
)
def read_licence(
    instance: InstanceHere, actor: Caller, licence: LicenceName, holder: Holder = None
) -> OwnLicenceDetails:
    """Return a licence of the holder's own with what it says, field by field."""
    return OwnLicenceDetails.details(instance.sharing.holders.read(actor, holder or actor.id, licence))


@router.get(
    "/licences/{licence}/file",
    summary="The file of my licence 我的证照文件",
    response_class=Response,
    responses={**pdf_answer("The signed licence"), **errors(NotTheHolder, LicenceUnknown)},
)
def read_file(instance: InstanceHere, actor: Caller, licence: LicenceName, holder: Holder = None) -> Response:
    """Return the signed PDF of a licence of the holder's own."""
    pdf = instance.sharing.holders.file(actor, holder or actor.id, licence)
    return Response(pdf, media_type="application/pdf")


@router.get(
    "/licences/{licence}/consent-offers",
    summary="Who may be given consent 可授权的系统",
    responses=errors(NotTheHolder, LicenceUnknown),
)
def read_offers(instance: InstanceHere, actor: Caller, licence: LicenceName, holder: Holder = None) -> list[OfferView]:
    """Return the clients that may ask about a licence once its holder agrees."""
    return [OfferView.of(one) for one in instance.sharing.consents.offers(actor, holder or actor.id, licence)]


@router.post("/consent-terms", summary="The words of a consent 授权书内容", responses=errors(*AGREEING))
def read_terms(instance: InstanceHere, actor: Caller, body: TermsBody) -> TermsView:
    """Return the words that the holder would agree to, with their digest, which the consent names."""
    return TermsView.of(instance.sharing.consents.terms(actor, body.command(actor.id)))


@router.post(
    "/consents",
    summary="Give consent 用证授权",
    status_code=201,
    responses=errors(*AGREEING, TermsChanged, RequestKeyMalformed, RequestKeyReused),
)
def give_consent(
    instance: InstanceHere, actor: Caller, idempotency_key: IdempotencyKey, body: ConsentBody
) -> ConsentView:
    """Let one client use one licence, or one type, for one purpose, until a moment."""
    command = body.command(actor.id, channel=body.channel, words_digest=body.words_digest, request_key=idempotency_key)
    return ConsentView.of(instance.sharing.consents.give(actor, command))


@router.get("/consents", summary="My consents 我的授权", responses=errors(NotTheHolder))
def read_consents(
    *, instance: InstanceHere, actor: Caller, holder: Holder = None, before: Before = None, limit: Most = 100
) -> list[OwnConsent]:
    """Return a page of what the holder ever agreed to, newest first."""
    found = instance.sharing.consents.list(actor, holder or actor.id, before=before, limit=limit)
    return [OwnConsent.seen(one) for one in found]


@router.post("/consents/{consent}/withdrawal", summary="Withdraw a consent 撤回授权", responses=errors(ConsentUnknown))
def withdraw_consent(
    instance: InstanceHere,
    actor: Caller,
    consent: Annotated[
        Name, Path(description="Identifier of the consent", examples=["consent_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ],
) -> ConsentView:
    """Withdraw a consent: from this moment nothing stands on it."""
    return ConsentView.of(instance.sharing.consents.withdraw(actor, consent))


@router.get("/licence-uses", summary="Who asked about my licences 用证记录", responses=errors(NotTheHolder))
def read_uses(
    *,
    instance: InstanceHere,
    actor: Caller,
    holder: Holder = None,
    consent: Annotated[
        Text | None,
        Query(max_length=64, description="Those that rested on it", examples=["consent_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
    ] = None,
    before: Annotated[
        Text | None,
        Query(max_length=64, description="Where the page before ended", examples=["use_01k9x3v5b7d2f4h6j8m0n1p3q5"]),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="How many to answer at most")] = 50,
) -> UsePage:
    """Return a page of the calls about the holder, newest first: who, what for, on which ground, with what result."""
    found = instance.sharing.holders.uses(actor, holder or actor.id, consent=consent, before=before, limit=limit)
    return UsePage.of(found, limit)
