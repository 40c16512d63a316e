"""Notices to persons reach the operator's gateway: signed, in words, once and again until it has them."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from typing_extensions import override

from api.pages.words import Language, say
from api.person_notices import NoticeCarrier, NoticeMessenger
from identity.notices.notices import TOPIC, NoticeKind, tell
from tests.api.builders import Service, copied, served
from trust.events import AuditEvent
from trust.outbox import Outbox, Receipt
from trust.outbox_repository import Message, MessageState

PATIENCE = 20.0


@dataclass
class Gateway:
    """What the operator has: it notes what it is told, and answers as it is to."""

    status: int = 202
    tokens: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)


@dataclass
class Told:
    """A service with its gateway."""

    service: Service
    gateway: Gateway

    def tell(self, kind: NoticeKind = NoticeKind.NEW_DEVICE) -> str:
        """Tell somebody something, and return whom."""
        person = self.service.instance.base.access.actor_of(self.service.bearer()).id
        with self.service.instance.base.store.transaction() as tx:
            tell(tx, person, kind)
            tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))
        return person

    def round(self) -> int:
        return NoticeMessenger(self.service.instance.person_notices).round()

    def message(self, person: str) -> Message:
        (found,) = (one for one in Outbox(self.service.instance.base.store, TOPIC).messages() if one.subject == person)
        return found


@pytest.fixture(scope="module")
def told(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    gateway = Gateway()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/jwt"
            gateway.tokens.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(gateway.status)
            self.end_headers()
            gateway.arrived.set()

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    folder = copied(founded_folder, tmp_path_factory.mktemp("told") / "instance")
    with served(folder, person_notices_url=f"http://127.0.0.1:{server.server_address[1]}/notices") as service:
        yield Told(service, gateway)
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)


@pytest.fixture(autouse=True)
def begin_anew(told: Told) -> None:
    told.gateway.status = 202
    told.gateway.tokens.clear()
    told.gateway.arrived.clear()
    told.service.clock.advance(timedelta(days=4))  # what is left of others is too old
    told.round()
    told.gateway.tokens.clear()


def test_a_notice_is_signed_names_the_person_and_brings_the_words(told: Told) -> None:
    person = told.tell(NoticeKind.SESSION_STRAYED)
    assert told.round() == 1
    (token,) = told.gateway.tokens
    published = told.service.ask("GET", "/oauth2/jwks").json()["keys"]
    keys = KeySet.import_key_set({"keys": [one for one in published if one["crv"] == "P-256"]})
    read = jwt.decode(token, keys, algorithms=["ES256"])
    assert read.header["typ"] == "xinyin-notice+jwt"
    claims, message = read.claims, told.message(person)
    assert (claims["sub"], claims["jti"], claims["kind"]) == (person, message.id, "session_strayed")
    assert claims["aud"] == told.service.instance.base.settings.person_notices_url
    assert claims["text_zh"] == say(Language.CHINESE, "notice.session_strayed")
    assert claims["exp"] - claims["iat"] == 300
    assert message.state is MessageState.DELIVERED


@pytest.mark.parametrize("kind", NoticeKind)
def test_there_are_words_for_everything_that_a_person_is_told(kind: NoticeKind) -> None:
    texts = {say(language, f"notice.{kind.value}") for language in Language}
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, MessageState.DELIVERED),
        (204, MessageState.DELIVERED),
        (422, MessageState.REFUSED),
        (410, MessageState.REFUSED),
    ],
)
def test_what_the_gateway_answers_for_good(told: Told, status: int, state: MessageState) -> None:
    told.gateway.status = status
    person = told.tell()
    told.round()
    assert told.message(person).state is state


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_whatever_else_it_answers_it_is_asked_again(told: Told, status: int) -> None:
    told.gateway.status = status
    person = told.tell()
    told.round()
    assert told.message(person).state is MessageState.WAITING
    told.gateway.status = 202
    told.service.clock.advance(timedelta(hours=1))
    told.round()
    assert told.message(person).state is MessageState.DELIVERED


def test_what_is_too_old_is_told_to_nobody(told: Told) -> None:
    person = told.tell()
    told.service.clock.advance(timedelta(days=3, seconds=1))
    told.round()
    assert told.gateway.tokens == []
    assert told.message(person).state is MessageState.REFUSED


class Mistaken(NoticeCarrier):
    """A carrier with a mistake of our own."""

    @override
    def deliver(self, message: Message) -> Receipt:
        raise ZeroDivisionError


def test_a_thread_delivers_by_itself_and_no_mistake_ends_it(told: Told) -> None:
    messenger = NoticeMessenger(told.service.instance.person_notices, pause=0.01)
    messenger.start()
    told.tell()
    assert told.gateway.arrived.wait(PATIENCE)
    messenger.stop()
    assert not messenger.thread.is_alive()
    openid, store = told.service.instance.openid, told.service.instance.base.store
    mistaken = Mistaken(address="http://127.0.0.1:9/", issuer=openid.issuer, store=store, keys=openid.keys)
    person = told.tell()
    assert NoticeMessenger(mistaken).round() == 0
    mistaken.client.close()
    assert told.message(person).state is not MessageState.DELIVERED


def test_without_a_gateway_notices_wait_to_be_read(shared: Service) -> None:
    messenger = NoticeMessenger(shared.instance.person_notices)
    messenger.start()
    assert messenger.round() == 0
    messenger.stop()
