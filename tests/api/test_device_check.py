"""QR codes checked in Chromium itself: by the published vectors, and on a phone that has lost its network."""

import base64
import json
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from licence.claim import read_claim
from licence.status_list import read_status_list
from tests.api.builders import Furnished, Service
from tests.builders import PKI, VECTORS
from tests.chromium import Browser, Tab, browsing, serving
from tests.licence.claims import octets_of
from trust.certificates import Certificate
from trust.crypto.sm2 import N, SM2PublicKey, SM2Signature
from trust.errors import Invalid, Untrusted
from trust.trust_list_reading import read_trust_list
from trust.verdict import Verdict

QR: Final[dict[str, Any]] = json.loads((VECTORS / "qr" / "vectors.json").read_text(encoding="utf-8"))
TRUST_LISTS: Final[dict[str, Any]] = json.loads((VECTORS / "trust_list" / "lists.json").read_text(encoding="utf-8"))

JUDGE: Final = """
(async (file) => {
  const library = await import("/static/verify.js");
  const octets = (text) => new TextEncoder().encode(text);
  const told = [];
  for (const one of file.cases) {
    const now = new Date(one.now);
    const trusted = library.readTrustList(octets(file.trust_lists[one.trust_list]), [file.anchor], now);
    const list = one.status_list === null
      ? undefined
      : await library.readStatusList(octets(file.status_lists[one.status_list]), trusted, now);
    const begun = performance.now();
    const report = library.verifyClaim(one.claim, trusted, list, now);
    const milliseconds = performance.now() - begun;
    const first = report.checks.find((check) => check.outcome === report.outcome && check.subIndication);
    const claim = report.claim;
    told.push({
      name: one.name,
      expect: first === undefined ? report.outcome : `${report.outcome}/${first.subIndication}`,
      check: first === undefined ? "" : first.name,
      says: claim === undefined ? null : {
        licence: claim.licence,
        issuer: claim.issuer,
        last_day: claim.lastDay ?? null,
        status_list: claim.statusList ?? null,
        status_index: claim.statusIndex,
      },
      milliseconds,
    });
  }
  return told;
})
"""

READ_LISTS: Final = """
(async (file, trust_lists, status_lists) => {
  const library = await import("/static/verify.js");
  const octets = (text) => new TextEncoder().encode(text);
  const now = new Date(file.cases[0].now);
  const trusted = library.readTrustList(octets(file.trust_lists["two keys"]), [file.anchor], now);
  const told = [];
  const tell = async (read) => {
    try {
      told.push((await read()).outcome);
    } catch (refused) {
      told.push(refused.code ?? `${refused.stack}`);
    }
  };
  for (const one of trust_lists) await tell(() => library.readTrustList(octets(one), [file.anchor], now));
  for (const one of status_lists) await tell(() => library.readStatusList(octets(one), trusted, now));
  return told;
})
"""

CODES: Final = ("trust_list.", "licence.status_list_")
"""How the codes of refusals begin."""

READ_TRUST_LISTS: Final = """
(async (cases, anchor) => {
  const library = await import("/static/verify.js");
  return cases.map((one) => {
    try {
      const encoded = new TextEncoder().encode(one.list);
      return library.readTrustList(encoded, [anchor], new Date(one.now), one.remembered).outcome;
    } catch (refused) {
      return refused.code;
    }
  });
})
"""

READ_LONG_LIST: Final = """
(async (characters) => {
  const library = await import("/static/verify.js");
  try {
    library.readTrustList(new TextEncoder().encode(`{"payload":"${"A".repeat(characters)}"}`), [], new Date());
  } catch (refused) {
    return refused.code ?? `${refused.stack}`;
  }
})
"""

