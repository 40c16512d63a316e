"""Every kind of event that the house records has words in the console in both languages, and no others have."""

import re
from pathlib import Path
from typing import Final

import pytest

from api.figures import ISSUED, REFUSALS, VERIFIED
from identity.delegation.mandates import MandateEvent
from identity.four_eyes.proposals import ProposalEvent
from identity.lifecycle import ClientEvent, SubjectEvent
from identity.provisioning.users import SyncState
from identity.subjects.changes import ChangeKind
from keys.lifecycle import KeyEvent
from licence.bulk.lifecycle import JobEvent
from licence.life.reviewing import RequestEvent
from licence.lifecycle import LicenceEvent, TypeEvent
from licence.sharing.entries import GrantEvent
from seal.lifecycle import SealEvent
from seal.stamping.approvals import ApprovalEvent
from tests.architecture.event_tags import ROOT, Pattern, Sources, expanded, read_sources
from trust.audit_repository import MOST_TAGS

WORDS: Final = ROOT / "web/console/src/words/events"
LANGUAGES: Final = ("zh", "en")


def parts(*told: object) -> frozenset[str]:
    """Return the names of what stands in a place: members of enumerations, or texts."""
    return frozenset(str(getattr(one, "value", one)) for one in told)


PARTS: Final = {
    Pattern("api/verification_jobs/service.py", "verification_job:{}:done"): parts(
        "claim", "conclude", "delay", "make", "refuse"
    ),
    Pattern("identity/clients.py", "client:{}:done"): parts(*ClientEvent),
    Pattern("identity/delegation/service.py", "mandate:{}:done"): parts("offer", *MandateEvent),
    Pattern("identity/four_eyes/service.py", "proposal:{}:done"): parts("propose", *ProposalEvent),
    Pattern("identity/openid/inspecting.py", "openid_token:revoke:{}"): parts("done", "refused"),
    Pattern("identity/proving/by_provider.py", "proofing:end:{}"): parts("done", "refused"),
    Pattern("identity/provisioning/service.py", "account:sync_{}:done"): parts("create", "change", *SyncState),
    Pattern("identity/recovery/by_provider.py", "recovery:prove:{}"): parts("done", "refused"),
    Pattern("identity/service.py", "identity:{}:done"): parts(*SubjectEvent),
    Pattern("identity/subjects/handling.py", "identity:{}:done"): parts(*ChangeKind),
    Pattern("keys/keyring.py", "key:{}:done"): parts(*KeyEvent),
    Pattern("licence/bulk/work.py", "bulk:{}:done"): parts(*JobEvent),
    Pattern("licence/catalogue.py", "licence_type:{}:done"): parts("draft", *TypeEvent),
    Pattern("licence/life/reviewing.py", "licence_request:{}:done"): parts(*RequestEvent),
    Pattern("licence/sharing/admitting.py", "sharing:call:{}"): parts("done", "refused"),
    Pattern("licence/sharing/granting.py", "sharing:{}:done"): parts("propose", *GrantEvent),
    Pattern("licence/steps.py", "licence:{}:done"): parts("prepare", *LicenceEvent),
    Pattern("seal/life/steps.py", "seal:{}:done"): parts("apply", *SealEvent),
    Pattern("seal/stamping/approvals.py", "seal:{}_stamping:done"): parts(*ApprovalEvent),
    Pattern("trust/outbox.py", "outbox:deliver:{}"): parts("done", "refused"),
    Pattern("trust/outbox.py", "outbox:{}:done"): parts("retry", "set_aside"),
}
"""What stands in the place that a source tells at run time."""

NO_EVENTS: Final = frozenset({"person:document:add", "person:document:end"})
"""Texts of the same form that are kinds of proposal."""

NO_REFUSALS: Final = frozenset(
    {"access:bear:refused", "openid_token:revoke:refused", "proofing:end:refused", "recovery:prove:refused"}
)
"""What came to nothing, and was not asked of the service by somebody who may not: whose session has ended logs in."""

NOBODY_ASKED: Final = frozenset({"outbox:deliver:refused", "time_stamp:clock:refused"})
"""What others refuse us, and the clock."""


@pytest.fixture(scope="module")
def sources() -> Sources:
    """Return what the sources tell."""
    return read_sources()


@pytest.fixture(scope="module")
def tags(sources: Sources) -> frozenset[str]:
    """Return every kind of event."""
    return (sources.tags - NO_EVENTS) | expanded(sources.patterns, PARTS)


def told_in(path: Path, group: str) -> dict[str, str]:
    """Return the words of a group in a file of words."""
    found = re.search(rf"\n  {group}: \{{\n(.*?)\n  \}},", path.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    lines = re.findall(r'^    "?([a-z_:]+)"?: "((?:[^"\\]|\\.)+)",$', found[1], re.MULTILINE)
    assert len(lines) == found[1].count("\n") + 1
    return dict(lines)


def test_every_source_of_tags_is_known(sources: Sources) -> None:
    assert sources.patterns == set(PARTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_event_has_words_and_no_words_are_of_nothing(tags: frozenset[str], language: str) -> None:
    assert set(told_in(WORDS / f"{language}.ts", "tags")) == tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_noun_has_words(tags: frozenset[str], language: str) -> None:
    assert set(told_in(WORDS / f"{language}.ts", "nouns")) == {one.partition(":")[0] for one in tags}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_words(sources: Sources, language: str) -> None:
    assert sources.facts - set(told_in(WORDS / f"{language}.ts", "facts")) == set()


def test_words_of_different_events_differ() -> None:
    for language in LANGUAGES:
        told = told_in(WORDS / f"{language}.ts", "tags")
        twice = sorted(one for one in told.values() if list(told.values()).count(one) > 1)
        assert twice == []


def test_behind_a_figure_are_the_events_that_it_counts(tags: frozenset[str]) -> None:
    text = (ROOT / "web/console/src/pages/home/figures.ts").read_text(encoding="utf-8")
    told = {name: set(re.findall(r'"([a-z_:]+)"', listed)) for name, listed in re.findall(r"(\w+): \[([^\]]+)\]", text)}
    counted = {"issued": set(ISSUED), "verifications": {VERIFIED}, "refusals": set(REFUSALS)}
    assert {name: told[name] for name in counted} == counted
    assert told["stampings"] <= tags
    assert all(len(listed) <= MOST_TAGS for listed in told.values())


def test_the_figures_count_everything_that_is_refused(tags: frozenset[str]) -> None:
    refused = {one for one in tags if one.endswith(":refused")}
    assert set(REFUSALS) == refused - NO_REFUSALS - NOBODY_ASKED
