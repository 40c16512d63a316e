"""Housekeeping: what a crash left is voided, lists are renewed, the trail is signed; one failure stops nothing."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from api.housekeeping import CHECKPOINT_PAUSE, Housekeeper
from api.wiring import Instance
from identity.duties import Actor, Duty, Grant
from identity.notices.notices import NoticeKind, tell
from identity.openid.ending import topic_of
from identity.tokens import SESSION_LIFETIME
from keys.lifecycle import KeyEvent
from licence.life.scanning import PutScan
from seal.evidence import EvidenceKind
from seal.life.evidencing import PutForward
from tests.api.builders import Furnished, Service
from tests.fakes.clock import NOW
from tests.trust.pdf.paper import paper
from trust import audit, outbox, pki_repository
from trust.blobs import BlobMissing
from trust.founding import Role, ServiceKeys
from trust.lists import CRL_LIFETIME, CRL_RENEWAL
from trust.repository import ServiceKey
from trust.rotation import OVERLAP
from trust.signing import Signer, SigningUnavailable
from trust.store import LostRace

PDF = "application/pdf"


def keeper_of(service: Service, *, pause: float = 3600) -> Housekeeper:
    return Housekeeper(service.instance, pause=pause)


def tags(service: Service, *, after: int) -> list[str]:
    return [event.tag for event in service.events(after=after)]


def leave_behind(service: Service, *, minutes: int) -> None:
    """Let what was done look as if the process had died in the middle of it, so many minutes ago."""
    at = {"at": (NOW - timedelta(minutes=minutes)).replace(tzinfo=None).isoformat(sep=" ")}
    with service.instance.base.store.writer.begin() as connection:
        connection.execute(text("UPDATE stamping SET state = 'prepared', at = :at"), at)
        connection.execute(text("UPDATE licence SET state = 'prepared', prepared_at = :at"), at)


def states(service: Service) -> tuple[set[str], set[str]]:
    """Return the states of all stampings, and those of all licences."""
    with service.instance.base.store.writer.connect() as connection:
        stampings = connection.execute(text("SELECT DISTINCT state FROM stamping"))
        licences = connection.execute(text("SELECT DISTINCT state FROM licence"))
        return {row[0] for row in stampings}, {row[0] for row in licences}


def test_what_a_crash_left_behind_is_voided(furnished: Service) -> None:
    leave_behind(furnished, minutes=11)
    before = furnished.head()
    keeper_of(furnished).round()
    assert ({"void"}, {"void"}) == states(furnished)
    found = tags(furnished, after=before)
    assert found.count("seal:stamp:void") == 2
    assert found.count("licence:abandon:done") == 1


def test_what_may_still_be_under_way_is_left_alone(furnished: Service) -> None:
    leave_behind(furnished, minutes=9)
    keeper_of(furnished).round()
    assert ({"prepared"}, {"prepared"}) == states(furnished)


def test_a_licence_that_was_left_behind_is_not_verified(furnished: Service, furnished_folder: Furnished) -> None:
    leave_behind(furnished, minutes=11)
    keeper_of(furnished).round()
    claim = furnished_folder.claim.rsplit("/", 1)[1]
    assert furnished.ask("GET", f"/v1/verify/{claim}").json()["outcome"] == "failed"


def test_what_nobody_was_told_in_time_waits_no_more(service: Service) -> None:
    """Without a gateway nobody takes notices to persons: one that comes later must not begin with all of them."""
    keeper, store = keeper_of(service), service.instance.base.store
    person = service.instance.base.access.actor_of(service.bearer()).id
    with store.transaction() as tx:
        tell(tx, person, NoticeKind.NEW_DEVICE)
        outbox.put(tx, topic_of("client_x"), subject="sid", payload={})
        kept = outbox.put(tx, "seal status", subject="seal", payload={}).topic
    service.clock.advance(timedelta(days=3))
    keeper.round()
    with store.writer.connect() as connection:
        assert [kept] == list(connection.execute(text("SELECT DISTINCT topic FROM outbox_message")).scalars())


def test_lists_are_renewed_before_their_end(service: Service) -> None:
    keeper = keeper_of(service)
    keeper.round()
    before = service.head()
    service.clock.advance(CRL_LIFETIME - CRL_RENEWAL - timedelta(seconds=1))  # lists are dated to the second
    keeper.round()
    assert "revocation_list:publish:done" not in tags(service, after=before)
    service.clock.advance(timedelta(seconds=2))
    keeper.round()
    assert tags(service, after=before).count("revocation_list:publish:done") == 6
    with service.instance.base.store.reading() as view:
        for authority in service.instance.base.authorities.all(view):
            made = pki_repository.revocation_list(view, authority.name)
            assert made is not None
            assert service.clock.now().replace(microsecond=0) == made.this_update


def checkpoints(service: Service) -> int:
    with service.instance.base.store.reading() as view:
        report = audit.check(view, trusted=[service.instance.service_keys.certificate(Role.AUDIT)])
    assert report.broken_at is None
    return report.checkpoints


def test_the_trail_is_signed_at_the_start_and_every_hour(service: Service) -> None:
    keeper = keeper_of(service)
    assert checkpoints(service) == 0
    keeper.round()
    assert checkpoints(service) == 1
    service.clock.advance(CHECKPOINT_PAUSE - timedelta(microseconds=1))
    keeper.round()
    assert checkpoints(service) == 1
    service.clock.advance(timedelta(microseconds=1))
    keeper.round()
    assert checkpoints(service) == 2


def test_the_database_is_told_how_its_rows_are_spread(service: Service) -> None:
    keeper_of(service).round()
    with service.instance.base.store.reading() as view:
        told = view.rows(text("SELECT tbl FROM sqlite_stat1 WHERE tbl = 'audit_event'"))
    assert told


def test_it_goes_on_until_it_is_stopped(service: Service) -> None:
    keeper = keeper_of(service, pause=0.01)
    rounds = threading.Event()
    count = 0
    real = service.instance.licences.recover

    def counted() -> int:
        nonlocal count
        count += 1
        if count >= 4:
            rounds.set()
        return real()

    service.instance.licences.recover = counted  # type: ignore[method-assign] # to see the rounds
    keeper.start()
    assert rounds.wait(10)
    keeper.stop()
    assert not keeper.thread.is_alive()
    done = count
    time.sleep(0.05)
    assert done == count
    assert checkpoints(service) >= 2  # at the start, and where the trail stood in the end


def broken(error: BaseException) -> Callable[[], Any]:
    def recover() -> Any:  # noqa: ANN401 - it never returns
        raise error

    return recover


FAILURES = [SigningUnavailable(), LostRace(), RuntimeError("a mistake of ours"), OSError("the disk is full")]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_failure_is_over_with_the_round(service: Service, error: Exception) -> None:
    # A thread that dies silently would let the revocation lists expire a week later, and every verification with them.
    keeper = keeper_of(service, pause=0.01)
    keeper.start()
    real = service.instance.licences.recover
    failed, mended = threading.Event(), threading.Event()

    def failing() -> int:
        failed.set()
        raise error

    def good() -> int:
        mended.set()
        return real()

    service.instance.licences.recover = failing  # type: ignore[method-assign] # to let it fail
    assert failed.wait(10)
    service.instance.licences.recover = good  # type: ignore[method-assign] # to let it be mended
    goes_on = mended.wait(10)
    alive = keeper.thread.is_alive()
    keeper.stop()
    assert (goes_on, alive) == (True, True)


@pytest.mark.parametrize("part", ["licences", "stampings"])
def test_a_part_that_fails_keeps_no_other_from_its_turn(service: Service, part: str) -> None:
    keeper = keeper_of(service)
    keeper.round()
    getattr(service.instance, part).recover = broken(LostRace())
    service.clock.advance(CRL_LIFETIME)
    before = service.head()
    keeper.round()
    assert tags(service, after=before).count("revocation_list:publish:done") == 6
    assert "audit:checkpoint:done" in tags(service, after=before)


class Hurried(Signer):
    """A signer beside which another process signs the same place of the trail."""

    other: Housekeeper

    @override
    def sign(self, message: bytes) -> bytes:
        """Let the other one be faster."""
        self.other.checkpoint()
        return super().sign(message)


def test_two_processes_that_start_at_once_both_start(service: Service) -> None:
    settings = service.instance.base.settings
    other = Instance.open(settings, service.clock)
    keys = service.instance.service_keys
    signer = Hurried(service.instance.base.custody, keys.signer(Role.AUDIT).key)
    signer.other = Housekeeper(other, pause=3600)

    class Kept(ServiceKeys):
        """The keys of the service, with that signer for the trail."""

        def __init__(self) -> None:
            self.__dict__.update(keys.__dict__)

        @override
        def signer_of(self, kept: ServiceKey) -> Signer:
            """Return the signer with a key of the service."""
            return signer if kept.role == Role.AUDIT.value else super().signer_of(kept)

    keeper = Housekeeper(Instance(service.instance.base, Kept()), pause=3600)
    try:
        keeper.start()
        keeper.stopping.set()
        keeper.thread.join()
        assert checkpoints(service) >= 1
    finally:
        other.base.store.close()


def test_a_checkpoint_that_could_not_be_signed_is_signed_in_the_next_round(service: Service) -> None:
    keeper = keeper_of(service)
    handle = service.instance.service_keys.signer(Role.AUDIT).key.handle.removeprefix("software:")
    put = "UPDATE key SET state = :state WHERE id = :id"
    for state, signed in (("retired", 0), ("active", 1)):
        with service.instance.base.store.writer.begin() as connection:
            connection.execute(text(put), {"state": state, "id": handle})
        keeper.round()
        assert signed == checkpoints(service)


def test_stopping_stops_where_nothing_can_be_signed_any_more(service: Service) -> None:
    keeper = keeper_of(service)
    keeper.start()
    with service.instance.base.store.writer.begin() as connection:
        connection.execute(text("UPDATE key SET state = 'retired'"))
    keeper.stop()
    assert not keeper.thread.is_alive()


def test_keys_are_looked_after(service: Service) -> None:
    base, keys = service.instance.base, service.instance.service_keys
    keeper = keeper_of(service)
    old = keys.signer(Role.LICENCE_CLAIM).key
    made = base.rotation.rotate(Role.LICENCE_CLAIM, actor="act_1")
    assert keys.certificate(Role.LICENCE_CLAIM) != made.certificate
    keeper.round()
    assert keys.certificate(Role.LICENCE_CLAIM) == made.certificate  # without a restart
    service.clock.advance(OVERLAP)
    before = len(service.events())
    keeper.round()
    assert "key:retire:done" in tags(service, after=before)
    states = {one.handle: one.state.value for one in base.keys_in_custody(ring=Role.LICENCE_CLAIM.value)}
    assert states == {old.handle: "retired", made.key.handle: "active"}


def test_what_an_earlier_version_did_not_make_is_made(service: Service) -> None:
    keys = service.instance.service_keys
    with service.instance.base.store.writer.begin() as connection:
        connection.execute(text("DELETE FROM service_key WHERE role = 'trust-list'"))
    keys.refresh()
    assert keys.certificates(Role.TRUST_LIST) == ()
    assert keeper_of(service).look_after_keys() == ("trust-list", "new versions")
    assert len(keys.certificates(Role.TRUST_LIST)) == 1
    assert keeper_of(service).look_after_keys() == ()


def test_sessions_that_are_over_are_forgotten(service: Service) -> None:
    service.bearer()
    keeper = keeper_of(service)
    service.clock.advance(SESSION_LIFETIME - timedelta(seconds=1))
    before = len(service.events())
    keeper.round()
    assert "session:forget:done" not in tags(service, after=before)
    service.clock.advance(timedelta(seconds=1))
    keeper.round()
    assert "session:forget:done" in tags(service, after=before)


def test_a_destruction_that_broke_off_is_proven(service: Service) -> None:
    base = service.instance.base
    old = service.instance.service_keys.signer(Role.SEAL_MAKER).key
    base.rotation.rotate(Role.SEAL_MAKER, actor="act_1")
    with base.store.transaction() as tx:
        before = base.custody.move(tx, old, KeyEvent.DESTROY, actor="act_1")
        base.destroyer.intend(tx, before, {"actor": "act_1", "witnesses": ["甲", "乙"], "reason": "停用"})
    assert old.handle in keeper_of(service).look_after_keys()
    assert base.destroyer.statement(old)["key"] == old.handle
    assert old.handle not in keeper_of(service).look_after_keys()


def test_what_no_step_has_used_is_forgotten_after_the_days_of_the_setting(service: Service) -> None:
    owner, instance, keeper = service.organisation(), service.instance, keeper_of(service)
    clerk = Actor(id="clerk", grants=frozenset({Grant(Duty.SEAL_APPLICANT, owner), Grant(Duty.LICENCE_OFFICER, owner)}))
    letter = PutForward(
        organisation=owner, kind=EvidenceKind.OTHER, content=paper(), media_type=PDF, request_key="letter"
    )
    scan = PutScan(issuer=owner, content=paper(), media_type=PDF, request_key="scan")
    blobs = instance.evidence_of_seals.put_forward(clerk, letter).blob, instance.scans.put(clerk, scan).blob
    service.clock.advance(timedelta(days=instance.base.settings.unused_upload_days))
    keeper.round()
    assert all(instance.blobs.get(one) for one in blobs)
    service.clock.advance(timedelta(seconds=1))
    keeper.round()
    for one in blobs:
        with pytest.raises(BlobMissing):
            instance.blobs.get(one)
