"""Sharing for business systems: asking about licences, verifying, files, annotated copies, temporary addresses."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import BodyTooLarge, TooManyRequests
from api.schemas.common import IdempotencyKey, errors, pdf_answer
from api.schemas.sharing import (
    AddressBody,
    AddressView,
    CopyBody,
    CopyView,
    DataBody,
    DecodedView,
    JudgedFileView,
    MatchesView,
    QrBody,
    QueryBody,
    SharedLicenceView,
    ValuesBody,
)
from api.schemas.sharing_grants import GrantView
from api.schemas.texts import Line, Name
from api.throttle import Throttle
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import CitizenNumberMalformed, CreditCodeMalformed, DutyMissing
from licence.errors import LicenceIdentifierMalformed, LicenceUnknown, TypeCodeMalformed
from licence.sharing.errors import (
    ConsentMissing,
    CopiesNotSetUp,
    CopyUnknown,
    DownloadUnknown,
    FieldNotGranted,
    LicenceNotInForce,
    SharingInvalid,
    SharingNotGranted,
    TriesExhausted,
)
from licence.sharing.picturing import COARSEST, FINEST, MOST_PAGES
from seal.errors import (
    AuthorisationExhausted,
    NotAuthorised,
    OwnWorkRefused,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingUnderWay,
)
from seal.verification.ofd.package import OFDLimitExceeded
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFPasswordWrong
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.typefaces import CharacterNotCovered
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = ["count_address", "count_client", "router"]

router = APIRouter(prefix="/v1/sharing", tags=["证照共享 sharing"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Identifier = Annotated[
    Name,
    Path(
        description="电子证照标识, GB/T 36904",
        examples=["1.2.156.3005.2.11100000MB0127170X001.11330199002500287C.202600000001.001.U"],
    ),
]
Purpose = Annotated[
    Line, Query(min_length=2, max_length=64, description="Code of a purpose of the grant", examples=["loan.review"])
]
GATE = (DutyMissing, TooManyRequests, SharingNotGranted, ConsentMissing)
ABOUT_ONE = (*GATE, LicenceIdentifierMalformed, LicenceUnknown)
OF_FILES = (*ABOUT_ONE, LicenceNotInForce)


def count_client(request: Request, actor: Annotated[Actor, allow(Permission.SHARING_ASK)]) -> Actor:
    """Count a call of this client, in this process."""
    throttle: Throttle = request.app.state.sharing
    throttle.count_for(actor.id)
    return actor


def count_address(request: Request) -> None:
    """Count a call from this address, where nobody has logged in."""
    throttle: Throttle = request.app.state.sharing
    throttle.count(request)


Client = Annotated[Actor, Depends(count_client)]


@router.get(
    "/grants", summary="What this client was granted 我的共享授权", responses=errors(DutyMissing, TooManyRequests)
)
def read_own_grants(instance: InstanceHere, actor: Client) -> list[GrantView]:
    """Return what this client may ask, and what it could once."""
    return [GrantView.of(one) for one in instance.sharing.granting.granted_to(actor)]


@router.post(
    "/queries",
    summary="Query by holder 按持证主体查询",
    responses=errors(*GATE, CitizenNumberMalformed, CreditCodeMalformed, SharingInvalid, TypeCodeMalformed),
)
def query(instance: InstanceHere, actor: Client, body: QueryBody) -> list[SharedLicenceView]:
    """Return the licences of a holder that the client may know of, newest first, at most 200; `before` has the next.

    Who is not registered, has no licence, or has agreed to nothing: the answer is the same.
    """
    found = instance.sharing.asking.query(actor, body.query, purpose=body.purpose)
    return [SharedLicenceView.of(one) for one in found]


@router.get("/licences/{identifier}", summary="Query by identifier 按证照标识查询", responses=errors(*ABOUT_ONE))
def read(instance: InstanceHere, actor: Client, identifier: Identifier, purpose: Purpose) -> SharedLicenceView:
    """Return how a licence stands now, without its data."""
    return SharedLicenceView.of(instance.sharing.asking.metadata(actor, identifier, purpose=purpose))


@router.post(
    "/licences/{identifier}/data",
    summary="Data of a licence 获取证照数据",
    responses=errors(*ABOUT_ONE, FieldNotGranted),
)
def read_data(instance: InstanceHere, actor: Client, identifier: Identifier, body: DataBody) -> SharedLicenceView:
    """Return a licence with the fields that the grant names, masked where it says so."""
    fields = None if body.fields is None else frozenset(body.fields)
    return SharedLicenceView.of(instance.sharing.asking.data(actor, identifier, purpose=body.purpose, fields=fields))


@router.post(
    "/licences/{identifier}/verification",
    summary="Verify data fields 核验证照数据",
    responses=errors(*ABOUT_ONE, FieldNotGranted, SharingInvalid, TriesExhausted),
)
def verify_data(instance: InstanceHere, actor: Client, identifier: Identifier, body: ValuesBody) -> MatchesView:
    """Tell of each value whether it is that of the licence. After five wrong calls about one licence a day passes."""
    matches = instance.sharing.asking.verify_data(actor, identifier, body.values, purpose=body.purpose)
    return MatchesView.of(matches)


@router.get(
    "/licences/{identifier}/file",
    summary="The signed original 获取证照原件",
    response_class=Response,
    responses={**pdf_answer("The signed licence"), **errors(*OF_FILES)},
)
def read_file(instance: InstanceHere, actor: Client, identifier: Identifier, purpose: Purpose) -> Response:
    """Return the signed PDF of a licence in force."""
    return Response(instance.sharing.handing.file(actor, identifier, purpose=purpose), media_type="application/pdf")


@router.get(
    "/licences/{identifier}/pages/{page}.png",
    summary="A page of a licence as a picture 获取证照图片",
    response_class=Response,
    responses={
        200: {"description": "The page with its seals", "content": {"image/png": {"example": "PNG"}}},
        **errors(*OF_FILES, SharingInvalid, WorkerBusy, WorkerExhausted, WorkerUnavailable),
    },
)
def read_picture(
    *,
    instance: InstanceHere,
    actor: Client,
    identifier: Identifier,
    page: Annotated[int, Path(ge=1, le=MOST_PAGES, description="Pages count from 1", examples=[1])],
    purpose: Purpose,
    dpi: Annotated[int, Query(ge=COARSEST, le=FINEST, description="Dots per inch")] = 150,
) -> Response:
    """Return a page of the signed PDF as it is seen. A picture has no signature: its QR code alone proves something."""
    picture = instance.sharing.handing.picture(actor, identifier, purpose=purpose, page=page, dpi=dpi)
    return Response(picture, media_type="image/png")


@router.post(
    "/files",
    summary="Verify a file 核验证照文件",
    responses=errors(
        *GATE,
        PDFEncrypted,
        PDFPasswordWrong,
        PDFLimitExceeded,
        OFDLimitExceeded,
        BodyTooLarge,
        WorkerExhausted,
        WorkerBusy,
        WorkerUnavailable,
    ),
)
def verify_file(
    instance: InstanceHere,
    actor: Client,
    file: Annotated[UploadFile, File(description="PDF, OFD, or an annotated copy")],
    purpose: Annotated[Line, Form(min_length=2, max_length=64, examples=["loan.review"])],
) -> JudgedFileView:
    """Judge a file, and tell how the licence in it stands now, as far as the client may see it."""
    return JudgedFileView.of(instance.sharing.asking.verify_file(actor, file.file.read(), purpose=purpose))


@router.post("/qr-codes", summary="Decode a QR code 解析证照二维码", responses=errors(*GATE))
def decode(instance: InstanceHere, actor: Client, body: QrBody) -> DecodedView:
    """Tell what the text of a licence's QR code is worth, and which licence it stands for."""
    return DecodedView.of(instance.sharing.asking.decode(actor, body.text, purpose=body.purpose))


