"""Trust transfer over the API 信任传递: logins elsewhere for apps, links, tickets, peers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from api.authn import allow, instance_of
from api.challenges import SCHEME
from api.dpop import bound_by, key_borne, spend
from api.federation.upper import UPPER
from api.openid.fields import PUBLIC
from api.permissions import Permission
from api.problems import TooManyRequests, Unauthenticated
from api.routes.access import agent_of, count_login
from api.routes.upper_login import upper_of
from api.schemas.common import IdempotencyKey, Reason, errors
from api.schemas.federation import (
    KeySet,
    LinkView,
    PeerProposal,
    PeerView,
    PersonTold,
    TicketRequest,
    TicketView,
    UpperAnswer,
    UpperBegun,
)
from api.schemas.identity import SessionView
from api.schemas.proposals import ProposalView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.authentication.signing_in import SignedIn
from identity.dpop import DPoPNonceNeeded, DPoPProofRefused
from identity.duties import Actor
from identity.errors import ClientUnknown, DutyMissing, SubjectNotActive
from identity.federation.errors import (
    ArrivalRefused,
    LinkExists,
    LinkNeedsLogin,
    LinkUnknown,
    PeerMalformed,
    PeerUnknown,
    PlatformContradicts,
    PlatformNotConfigured,
    PlatformUnavailable,
    VouchedTooLow,
)
from identity.federation.peers import AGREE, END
from identity.four_eyes.errors import ProposalOpen
from identity.openid.errors import AccessTokenRefused
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["信任传递 federation"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
Administrator = Annotated[Actor, allow(Permission.CLIENT_REGISTER)]
ClientName = Annotated[Name, Path(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
ARRIVAL = (ArrivalRefused, VouchedTooLow, LinkExists, LinkNeedsLogin, PlatformContradicts, SubjectNotActive)
AWAY = (PlatformNotConfigured, PlatformUnavailable, SigningUnavailable)
PROPOSAL = (DutyMissing, ProposalOpen, ReasonMissing, RequestKeyMalformed, RequestKeyReused, LostRace)


@router.post(
    "/v1/auth/upper",
    summary="Begin a login at the platform above 发起省统一身份登录",
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(*AWAY, TooManyRequests, public=True),
)
def begin(instance: InstanceHere) -> UpperBegun:
    """Return where an app sends the person's browser, and what it keeps meanwhile."""
    upper = upper_of(instance)
    begun = instance.federation.arriving.begin(UPPER)
    return UpperBegun(address=upper.leave(begun), login=begun.secret)


@router.post(
    "/v1/auth/upper/sessions",
    summary="Log in with the answer of the platform above 以省统一身份登录",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(*AWAY, *ARRIVAL, TooManyRequests, LostRace, DPoPProofRefused, DPoPNonceNeeded, public=True),
)
def enter(instance: InstanceHere, request: Request, body: UpperAnswer) -> SessionView:
    """Begin a session with what the browser brought back: it is exchanged here, server to server."""
    upper, arriving = upper_of(instance), instance.federation.arriving
    arrival = arriving.take(UPPER, body.login.get_secret_value(), state=body.state)
    vouched = upper.redeem(arrival, code=body.code.get_secret_value(), issuer=body.iss)
    bound = bound_by(request, instance)
    return SessionView.of(SignedIn(token=arriving.arrive(vouched, agent=agent_of(request), bound=bound), device=""))


@router.get("/v1/me/links", summary="My accounts at other platforms 我的关联账号", responses=errors())
def list_links(instance: InstanceHere, caller: Caller) -> list[LinkView]:
    """Return the accounts at other platforms that belong to the caller."""
    return [LinkView.of(one) for one in instance.federation.arriving.links(caller)]


