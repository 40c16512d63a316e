"""Rotating the keys that sign ID tokens by two 令牌签名密钥轮换: proposed by one, carried out as another one agrees.

By their age the keys rotate without anybody; a key that somebody else may have is replaced by one person at once, who
says why (`ProviderKeys.replace`).
"""

from collections.abc import Mapping
from typing import Final

from typing_extensions import override

from identity.duties import Actor, Duty
from identity.four_eyes.proposals import Handler, Proposal
from identity.four_eyes.service import FourEyes
from identity.jose import JWSAlgorithm
from identity.levels import Level
from identity.openid.errors import KeyNotNext
from identity.openid.keys import ProviderKeys, require_known
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["KIND", "KeyRotations", "RotateProviderKey"]

KIND: Final = "openid_key:rotate"


class RotateProviderKey(Handler):
    """The kind of proposal by which the next key takes over."""

    kind = KIND
    proposers = frozenset({Duty.SECURITY_ADMINISTRATOR})
    approvers = frozenset({Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR})
    floor = Level.HIGH

    def __init__(self, keys: ProviderKeys) -> None:
        self.keys = keys

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Return if this very key comes next, and everybody can know it. Raise `KeyNotNext`, `KeyTooYoung`."""
        coming = self.keys.coming(view, JWSAlgorithm(proposal.subject))
        if coming.kid != proposal.content["kid"]:
            raise KeyNotNext
        require_known(coming, view.now)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Let it take over."""
        self.keys.take_over(tx, JWSAlgorithm(proposal.subject), by=by)

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell which key signs now."""
        return {"kid": self.keys.signing(view, JWSAlgorithm(proposal.subject)).kid}


class KeyRotations:
    """The use case of proposing a rotation."""

    def __init__(self, *, keys: ProviderKeys, four_eyes: FourEyes) -> None:
        self.keys = keys
        self.four_eyes = four_eyes

    def propose(self, actor: Actor, algorithm: JWSAlgorithm, kid: str, *, reason: str, request_key: str) -> Proposal:
        """Propose that a key takes over. Raise `KeyNotNext`, `KeyTooYoung`, and what the engine raises."""
        self.keys.published()  # which makes those that are not there yet
        content: dict[str, Fact] = {"kid": kid}
        return self.four_eyes.propose(
            actor, kind=KIND, subject=algorithm.value, content=content, reason=reason, request_key=request_key
        )