PRIMITIVES: Final = """
(async (digests, signatures) => {
  const library = await import("/static/verify.js");
  const octets = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  return [
    digests.map((one) => library.sm3(octets(one.message))),
    signatures.map((one) => library.verify(octets(one.message), { r: BigInt(`0x${one.r}`), s: BigInt(`0x${one.s}`) },
                                           octets(one.key))),
  ];
})
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for the tests of this module."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def address(shared_furnished: Service) -> Iterator[str]:
    """Return where an instance answers."""
    with serving(shared_furnished.app) as (found, _):
        yield found


@pytest.fixture
def tab(browser: Browser, address: str) -> Tab:
    """Return a page on which the library can be loaded."""
    made = browser.tab()
    made.open(f"{address}/v")
    made.wait("document.querySelector('[data-ready]') !== null")
    return made


def asked(tab: Tab, function: str, *told: object) -> Any:  # noqa: ANN401 - JSON
    """Return what a function of the page makes of some values."""
    return tab.evaluate(f"({function})({', '.join(json.dumps(one) for one in told)})")


def shift_of(service: Service) -> int:
    """Return by how many milliseconds the clock of an instance is ahead of this machine's."""
    return int((service.clock.now() - datetime.now(tz=UTC)).total_seconds() * 1000)  # noqa: TID251 - a browser's is real


# --- the library


def test_published_codes(tab: Tab) -> None:
    told = {one["name"]: one for one in asked(tab, JUDGE, QR)}
    assert {one["name"]: (one["expect"], one["check"], one["says"]) for one in QR["cases"]} == {
        name: (one["expect"], one["check"], one["says"]) for name, one in told.items()
    }


def test_a_check_takes_less_than_50_ms(tab: Tab) -> None:
    assert statistics.median(one["milliseconds"] for one in asked(tab, JUDGE, QR)) < 50


def test_published_trust_lists(tab: Tab) -> None:
    anchor = Certificate((VECTORS / "trust_list" / "root.cer").read_bytes()).fingerprint
    told = asked(tab, READ_TRUST_LISTS, TRUST_LISTS["cases"], anchor)
    assert told == [one["expect"] for one in TRUST_LISTS["cases"]]


def test_a_list_of_many_megabytes_is_read_to_its_end(tab: Tab) -> None:
    # It is refused for the members that are missing, and not for its length.
    assert asked(tab, READ_LONG_LIST, 30_000_000) == "trust_list.malformed"


