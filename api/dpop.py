"""Proofs of keys that requests bring (DPoP, RFC 9449): read against the request, and spent."""

from typing import Final
from urllib.parse import quote

from fastapi import Request

from api.challenges import is_borne_with_proof
from api.middleware import ASKED_BY
from api.wiring import Instance
from identity import dpop
from identity.binding import UNBOUND, Binding
from identity.dpop import DPoPProofRefused, Proof

__all__ = ["bound_by", "key_borne", "proof_of", "spend"]

HEADER: Final = "DPoP"


def proof_of(request: Request, instance: Instance, *, secret: str = "") -> Proof | None:
    """Return the proof that a request brings, which may have been used; None where it brings none.

    Raise `DPoPProofRefused`, for two as well (RFC 9449, 4.3, 1); `DPoPNonceNeeded`.
    """
    told = request.headers.getlist(HEADER)
    if not told:
        return None
    if len(told) > 1:
        raise DPoPProofRefused(fault="form")
    path = request.scope["path"].removeprefix(request.scope.get("root_path", "").rstrip("/"))
    method = request.scope.get(ASKED_BY, request.method)
    address = f"{instance.base.settings.public_url}{quote(path)}"  # a question mark within a name begins no query
    asked = dpop.Request(method=method, address=address, secret=secret)
    return instance.key_proofs.read(told[0], asked)


def bound_by(request: Request, instance: Instance) -> Binding:
    """Return what a session or token is to be bound to that a request asks for, and spend the proof that it brings.

    Raise as `proof_of`.
    """
    proof = proof_of(request, instance)
    return UNBOUND if proof is None else Binding(key=instance.key_proofs.take(proof))


def spend(instance: Instance, proof: Proof | None) -> None:
    """Spend the proof that a request brings, if it does. Raise `DPoPProofRefused` where somebody had."""
    if proof is not None:
        instance.key_proofs.take(proof)


def key_borne(request: Request, instance: Instance, secret: str) -> tuple[Binding, Proof | None]:
    """Return the key that a request shows beside its token, and the proof of it, to be spent once the token holds.

    Raise as `proof_of`.
    """
    if not is_borne_with_proof(request):
        return UNBOUND, None
    proof = proof_of(request, instance, secret=secret)
    if proof is None:
        raise DPoPProofRefused(fault="form")
    return Binding(key=proof.key), proof
