"""To what a session or a token is bound, beside its secret: a key (RFC 9449), or the browser that it was opened in."""

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["UNBOUND", "Binding"]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What a session or a token is bound to; or, of a request, what it shows beside the secret."""

    key: str = ""
    """Thumbprint of a key (RFC 7638) of which each request brings a fresh proof; empty: of none."""

    device: str = field(default="", repr=False)
    """Digest of the secret that a browser bears apart from its sessions; empty: in no browser."""

    @property
    def kind(self) -> Literal["key", "device", "none"]:
        """What is told of it: `key`, `device` or `none`."""
        return "key" if self.key else "device" if self.device else "none"

    def is_key_of(self, shown: "Binding") -> bool:
        """Tell whether a request shows the key that this is bound to, and none where it is bound to none."""
        return self.key == shown.key

    def is_device_of(self, shown: "Binding") -> bool:
        """Tell whether a request comes from the device that this is bound to, if it is to one."""
        return not self.device or self.device == shown.device


UNBOUND = Binding()
"""Whoever knows the secret bears it."""
