"""Fields and answers that the pages of sign-on have in common."""

from typing import Annotated, Any, Final

from fastapi import Depends, Form, Query, Request

from api.authn import allow
from api.browser_sessions import device_of
from api.permissions import Permission
from api.problems import TooManyRequests
from api.schemas.texts import Text
from api.throttle import Throttle
from api.wiring import Instance

__all__ = ["PUBLIC", "REDIRECT", "Mark", "Next", "Secret", "SecretField", "count_protocol"]

Secret = Annotated[Text, Query(alias="request", max_length=128, description="The login", examples=["Yk3v…"])]
SecretField = Annotated[Text, Form(alias="request", max_length=128, description="The login", examples=["Yk3v…"])]
Next = Annotated[
    Text,
    Query(
        alias="next", max_length=512, description="To which page of the console it leads", examples=["/console/seals"]
    ),
]
Mark = Annotated[Text, Form(max_length=128, description="That the form was opened here", examples=["66c7f0f4…"])]
REDIRECT: Final[dict[int | str, dict[str, Any]]] = {
    303: {"description": "To what comes next, or back to the business system"}
}


def count_protocol(request: Request) -> None:
    """Count a request from this address; where others have used up what it has, by the account that is known here.

    A browser in which somebody has logged in has as much again for that account, on all its devices together: who
    shares an address with a stranger is not kept out. Raise `TooManyRequests`.
    """
    throttle: Throttle = request.app.state.openid
    try:
        throttle.count(request)
    except TooManyRequests:
        instance: Instance = request.app.state.instance
        devices = instance.base.sign_in.attempts.devices
        holder = devices.holder_of(device_of(request, instance), now=instance.base.clock.now())
        if not holder:
            raise
        throttle.count_for(f"account {holder}")


PUBLIC: Final = [allow(Permission.ANYBODY), Depends(count_protocol)]