@router.delete(
    "/v1/me/links/{link}",
    summary="Unlink an account 解除关联",
    status_code=204,
    responses=errors(LinkUnknown),
)
def unlink(
    instance: InstanceHere,
    caller: Caller,
    link: Annotated[Name, Path(examples=["link_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> Response:
    """Forget that an account at another platform belongs to the caller. Sessions that are open stay open."""
    instance.federation.arriving.unlink(caller, link)
    return Response(status_code=204)


@router.post(
    "/v1/tickets",
    summary="A ticket to a platform beside 取得票据",
    responses=errors(DutyMissing, PeerUnknown, SubjectNotActive),
)
def issue_ticket(instance: InstanceHere, caller: Caller, body: TicketRequest) -> TicketView:
    """Give a ticket that lives for a minute and is worth something once, to that platform alone."""
    return TicketView.of(instance.federation.tickets.issue(caller, body.order()))


@router.get(
    "/v1/peer/user",
    summary="Who came with a ticket 票据对应的用户信息",
    dependencies=PUBLIC,
    responses=errors(Unauthenticated, TooManyRequests, public=True),
    response_model_exclude_none=True,
)
def tell(
    instance: InstanceHere,
    request: Request,
    authorization: Annotated[
        str, Header(max_length=200, description="The token that was given for the ticket", examples=["Bearer xo_…"])
    ] = "",
) -> PersonTold:
    """Tell a peer, by the token that it got for a ticket, what was agreed with it.

    It is no token for the API: whoever has it may learn this and nothing else.
    """
    scheme, _, secret = authorization.partition(" ")
    try:
        if scheme.lower() not in {"bearer", SCHEME} or not secret.isascii():
            raise AccessTokenRefused
        shown, proof = key_borne(request, instance, secret.strip())
        if proof is not None:  # of a replay nothing is told, and nothing put on record as told
            instance.federation.telling.require(secret.strip(), shown)
            spend(instance, proof)
        return PersonTold.model_validate(instance.federation.telling.tell(secret.strip(), shown))
    except AccessTokenRefused:
        raise Unauthenticated from None


@router.get("/v1/peers", summary="Platforms beside 平级平台", responses=errors(DutyMissing))
def list_peers(instance: InstanceHere, _: Administrator) -> list[PeerView]:
    """Return the platforms with which something is agreed."""
    return [PeerView.of(one) for one in instance.federation.peers.all()]


@router.post(
    "/v1/clients/{client}/peering",
    summary="Propose to agree with a platform beside 登记平级平台",
    status_code=202,
    responses=errors(*PROPOSAL, PeerMalformed, ClientUnknown),
)
def propose_peer(
    instance: InstanceHere,
    actor: Administrator,
    client: ClientName,
    body: PeerProposal,
    idempotency_key: IdempotencyKey,
) -> ProposalView:
    """Propose what is agreed with a client as a platform beside: the security administrator agrees to it."""
    proposal = instance.four_eyes.propose(
        actor, kind=AGREE, subject=client, content=body.content, reason=body.reason, request_key=idempotency_key
    )
    return ProposalView.of(instance.four_eyes, proposal)


@router.post(
    "/v1/clients/{client}/peering-end",
    summary="Propose to end what is agreed with a platform beside 终止平级平台",
    status_code=202,
    responses=errors(*PROPOSAL, PeerUnknown),
)
def propose_end(
    instance: InstanceHere, actor: Administrator, client: ClientName, body: Reason, idempotency_key: IdempotencyKey
) -> ProposalView:
    """Propose to end it: no ticket of either side is worth anything afterwards. Suspending the client is at once."""
    proposal = instance.four_eyes.propose(
        actor, kind=END, subject=client, content={}, reason=body.reason, request_key=idempotency_key
    )
    return ProposalView.of(instance.four_eyes, proposal)


@router.get(
    "/federation/jwks.json",
    summary="Keys by which this instance proves itself elsewhere 跨平台公钥",
    dependencies=[allow(Permission.ANYBODY)],
)
def keys(instance: InstanceHere) -> KeySet:
    """Return the public keys of our signed assertions (private_key_jwt), for the platforms that we ask."""
    return KeySet.model_validate(instance.federation.key.jwks())
