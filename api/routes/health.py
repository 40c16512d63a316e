"""Health of the process and of the instance."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.authn import allow
from api.health import Readiness
from api.metrics import MEDIA_TYPE, Metrics
from api.permissions import Permission
from api.schemas.common import View

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["运行 operation"])


class Liveness(View):
    """The process answers."""

    status: Literal["alive"] = Field(default="alive", examples=["alive"])


class PartView(View):
    """One part of the instance."""

    name: str = Field(examples=["database"])
    ok: bool = Field(examples=[True])
    told: str = Field(examples=["answers"])


class ReadinessView(View):
    """Whether the instance is ready, and what each part says."""

    status: Literal["ready", "not ready"] = Field(examples=["ready"])
    parts: list[PartView]


def metrics_of(request: Request) -> Metrics:
    """Return what tells the figures."""
    found: Metrics = request.app.state.metrics
    return found


def readiness(request: Request) -> Readiness:
    """Return what asks every part."""
    found: Readiness = request.app.state.readiness
    return found


@router.get("/live", summary="The process answers 存活", dependencies=[allow(Permission.ANYBODY)])
def live() -> Liveness:
    """Answer that the process lives; nothing is tried."""
    return Liveness()


@router.get(
    "/ready",
    summary="The instance is ready 就绪",
    dependencies=[allow(Permission.ANYBODY)],
    responses={503: {"model": ReadinessView, "description": "A part is not in order"}},
)
def ready(response: Response, asked: Annotated[Readiness, Depends(readiness)]) -> ReadinessView:
    """Try the database, a signature in custody verified by another implementation, certificates, and the disk."""
    parts = [PartView(name=one.name, ok=one.ok, told=one.told) for one in asked.ask()]
    good = all(part.ok for part in parts)
    response.status_code = 200 if good else 503
    return ReadinessView(status="ready" if good else "not ready", parts=parts)


@router.get(
    "/metrics",
    summary="Figures for monitoring 监控指标",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {
            "description": "The figures as Prometheus reads them; one that cannot be had is left out",
            "content": {"text/plain": {"example": 'xinyin_ready 1\nxinyin_part_ready{part="database"} 1\n'}},
        }
    },
)
def metrics(asked: Annotated[Metrics, Depends(metrics_of)]) -> Response:
    """Tell whether each part is in order, what ends when, and what has waited how long; the same in every process."""
    return Response(asked.ask(), media_type=MEDIA_TYPE)
