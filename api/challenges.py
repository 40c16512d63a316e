"""What an answer says to whoever has to bear a token differently (RFC 9110, 11.6.1; RFC 9449, 7.1 and 9)."""

from typing import Final

from fastapi import Request

from identity.dpop import ALGORITHMS, DPoPNonceNeeded, DPoPProofRefused

__all__ = ["PROOF_ERRORS", "SCHEME", "challenge_of_proofs", "headers_of", "is_borne_with_proof", "refused_token"]

SCHEME: Final = "dpop"
NONCE: Final = "DPoP-Nonce"
PROOF_ERRORS: Final = (DPoPProofRefused, DPoPNonceNeeded)


def is_borne_with_proof(request: Request) -> bool:
    """Tell whether a request bears its token as one that is bound to a key."""
    return request.headers.get("authorization", "").partition(" ")[0].lower() == SCHEME


def challenge_of_proofs(error: str) -> str:
    """Return the challenge of tokens that are bound to keys."""
    return f'DPoP error="{error}", algs="{" ".join(ALGORITHMS)}"'


def refused_token(request: Request, usual: str) -> dict[str, str]:
    """Return the header that refuses a token: as the request bears it, or `usual`."""
    return {"WWW-Authenticate": challenge_of_proofs("invalid_token") if is_borne_with_proof(request) else usual}


def headers_of(error: DPoPProofRefused | DPoPNonceNeeded) -> dict[str, str]:
    """Return the headers of an answer that refuses a proof."""
    told = {"WWW-Authenticate": challenge_of_proofs(error.oauth_error)}
    return told | ({NONCE: str(error.details["nonce"])} if isinstance(error, DPoPNonceNeeded) else {})
