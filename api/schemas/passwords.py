"""Changes of passwords on the wire."""

from pydantic import Field, SecretStr

from api.schemas.common import Request, View

__all__ = ["PasswordChanging", "SessionsEnded"]


class PasswordChanging(Request):
    """A person's choice of another password."""

    password: SecretStr = Field(max_length=256, examples=["another long sentence of one's own"])
    current: SecretStr = Field(
        default=SecretStr(""),
        max_length=256,
        description="The password before; left out where two factors have just been shown",
        examples=["a long sentence of one's own"],
    )


class SessionsEnded(View):
    """How many sessions have ended."""

    ended: int = Field(examples=[2])
