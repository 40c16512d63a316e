"""Succession of authorities: a new generation takes over issuing, while the old one stands for what it issued.

The new generation has a key and a name of its own (… G2), so that nobody takes one for the other. The old one goes on
publishing lists and answering by OCSP until it ends; everybody who asks for an authority by its line gets the newest.
"""

import re
from typing import Final

from trust import pki_repository
from trust.authority import Authorities
from trust.events import AuditEvent, Fact
from trust.pki_repository import Authority
from trust.profiles import ISSUING, ROOT, Name
from trust.responder import Responders
from trust.signing import KeyCustody, KeyPurpose
from trust.store import Further, Store, nothing_further

__all__ = ["succeed"]

GENERATION: Final = re.compile(r" G\d+$")


def succeed(
    store: Store,
    custody: KeyCustody,
    authorities: Authorities,
    responders: Responders,
    *,
    line: str,
    actor: str,
    further: Further = nothing_further,
) -> Authority:
    """Give the authority `line` its next generation, with its lists and its responder, and return it.

    `further` happens as it is established.

    A root signs itself anew: verifiers have to take it up as an anchor, by the trust list, before what is issued below
    it reaches them. What is below the old root stays there until it is succeeded in its turn. Raise `AuthorityUnknown`,
    `AuthorityEnded`, or `SigningUnavailable`.
    """
    with store.transaction() as tx:
        before = authorities.current(tx, line)
        generation = before.generation + 1
        told = before.certificate
        common_name = f"{GENERATION.sub('', told.common_name)} G{generation}"
        subject = Name(common_name=common_name, organisation=told.organisation)
        key = custody.generate(tx, KeyPurpose.CERTIFICATION, before.key.algorithm, name=line)
        if before.issuer is None:
            order = authorities.prepare_root(tx, profile=ROOT, subject=subject, key=key)
        else:
            above = authorities.get(tx, before.issuer)
            order = authorities.prepare(tx, issuer=above.line, profile=ISSUING, subject=subject, key=key)
    certificate = authorities.sign(order)
    name = f"{line}-g{generation}"
    with store.transaction() as tx:
        authorities.establish(tx, name, order, certificate, line=line)
        facts: dict[str, Fact] = {"line": line, "generation": generation, "certificate": certificate.fingerprint}
        tx.record(AuditEvent(tag="authority:succeed:done", actor=actor, subject=name, facts=facts))
        further(tx)
    authorities.keep_lists_fresh()
    responders.keep_fresh()
    with store.reading() as view:
        return pki_repository.generations(view, line)[0]