def mutants(text: str, count: int) -> list[str]:
    """Return variants of a document, each with another character in one place, spread over all of it."""
    return [
        text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        for place in range(3, len(text), len(text) // count)
    ]


def outcome_of(read: Callable[[], Verdict]) -> str:
    """Return what comes of reading a list. Both readers refuse the same; with which words may depend on the order."""
    try:
        return read().outcome.value
    except (Invalid, Untrusted):
        return "refused"


def resigned(told: dict[str, Any], text: str) -> str:
    """Return a signed document with another payload under the same signature."""
    return json.dumps({**told, "payload": base64.b64encode(text.encode()).decode()})


def test_both_readers_make_the_same_of_what_was_altered(tab: Tab) -> None:
    """Each place of a trust list and of a status list, and of what is signed in them, a character at a time."""
    now = datetime.fromisoformat(QR["cases"][0]["now"])
    root = Certificate(bytes(octets_of(QR["root"])))
    lists = []
    for encoded in (QR["trust_lists"]["two keys"], QR["status_lists"]["list 7"]):
        told = json.loads(encoded)
        payload = base64.b64decode(told["payload"]).decode()
        lists.append([encoded, *mutants(encoded, 60), *(resigned(told, one) for one in mutants(payload, 60))])
    trusted = read_trust_list(lists[0][0].encode(), (root,), now=now).trust_list

    def trust_list(text: str) -> Verdict:
        return read_trust_list(text.encode(), (root,), now=now).verdict

    def status_list(text: str) -> Verdict:
        return read_status_list(text.encode(), trusted, now=now)[1]

    ours = [outcome_of(partial(trust_list, one)) for one in lists[0]]
    ours += [outcome_of(partial(status_list, one)) for one in lists[1]]
    theirs = ["refused" if one.startswith(CODES) else one for one in asked(tab, READ_LISTS, QR, *lists)]
    assert theirs == ours
    assert set(ours) == {"passed", "refused"}
    assert ours.count("passed") >= len(lists)


def vectors(file: str) -> list[dict[str, str]]:
    """Return the cases of a vector file."""
    found: list[dict[str, str]] = json.loads((VECTORS / file).read_text(encoding="utf-8"))["cases"]
    return found


def signature(message: bytes, changed: SM2Signature, key: SM2PublicKey) -> dict[str, str]:
    """Return a signature as the page is told it."""
    return {
        "message": message.hex(),
        "r": f"{changed.r:064x}",
        "s": f"{changed.s:064x}",
        "key": (b"\x04" + key.x.to_bytes(32, "big") + key.y.to_bytes(32, "big")).hex(),
    }


def test_sm3_and_sm2_are_those_of_the_standards_and_of_ours(tab: Tab, sm2_pki: PKI) -> None:
    digests, standard = vectors("sm3/digest.json"), vectors("sm2/signature.json")[0]
    party = sm2_pki.signer
    key, message = party.certificate.public_key.sm2, b"licence"
    assert key is not None
    ours = SM2Signature.from_der(party.signer.sign(message))
    good = signature(message, ours, key)
    bad = [
        {**good, "message": b"license".hex()},
        {**good, "r": f"{ours.r ^ 1:064x}"},
        {**good, "s": f"{ours.s ^ 1:064x}"},
        {**good, "r": f"{0:064x}"},
        {**good, "s": f"{N:064x}"},
        {**good, "r": f"{ours.r + N:065x}"},
        {**good, "s": f"{N - ours.r:064x}"},
        {**good, "key": good["key"][:-2] + ("00" if good["key"][-2:] != "00" else "01")},  # no point of the curve
        {**good, "key": "02" + good["key"][2:66]},
        {**good, "key": "04" + "00" * 64},
    ]
    annex = {
        "message": standard["message"],
        "r": standard["r"],
        "s": standard["s"],
        "key": "04" + standard["public_x"] + standard["public_y"],
    }
    hashed, verified = asked(tab, PRIMITIVES, digests, [annex, good, *bad])
    assert hashed == [one["digest"] for one in digests]
    assert verified == [True, True, *(False for _ in bad)]


# --- the pages


def test_a_code_is_checked_without_a_network_after_one_visit(
    browser: Browser, furnished: Service, furnished_folder: Furnished
) -> None:
    path = "/v/" + furnished_folder.claim.rpartition("/")[2]
    made = browser.tab()
    made.shift_clock(shift_of(furnished))
    with serving(furnished.app) as (address, stop):
        made.open(address + path)
        made.wait("document.querySelector('[data-device]')?.dataset.outcome === 'passed'")
        assert made.evaluate("document.querySelector('[data-device]').hidden") is False
        made.evaluate("navigator.serviceWorker.ready.then(() => true)")
        made.open("about:blank")
        made.open(address + path)  # with a network the server answers, and its registry
        made.wait("document.querySelector('[data-device=accompany]')?.dataset.outcome === 'passed'")
        assert made.evaluate("navigator.serviceWorker.controller !== null")
        stop()
    altered = path[:-40] + ("A" if path[-40] != "A" else "B") + path[-39:]
    for other, outcome in ((path, "passed"), (altered, "failed"), (f"/v#{path}", "passed"), ("/v#x", "failed")):
        made.open("about:blank")
        made.open(address + other)
        made.wait(f"document.querySelector('[data-device=check]')?.dataset.outcome === '{outcome}'")
    made.evaluate("""{
        document.querySelector("#claim").value = "<img src=x onerror=alert(1)>";
        document.querySelector("form").requestSubmit(); }""")
    made.wait("document.querySelector('[data-slot=registry]').href.includes('onerror%3Dalert(1)%3E?lang=')")
    assert made.evaluate("document.querySelector('[data-slot=answer] img')") is None


def test_an_older_trust_list_than_one_that_was_seen_is_not_relied_on(
    tab: Tab, shared_furnished: Service, furnished_folder: Furnished, address: str
) -> None:
    tab.shift_clock(shift_of(shared_furnished))
    path = f"{address}/v#{furnished_folder.claim.rpartition('/')[2]}"
    condition = "document.querySelector('[data-device=check]')?.dataset.outcome === '{}'"
    tab.open("about:blank")
    tab.open(path)
    tab.wait(condition.format("passed"))
    tab.evaluate("localStorage.setItem('xinyin.trust-list.sequence', '1000')")
    tab.open("about:blank")
    tab.open(path)
    tab.wait(condition.format("indeterminate"))
    assert "信任列表" in tab.evaluate("document.querySelector('[data-slot=lead]').textContent")
    tab.evaluate("localStorage.clear()")


HANDED: Final = """
(async (claim, now, lists) => {
  const library = await import("/static/verify.js");
  const whole = window.fetch;
  const { anchors } = document.querySelector("script[data-root]").dataset;
  const [trustList, statusLists] = ["/pki/trust-list", "/status-lists/"].map((path) => location.origin + path);
  const told = [];
  for (const list of lists) {
    window.fetch = (address, ...more) => {
      if (!String(address).startsWith(statusLists)) return whole(address, ...more);
      return list === null ? Promise.reject(new TypeError("no network")) : Promise.resolve(new Response(list));
    };
    const place = { anchors: anchors.split(" "), trustList, statusLists };
    const { report } = await library.judge(claim, place, new Date(now));
    told.push(report.outcome);
  }
  return told;
})
"""
"""Judges a code again and again, each time with another status list that the service hands out, or none."""


def test_an_older_status_list_than_one_that_was_kept_tells_nothing(
    browser: Browser, furnished: Service, furnished_folder: Furnished
) -> None:
    claim = furnished_folder.claim.rpartition("/")[2]
    path = f"/status-lists/{read_claim(claim).claim.status_list}"
    older = furnished.ask("GET", path).text
    furnished.instance.licences.suspend(furnished_folder.officer, furnished_folder.licence, reason="核查")
    furnished.clock.advance(timedelta(minutes=2))
    newer = furnished.ask("GET", path).text
    assert older != newer
    with serving(furnished.app) as (address, _):
        made = browser.tab()
        made.open(f"{address}/v")
        made.wait("document.querySelector('[data-ready]') !== null")
        given = (claim, furnished.clock.now().isoformat(), [older, newer, older, None])
        assert asked(made, HANDED, *given) == ["passed", "failed", "failed", "failed"]


FULL: Final = "Cache.prototype.put = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))"
BREAKS_OFF: Final = """{
  const whole = Response.prototype.arrayBuffer;
  Response.prototype.arrayBuffer = function () {
    return this.url.includes("list") ? Promise.reject(new TypeError("network error")) : whole.call(this);
  };
}"""


@pytest.mark.parametrize(
    ("weather", "visits", "outcome"),
    [(FULL, 0, "passed"), (BREAKS_OFF, 1, "passed"), (BREAKS_OFF, 0, "indeterminate")],
    ids=["no room", "broken off", "broken off at the first visit"],
)
def test_what_goes_wrong_with_the_lists_stops_no_check(
    *,
    browser: Browser,
    furnished: Service,
    furnished_folder: Furnished,
    weather: str,
    visits: int,
    outcome: str,
) -> None:
    made = browser.tab()
    made.shift_clock(shift_of(furnished))
    path = f"/v#{furnished_folder.claim.rpartition('/')[2]}"
    condition = "document.querySelector('[data-device=check]')?.dataset.outcome === '{}'"
    with serving(furnished.app) as (address, _):
        for _ in range(visits):
            made.open(address + path)
            made.wait(condition.format("passed"))
        made.open("about:blank")
        made.call("Page.addScriptToEvaluateOnNewDocument", source=weather)
        made.open(address + path)
        made.wait(condition.format(outcome))
