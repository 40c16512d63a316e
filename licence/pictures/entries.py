"""A picture of the registry."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

__all__ = ["KEPT_TYPE", "LicencePicture"]

KEPT_TYPE: Final = "image/jpeg"
"""What every picture is kept as."""


@dataclass(frozen=True, kw_only=True)
class LicencePicture:
    """A picture that licences of one authority may show."""

    id: str
    issuer: str
    """The authority whose licences may show it."""

    media_type: str
    width: int
    height: int
    """In pixels."""

    digest: str
    """SM3 of what is kept, in hexadecimal digits."""

    content: bytes = field(repr=False)
    uploaded_by: str
    uploaded_at: datetime
    used_at: datetime | None = None
    """When a licence first showed it; None: none has, and it will be forgotten."""

    @property
    def size(self) -> int:
        """Octets of what is kept."""
        return len(self.content)

    @property
    def address(self) -> str:
        """The picture as a data address (RFC 2397)."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"
