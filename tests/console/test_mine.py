"""What everybody has of their own, on a phone, by somebody without any duty; and the owner's seals."""

from tests.console.chapters import mine
from tests.console.harness import PHONE, Desks


def test_a_holder_without_a_duty_shows_shares_and_sees(desks: Desks) -> None:
    mine.let_a_system_ask(desks)
    desk = desks.fresh("holder", size=PHONE).enter()
    mine.look_at_licences(desk)
    mine.show_a_licence(desks, desk)
    consent = mine.give_consent(desks, desk)
    assert (consent["times"], consent["channel"], consent["standing"]) == (3, "portal", "in_force")
    mine.read_records(desks, desk)
    mine.withdraw_it(desks, desk)
    found = desks.world.ask("holder", "GET", "/v1/my/consents", params={"holder": desks.world.furnished.enterprise})
    assert [one["standing"] for one in found] == ["withdrawn"]
    desk.speak("en")
    desk.open(f"/console/my-licences/{desks.world.furnished.licence}?holder={desks.world.furnished.enterprise}")
    desk.see("What it says", "Let others use it")
    desk.judged("licence-en")


def test_an_owner_sees_the_seals_of_the_organisation(desks: Desks) -> None:
    desk = desks.fresh("owner", size=PHONE).enter()
    desk.open("/console/my-seals")
    desk.see("本单位印章", "电子证照专用章", "使用中")
    desk.judged("seals")
    desk.click("用印记录")
    desk.see("电子证照专用章")
