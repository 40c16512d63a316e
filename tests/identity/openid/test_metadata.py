"""What business systems register for sign-on: each rule broken alone."""

from typing import Any

import pytest

from identity.levels import Level
from identity.openid.errors import MetadataMalformed
from identity.openid.metadata import AuthMethod, ClientMetadata
from identity.openid.registering import registered_in
from identity.openid.scopes import Scope

GOOD: dict[str, Any] = {
    "redirect_uris": ("https://app.example/back", "https://app.example/second"),
    "post_logout_redirect_uris": ("https://app.example/",),
    "backchannel_logout_uri": "https://app.example/logout",
    "scopes": frozenset({Scope.OPENID, Scope.PROFILE}),
    "level": Level.SUBSTANTIAL,
}


def test_what_is_registered_is_kept_as_it_is() -> None:
    made = ClientMetadata(**GOOD)
    assert made == ClientMetadata.of_json(made.to_json())
    assert made.sector == "app.example"


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example/a?b=c",
        "https://app.example.:8443/a",
        "https://[2001:db8::1]:8443/a",
        "http://127.0.0.1:8000/a",
        "http://localhost/a",
        "http://[::1]:1/a",
        "cn.app:/back",
    ],
)
def test_browsers_may_be_sent_where_nobody_listens_in(address: str) -> None:
    assert ClientMetadata(redirect_uris=(address,)).redirect_uris == (address,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"redirect_uris": ()}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example/a",) * 2}, "redirect_uris"),
        ({"redirect_uris": tuple(f"https://app.example/{one}" for one in range(21))}, "redirect_uris"),
        ({"redirect_uris": ("http://app.example/back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example/#part",)}, "redirect_uris"),
        ({"redirect_uris": ("https://user@app.example/",)}, "redirect_uris"),
        ({"redirect_uris": ("https://*.example/",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example\\@evil.example/",)}, "redirect_uris"),
        ({"redirect_uris": ("https:///back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://:443/back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://[::1/back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example:70000/",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example:0/",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example;script-src/",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app..example/",)}, "redirect_uris"),
        ({"redirect_uris": ("cn.app://[::1/back",)}, "redirect_uris"),
        ({"redirect_uris": ("javascript:alert(1)",)}, "redirect_uris"),
        ({"redirect_uris": ("app:/back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example/ back",)}, "redirect_uris"),
        ({"redirect_uris": ("https://app.example/" + "a" * 1024,)}, "redirect_uris"),
        ({"post_logout_redirect_uris": ("http://app.example/",)}, "post_logout_redirect_uris"),
        ({"backchannel_logout_uri": "cn.app:/logout"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": "http://app.example/logout"}, "backchannel_logout_uri"),
        ({"backchannel_logout_uri": f"https://{'a' * 64}.example/logout"}, "backchannel_logout_uri"),
        ({"sector_identifier": "https://app.example"}, "sector_identifier"),
        ({"redirect_uris": ("https://a.example/", "https://b.example/")}, "sector_identifier"),
        ({"scopes": frozenset({Scope.PROFILE})}, "scopes"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(MetadataMalformed) as refused:
        ClientMetadata(**{**GOOD, **changes})
    assert (refused.value.code, field) == ("openid.metadata_malformed", refused.value.details["field"])


def test_several_hosts_share_a_sector() -> None:
    made = ClientMetadata(
        redirect_uris=("https://a.example/", "https://b.example/"),
        sector_identifier="example",
        token_endpoint_auth_method=AuthMethod.NONE,
    )
    assert made.sector == "example"


@pytest.mark.parametrize("content", [{}, {"registered": "no JSON"}, {"registered": "{}"}, {"registered": "[]"}])
def test_a_proposal_that_cannot_be_read_is_refused(content: dict[str, str]) -> None:
    with pytest.raises(MetadataMalformed):
        registered_in(content)
