"""How long a browser takes for a QR code, after it has been decoded: Chromium, with no network, on this machine.

The lists were read before, as a page does when it opens. Each claim is another one, so that nothing is remembered from
the one before; the medians are of real time, since that is what somebody at a counter waits for.
"""

import base64
import json
import statistics
from typing import Any, Final

from api.demo.browser import find_browser
from api.pages.rendering import STATIC
from benchmarks.measure import Result
from tests.builders import VECTORS
from tests.chromium import browsing

__all__ = ["results"]

BAR: Final = 50.0
"""Milliseconds that a check may take."""

TIMES: Final = 200

MEASURE: Final = """
(async (script, file, times) => {
  const library = await import(`data:text/javascript;base64,${script}`);
  const octets = (text) => new TextEncoder().encode(text);
  const now = new Date(file.cases[0].now);
  const trusted = library.readTrustList(octets(file.trust_lists["two keys"]), [file.anchor], now);
  const list = await library.readStatusList(octets(file.status_lists["list 7"]), trusted, now);
  const good = file.cases.filter((one) => one.expect === "passed" && one.now === file.cases[0].now);
  const told = [];
  for (let count = 0; count < times; count += 1) {
    const { claim } = good[count % good.length];
    const begun = performance.now();
    const { outcome } = library.verifyClaim(claim, trusted, list, now);
    told.push(performance.now() - begun);
    if (outcome !== "passed") throw new Error(outcome);
  }
  return told;
})
"""


def measured() -> list[float]:
    """Return the milliseconds of each check; the first is that of a page that has just been opened."""
    script = base64.b64encode(STATIC["verify.js"].content).decode()
    file: dict[str, Any] = json.loads((VECTORS / "qr" / "vectors.json").read_text(encoding="utf-8"))
    told = ", ".join(json.dumps(one) for one in (script, file, TIMES))
    with browsing() as browser:
        found: list[float] = browser.tab().evaluate(f"({MEASURE})({told})")
    return found


def results() -> tuple[Result, ...]:
    """Return how long a check takes, and the first one after the page was opened, against the bar.

    Without Chromium there is nothing to measure.
    """
    if find_browser() is None:
        return ()
    found = measured()
    return tuple(
        Result(
            name=name,
            unit="ms",
            baseline="bar of 50 ms after decoding",
            baseline_value=BAR,
            ours=round(ours, 2),
            ratio=round(BAR / max(ours, 0.01), 3),
        )
        for name, ours in (
            ("verify.qr_browser_ms", statistics.median(found)),
            ("verify.qr_browser_first_ms", found[0]),
        )
    )
