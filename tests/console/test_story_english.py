"""The story in short, in English: somebody logs in, a seal comes into use, a licence is issued and verified."""

import json
from pathlib import Path

import pytest

from tests.console.chapters import identity, licences, public, seals
from tests.console.harness import Desk, Desks
from tests.trust.pdf.paper import paper

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own

CHINESE = r"/[\u3400-\u9fff]/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a document."""
    found = tmp_path_factory.mktemp("papers")
    (found / "letter.pdf").write_bytes(paper())
    return found


def enter(desks: Desks, username: str) -> Desk:
    """Log in by the login page in English, which the console then speaks too."""
    desk = desks.fresh(username)
    desk.plug_in()
    desk.open("/login?next=/console/&lang=en")
    desk.click("Use a passkey")
    desk.arrive()
    desk.see("My duties", "Waiting for me")
    desks.all[username] = desk
    return desk


def words(desk: Desk) -> str:
    """Return the Chinese that stands in what the page itself says: its menu, headings, buttons, and heads of tables."""
    own = "nav a, main h1, main h2, main .el-form-item__label, main th[scope=col], main .el-button"
    texts = f"[...document.querySelectorAll({json.dumps(own)})].map((one) => one.innerText)"
    return str(desk.tab.evaluate(f"{texts}.filter((text) => {CHINESE}.test(text)).join('|')"))


def test_a_seal_comes_into_use(desks: Desks, folder: Path) -> None:
    applicant = enter(desks, "applicant")
    assert words(applicant) == ""
    applicant.go("Seals")
    applicant.click("Apply for a seal")
    applicant.see("Preview")
    applicant.choose("Kind", "Business")
    applicant.fill("Words below the star", "行政审批专用章")
    applicant.see("42 × 42 mm", "Seals of this organisation that look alike: 1")
    applicant.fill("Reason of the application", "For administrative approvals")
    seals.put_forward(applicant, folder, "Application letter", "Certificate of the organisation")
    assert words(applicant) == ""
    applicant.judged("application")
    applicant.click("Submit")
    applicant.see("A reviewer decides on the application")
    applicant.rest()
    seal = applicant.place.rsplit("/", 1)[1]
    reviewer = enter(desks, "reviewer")
    reviewer.open(f"/console/seals/{seal}/review")
    reviewer.click("Approve")
    identity.confirm(reviewer)
    reviewer.see("A maker makes it")
    maker, filer = enter(desks, "maker"), enter(desks, "filer")
    seals.take(maker, seal, "Make", then="A filer files it")
    seals.take(filer, seal, "File", then="A maker issues it to its owner")
    seals.take(maker, seal, "Issue", then="The owner accepts it")
    owner = enter(desks, "owner")
    seals.take(owner, seal, "Accept", then="Accepted, in use")
    assert seals.state_of(desks, seal) == "active"
    owner.judged("seal")


def test_a_licence_is_issued_and_verified(desks: Desks, folder: Path) -> None:
    licences.publish_a_type(desks.world)
    licences.authorise_the_officer(desks.world)
    desk = enter(desks, "officer")
    desk.go("Licences")
    desk.click("Issue a licence")
    desk.see("Choose the type")
    desk.choose("Type", "Food Operation Permit")
    desk.fill("Number", licences.NUMBER)
    desk.fill("Code of the holder", licences.COMPANY.code)
    for name, value in licences.RECORD.items():
        desk.fill(licences.titles("food_permit", "x-title-en")[name], value)
    desk.click("Preview")
    desk.tab.wait("!!document.querySelector('.pdf canvas[data-drawn]')")
    desk.rest()
    assert words(desk) == ""
    desk.shot("issue")
    desk.click("Issue")
    identity.confirm(desk)
    desk.see(f"Food Operation Permit {licences.NUMBER}", "History")
    licence = licences.here(desk, "lic")
    assert licences.state_of(desks, licence) == "in_force"
    pdf = public.fetch_a_licence(desks, licence, folder, words="Download PDF")
    for path in ("licences", "licences/new", "catalogue", "sharing"):
        desk.open(f"/console/{path}")
        assert not any(desk.has(name) for name in ("食品经营许可证", "营业执照")), path
    desk.open("/console/verify")
    desk.see("Drop a file here")
    desk.upload("main input[type=file]", pdf)
    desk.see("The licence on record", "Food Operation Permit 食品经营许可证", "Seals and signatures", "What to do now")
    assert words(desk) == ""
    desk.judged("verified")
    stranger = desks.fresh()
    public.look_behind_the_code(stranger, pdf.read_bytes(), "有效", "食品经营许可证")
    stranger.click("English")
    stranger.see("Valid", "Food Operation Permit 食品经营许可证", "In force")
    stranger.judged("public")
