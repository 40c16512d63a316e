"""Persons with apps and keys, for the tests of authentication."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyotp

from api.demo.passkey import SoftPasskey
from identity.authentication.authenticators import Authenticator
from identity.authentication.questions import octets_of, signed_text
from identity.authentication.signing_in import CertificateAnswer, LogIn, PasskeyAnswer, SignedIn
from identity.duties import Actor
from identity.notices.notices import Notice, PersonNotices
from identity.subject import Person
from tests.builders import Party
from tests.identity.builders import ORIGIN, PASSWORD, Office

__all__ = ["USERNAME", "Visitor", "code_at"]

USERNAME = "wang.xiaoming"


def code_at(secret: str, at: datetime) -> str:
    """Return the code that an app shows at a moment."""
    return pyotp.TOTP(secret).at(at)


@dataclass
class Visitor:
    """A person with an account, who comes back."""

    office: Office
    person: Person = field(init=False)
    username: str = USERNAME

    def __post_init__(self) -> None:
        self.person = self.office.person()
        self.office.account(self.person, username=self.username)

    def log_in(self, **said: Any) -> SignedIn:  # noqa: ANN401 - whatever `LogIn` takes
        """Come back with the password."""
        return self.office.sign_in.log_in(LogIn(**{"username": self.username, "password": PASSWORD, **said}))

    def actor(self, signed: SignedIn | None = None) -> Actor:
        """Return who bears a session, or one that is begun with the password."""
        return self.office.access.actor_of((signed or self.log_in()).token.secret)

    def notices(self) -> tuple[Notice, ...]:
        """Return what the person was told, the newest first."""
        return PersonNotices(self.office.store).of(self.person.id)

    def app(self, actor: Actor | None = None) -> str:
        """Enrol an app for one-time codes and return its secret."""
        asking = actor or self.actor()
        made = self.office.enrolment.new_codes(asking)
        code = code_at(made.secret, self.office.clock.now())
        self.office.enrolment.add_codes(asking, secret=made.secret, code=code, name="手机")
        return made.secret

    def passkey(self, passkey: SoftPasskey, actor: Actor | None = None, *, origin: str = ORIGIN) -> Authenticator:
        """Enrol a passkey."""
        asking = actor or self.actor()
        question = self.office.enrolment.ask(asking)
        options = self.office.enrolment.passkey_options(asking, question)
        answer = PasskeyAnswer(question=question, credential=passkey.make(options, origin=origin))
        return self.office.enrolment.add_key(asking, answer, name="手机")

    def shown(self, passkey: SoftPasskey, *, origin: str = ORIGIN, question: str = "") -> PasskeyAnswer:
        """Return the answer of a passkey to a question, a new one unless one is named."""
        asked = question or self.office.sign_in.ask()
        options = self.office.sign_in.relying_party.options_to_show(octets_of(asked))
        return PasskeyAnswer(question=asked, credential=passkey.show(options, origin=origin))

    def certificate(self, holder: Party, actor: Actor | None = None) -> Authenticator:
        """Enrol a certificate."""
        asking = actor or self.actor()
        answer = self.signed(holder, question=self.office.enrolment.ask(asking))
        return self.office.enrolment.add_key(asking, answer, name="USB Key")

    def signed(self, holder: Party, *, question: str = "", origin: str = ORIGIN) -> CertificateAnswer:
        """Return the answer of the key of a certificate to a question, a new one unless one is named."""
        asked = question or self.office.sign_in.ask()
        signature = holder.signer.sign(signed_text(asked, origin=origin))
        return CertificateAnswer(question=asked, certificate=holder.certificate.der, signature=signature)