@router.post(
    "/licences/{identifier}/copies",
    summary="Make an annotated copy 制作加注件",
    status_code=201,
    response_class=Response,
    responses={
        201: {
            "description": "The sealed copy; its identifier stands in the Copy-ID header",
            "content": {"application/pdf": {"example": "%PDF-1.7 …"}},
        },
        **errors(
            *OF_FILES,
            SharingInvalid,
            CopyUnknown,
            CharacterNotCovered,
            CopiesNotSetUp,
            NotAuthorised,
            AuthorisationExhausted,
            SealUnknown,
            SealNotActive,
            SealExpired,
            StampingUnderWay,
            OwnWorkRefused,
            RequestKeyMalformed,
            RequestKeyReused,
            SigningUnavailable,
            TimeStampingUnavailable,
        ),
    },
)
def make_copy(
    *, instance: InstanceHere, actor: Client, identifier: Identifier, idempotency_key: IdempotencyKey, body: CopyBody
) -> Response:
    """Make a copy that says on every page for whom, for what and until when it is, sealed by the platform.

    The original stays as it is; the copy names it and its SM3, and holds it as an attached file where that is asked.
    """
    copy, pdf = instance.sharing.handing.copy(actor, body.command(identifier, idempotency_key))
    headers = {"Copy-ID": copy.id, "Content-Disposition": f'attachment; filename="{copy.id}.pdf"'}
    return Response(pdf, status_code=201, media_type="application/pdf", headers=headers)


@router.get("/licences/{identifier}/copies", summary="Copies that were made 加注记录", responses=errors(*ABOUT_ONE))
def read_copies(instance: InstanceHere, actor: Client, identifier: Identifier, purpose: Purpose) -> list[CopyView]:
    """Return the annotated copies of a licence that this client had made, newest first."""
    return [CopyView.of(one) for one in instance.sharing.handing.copies(actor, identifier, purpose=purpose)]


@router.post(
    "/licences/{identifier}/addresses",
    summary="Make a temporary address 获取临时下载地址",
    responses=errors(*OF_FILES, SharingInvalid, CopyUnknown),
)
def make_address(instance: InstanceHere, actor: Client, identifier: Identifier, body: AddressBody) -> AddressView:
    """Make an address that leads to the file for a while, so many times. It ends with what it stands on."""
    issued = instance.sharing.handing.address(
        actor, identifier, purpose=body.purpose, lifetime=body.lifetime, times=body.times, copy=body.copy_id
    )
    address = f"{instance.base.settings.public_url}/v1/sharing/downloads/{issued.secret}"
    return AddressView(address=address, expires_at=issued.expires_at, times=issued.times)


@router.get(
    "/downloads/{secret}",
    summary="Use a temporary address 使用临时下载地址",
    dependencies=[allow(Permission.ANYBODY), Depends(count_address)],
    response_class=Response,
    responses={**pdf_answer("The file"), **errors(DownloadUnknown, TooManyRequests, public=True)},
)
def download(
    instance: InstanceHere,
    secret: Annotated[Name, Path(max_length=64, description="What the address ends with", examples=["xh_Zk3…"])],
) -> Response:
    """Return what a temporary address leads to. Whoever has the address may use it; each use is on record."""
    return Response(instance.sharing.handing.download(secret), media_type="application/pdf")
