"""The instance itself, for its administrators: set-up, keys, authorities, custody, ceremonies. All is read alone."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from api import key_report
from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import errors
from api.schemas.instance import (
    AuthoritiesView,
    CeremoniesView,
    CeremonyView,
    CustodyView,
    InstanceView,
    ServiceKeysView,
    SetUpView,
)
from api.setting_up import is_demonstration, operator_of, set_up_of
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing

__all__ = ["router"]

router = APIRouter(prefix="/v1/instance", tags=["实例 instance"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Administrator = Annotated[Actor, allow(Permission.INSTANCE_READ)]
MAX_SEQUENCE: Final = 2**63 - 1
MARKDOWN: Final = "text/markdown; charset=utf-8"


@router.get("", summary="Whose instance this is 本实例", responses=errors())
def read(instance: InstanceHere, _: Annotated[Actor, allow(Permission.SELF)]) -> InstanceView:
    """Return who operates the instance, and whether what it holds is made up."""
    with instance.base.store.reading() as view:
        operator = operator_of(instance, view)
    return InstanceView(operator=operator, demonstration=is_demonstration(operator))


@router.get("/set-up", summary="How far the set-up has come 初始设置进度", responses=errors())
def read_set_up(instance: InstanceHere, _: Annotated[Actor, allow(Permission.SELF)]) -> SetUpView:
    """Return every step from the ceremony to the first licence, with whether it is done: to all who take part in it."""
    return set_up_of(instance)


@router.get("/keys", summary="The keys of the service 服务密钥", responses=errors(DutyMissing))
def read_keys(instance: InstanceHere, _: Administrator) -> ServiceKeysView:
    """Return every version of each key of the service with its state, uses and certificate; keys of seals are none."""
    return key_report.service_keys_of(instance)


@router.get("/authorities", summary="Authorities and what they publish 签发机构", responses=errors(DutyMissing))
def read_authorities(instance: InstanceHere, _: Administrator) -> AuthoritiesView:
    """Return every authority with its revocation list and responder, the trust list, and requests to others."""
    return key_report.authorities_of(instance)


@router.get("/custody", summary="The custody of keys 密钥保管", responses=errors(DutyMissing))
def read_custody(instance: InstanceHere, _: Administrator) -> CustodyView:
    """Return where private keys are kept, and whether they can be used. Shares are brought on the machine alone."""
    return key_report.custody_of(instance)


@router.get("/ceremonies", summary="Acts on the keys 密钥事项记录", responses=errors(DutyMissing))
def read_ceremonies(
    instance: InstanceHere,
    _: Administrator,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_SEQUENCE, description="`next` of the page before", examples=[42])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CeremoniesView:
    """Return the acts of people on keys and authorities, the newest first, as the audit trail has them."""
    with instance.base.store.reading() as view:
        found = key_report.acts(view, before=before, limit=limit)
    following = found[-1].sequence if len(found) == limit else None
    return CeremoniesView(events=[CeremonyView.of(one) for one in found], next=following)


@router.get(
    "/ceremonies/transcript",
    summary="Transcript of the ceremonies 密钥仪式记录",
    response_class=Response,
    responses={
        200: {
            "description": "The founding and every act on the keys since, with their places in the audit trail",
            "content": {"text/markdown": {"example": "# 密钥仪式记录 Ceremony transcript — …"}},
        },
        **errors(DutyMissing),
    },
)
def read_transcript(instance: InstanceHere, _: Administrator) -> Response:
    """Return the transcript as a file, which holds no secret."""
    headers = {"Content-Disposition": 'attachment; filename="ceremonies.md"'}
    return Response(key_report.transcript_of(instance), media_type=MARKDOWN, headers=headers)
