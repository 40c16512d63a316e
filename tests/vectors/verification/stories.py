"""Cases that need a registry: what happened there is told as a story, and played in an instance of its own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from identity.duties import Duty
from licence.lifecycle import LicenceState
from licence.repository import Licence
from licence.standing import ClaimReport, FileFinding
from seal.grounds import Ground
from tests.licence.builders import REASON, Desk
from trust.verdict import Finding, Outcome

__all__ = ["Asked", "Story", "play"]


@dataclass(frozen=True, kw_only=True)
class Story:
    """One row of registry.json; README.md says what each member means."""

    name: str
    story: list[str]
    asked: str
    expect: str
    file: str
    check: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of a story, in the terms of registry.json."""

    expect: str
    file: str
    check: str


@dataclass
class Teller:
    """Plays the steps of a story."""

    desk: Desk
    licence: Licence | None = None
    remembered: datetime | None = None

    def step(self, told: str) -> None:
        """Let one thing happen."""
        house = self.desk.house
        match told.split():
            case ["issue"]:
                self.licence = self.desk.issue()
            case ["issue", "until", day]:
                self.licence = self.desk.issue(last_day=date.fromisoformat(day))
            case ["state", state]:
                self.licence = self.desk.in_state(LicenceState(state))
            case ["revoke"]:
                assert self.licence is not None
                house.licences.revoke(self.desk.second, self.licence.id, reason=REASON)
            case ["wait", hours, "hours"]:
                house.clock.advance(timedelta(hours=int(hours)))
            case ["at", moment]:
                self.desk.at(datetime.fromisoformat(moment))
            case ["remember"]:
                self.remembered = house.clock.now()
            case ["seal", *event]:
                self.stop_seal(event)
            case _:
                raise ValueError(told)

    def stop_seal(self, event: list[str]) -> None:
        """Let something befall the seal."""
        house = self.desk.house
        match event:
            case ["stopped"]:
                house.seals.suspend(self.desk.staff.owner, house.seal, reason="停用换章")
            case ["lost", hours, "hours", "ago"]:
                since = house.clock.now() - timedelta(hours=int(hours))
                house.seals.suspend(self.desk.staff.owner, house.seal, reason="印章遗失", lost_at=since)
            case ["compromised", hours, "hours", "ago"]:
                since = house.clock.now() - timedelta(hours=int(hours))
                owner, ground = self.desk.staff.of(Duty.SEAL_OWNER, "second owner"), Ground.KEY_COMPROMISED
                house.seals.cancel(owner, house.seal, ground=ground, reason=REASON, compromised_at=since)
            case _:
                raise ValueError(event)

    def ask(self, asked: str) -> Asked:
        """Ask about the licence of the story."""
        assert self.licence is not None
        verification = self.desk.house.verification
        code = "" if self.licence.claim is None else self.licence.claim.rpartition("/")[2]
        match asked:
            case "file":
                return of_file(verification.file(self.pdf()))
            case "file then":
                return of_file(verification.file(self.pdf(), at=self.remembered))
            case "altered file":
                pdf = bytearray(self.pdf())
                pdf[len(pdf) // 3] ^= 1
                return of_file(verification.file(bytes(pdf)))
            case "code":
                return of_claim(verification.claim(code))
            case "altered code":
                other = "B" if code[20] == "A" else "A"
                return of_claim(verification.claim(code[:20] + other + code[21:]))
            case "identifier":
                return of_claim(verification.identifier(self.licence.identifier))
            case _:
                raise ValueError(asked)

    def pdf(self) -> bytes:
        """Return the file of the licence."""
        assert self.licence is not None
        return self.desk.house.licences.file(self.desk.staff.client, self.licence.id)


def told_as(outcome: Outcome, finding: Finding | None) -> str:
    """Return an outcome with its sub-indication."""
    return outcome.value if finding is None else f"{outcome.value}/{finding.sub_indication.value}"


def of_claim(report: ClaimReport) -> Asked:
    """Return what came of a code or a number."""
    verdict = report.verdict
    check = next((one.name for one in verdict.checks if one.finding == verdict.finding), "")
    return Asked(expect=told_as(verdict.outcome, verdict.finding), file="", check=check if verdict.finding else "")


def of_file(found: FileFinding) -> Asked:
    """Return what came of a file: the registry's finding where that brought the outcome about, else the file's own."""
    document, registry = found.report.document, found.registry
    checks = [check for one in document.signatures for check in one.report.checks]
    finding = None if found.outcome is Outcome.PASSED else document.finding
    if registry is not None and registry.outcome is found.outcome and document.outcome is not Outcome.FAILED:
        checks, finding = [*registry.checks], registry.finding
    check = "" if finding is None else next(one.name for one in checks if one.finding == finding)
    return Asked(expect=told_as(found.outcome, finding), file=document.outcome.value, check=check)


def play(desk: Desk, story: Story) -> Asked:
    """Play a story, and ask."""
    teller = Teller(desk)
    for one in story.story:
        teller.step(one)
    return teller.ask(story.asked)
