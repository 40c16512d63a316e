"""What somebody does with the own account by clicking, and what comes in between: sessions that end, no network."""

import pytest

from api.demo import cast
from tests.console.chapters import own
from tests.console.harness import Desks

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own


def test_sessions_are_ended_where_they_are_seen(desks: Desks) -> None:
    world = desks.world
    desk, elsewhere = desks.fresh("maker").enter(), desks.fresh("maker").enter("/console/me")
    kept = world.token("maker")
    own.end_sessions(desk)
    assert world.service.ask("GET", "/v1/me", token=kept).status_code == 401
    elsewhere.go("工作台")
    elsewhere.tab.wait("location.pathname === '/login'")


def test_the_password_is_changed_by_who_knows_it(desks: Desks) -> None:
    desk = desks.fresh("reviewer").enter()
    own.change_the_password(desk)
    kinds = [one["kind"] for one in desks.world.ask("reviewer", "GET", "/v1/me/notices")["notices"]]
    assert "password_changed" in kinds


def test_what_one_logs_in_with_is_added_and_removed(desks: Desks) -> None:
    desk = desks.fresh("filer").enter()
    own.add_passkey(desk, "备用密钥")
    own.remove_it(desk, "备用密钥")
    own.add_codes(desk, "另一部手机")
    own.remove_it(desk, "另一部手机")
    left = [one["name"] for one in desks.world.ask("filer", "GET", "/v1/auth/authenticators")]
    assert sorted(left) == ["办公电脑", "动态口令"]


def test_what_was_typed_outlives_the_session(desks: Desks) -> None:
    desk = desks.fresh("registrar").enter()
    own.lose_the_session_while_typing(desk, cast.person_number(971))
    person = own.come_back_in_another_window(desks, desk)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{person}")["name"] == "***姝"


def test_what_was_typed_is_given_up_by_hand_alone(desks: Desks) -> None:
    desk = desks.fresh("registrar2").enter()
    own.lose_the_session_while_typing(desk, cast.person_number(972))
    desk.click("放弃填写，去登录页")
    desk.tab.wait("location.pathname === '/login'")
    assert desk.tab.evaluate("new URLSearchParams(location.search).get('next')") == "/console/subjects"


def test_a_form_waits_for_the_network(desks: Desks) -> None:
    desk = desks("registrar2")
    person = own.fill_in_without_a_network(desk, 973)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{person}")["state"] == "registered"
    own.walk_without_a_network(desk)
