"""Somebody at a desk: a browser of one's own in which one logs in, looks, types and clicks as a person does.

What the browser complains of is collected: errors of scripts, broken policies (CSP), requests to other hosts. A test
that leaves such a thing behind fails.
"""

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.chromium import Browser, Tab
from tests.console.world import PASSWORD, Colleague, World
from tests.judges import required

__all__ = ["AXE", "DESKTOP", "PHONE", "Desk", "Desks"]

DESKTOP: Final = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
PHONE: Final = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS: Final = os.environ.get("TRUST_SHOTS", "")  # noqa: TID251 - where pictures of pages are kept, if anywhere
AUTHENTICATOR: Final = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "defaultBackupEligibility": False,
    "defaultBackupState": False,
}
EXPECTED: Final = re.compile(
    r"Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_INTERNET_DISCONNECTED)"
    r"|Blocked attempt to show a 'beforeunload' confirmation panel"
)
"""What Chromium notes of every answer that refuses, and of a network that a test has taken away: the page shows both.

And that it asks nobody who leaves a half-written page where no finger or pointer has touched it, as in tests.
"""

EYES: Final = r"""
(() => {
  const broken = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const named = (one) => tidy(one.getAttribute("aria-label") || one.innerText || one.value || one.title);
  const top = () => [...document.querySelectorAll(".el-overlay,[role=dialog][aria-modal=true]")].filter(isSeen).at(-1);
  const within = () => top() ?? document;
  const CLICKABLE = "button, a, summary, [role=button], [role=tab], [role=menuitem], [role=switch], label, " +
    "input[type=submit], .el-dropdown-menu__item, .el-radio, .el-checkbox";
  const clickable = (text) => {
    const scopes = [within(), document];
    for (const scope of scopes) {
      const all = [...scope.querySelectorAll(CLICKABLE)].filter(isSeen)
        .filter((one) => !one.disabled && one.getAttribute("aria-disabled") !== "true");
      const found = all.find((one) => named(one) === text) ?? all.find((one) => named(one).includes(text));
      if (found) return found;
    }
    return null;
  };
  const field = (label) => {
    const scope = within();
    const labels = [...scope.querySelectorAll("label, .el-form-item__label, legend")].filter(isSeen);
    const exact = (one) => tidy(one.innerText).replace(/[*：:]/g, "").trim() === label;
    const found = labels.find(exact) ?? labels.find((one) => tidy(one.innerText).includes(label));
    const ask = "input:not([type=hidden]), textarea, select";
    if (found) {
      const named = found.htmlFor ? document.getElementById(found.htmlFor) : null;
      if (named?.matches(ask)) return named;
      const inside = (named || found.closest(".el-form-item") || found).querySelector(ask);
      if (inside) return inside;
    }
    return [...scope.querySelectorAll(ask)].find((one) =>
      tidy(one.getAttribute("aria-label")) === label || one.placeholder === label) ?? null;
  };
  const turn = async (path) => {
    const router = document.querySelector("#app")?.__vue_app__?.config.globalProperties.$router;
    if (!router || router.resolve(path).path === router.currentRoute.value.path) return false;
    dispatchEvent(new Event("pointerdown")); // somebody is there
    const failure = await router.push(path);
    await new Promise((done) => setTimeout(done)); // by then the page is drawn
    return !failure;
  };
  const FILES = /\.(?:pdf|png|csv|xlsx|jsonl?|zip|der|txt|typ)$/;
  const CODE = /(?<![\w./:@-])[a-z]+(?:[_.][a-z]+)+(?![\w./:@-])/g;
  const raw = () => [...document.querySelectorAll("main, .el-overlay")].filter(isSeen).flatMap((part) => {
    const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) {
      const one = walk.currentNode;
      if (isSeen(one.parentElement) && !one.parentElement.closest("code, pre, svg, textarea, .code"))
        found.push(...(one.data.match(CODE) ?? []).filter((code) => !FILES.test(code)));
    }
    return found;
  });
  const letters = (text, script) => text.match(script)?.length ?? 0;
  const strange = () => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    while (walk.nextNode()) {
      const one = walk.currentNode.parentElement;
      const said = [...one.childNodes].filter((node) => node instanceof Text).map((node) => node.data).join("");
      const [chinese, latin] = [letters(said, /\p{Script=Han}/gu), letters(said, /[A-Za-z]/g)];
      if (chinese + latin === 0 || one.matches("script, style")) continue;
      const told = one.closest("[lang]").lang.startsWith("zh");
      if (told !== chinese > latin) found.add(tidy(said));
    }
    return [...found];
  };
  globalThis.eyes = { broken, isSeen, tidy, named, clickable, field, top, turn, raw, strange };
})();
"""


@dataclass
class Desk:
    """One person's browser."""

    world: World
    who: Colleague | None
    tab: Tab
    authenticator: str = ""
    pictures: str = ""
    """Name of the folder below TRUST_SHOTS."""

    is_to_load: bool = False
    """Whether something was changed that the console looks at when it is loaded."""

    # --- looking

    def see(self, *texts: str) -> None:
        """Wait until texts stand on the page."""
        for text in texts:
            self.tab.wait(f"document.body.innerText.replace(/\\s+/g, ' ').includes({json.dumps(text)})")

    def not_see(self, text: str) -> None:
        """Wait until a text stands on the page no more."""
        self.tab.wait(f"!document.body.innerText.includes({json.dumps(text)})")

    def has(self, text: str) -> bool:
        """Tell whether a text stands on the page now."""
        return bool(self.tab.evaluate(f"document.body.innerText.includes({json.dumps(text)})"))

    def can_click(self, text: str) -> bool:
        """Tell whether there is something to click with this text now."""
        return bool(self.tab.evaluate(f"!!eyes.clickable({json.dumps(text)})"))

    @property
    def place(self) -> str:
        """The address behind the host."""
        return str(self.tab.evaluate("location.pathname + location.search"))

    def text(self, selector: str = "main") -> str:
        """Return the text of a part of the page."""
        return str(self.tab.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    # --- acting

    def open(self, path: str) -> None:
        """Go to an address, and wait until it has come to rest: within the console by its router, as links do."""
        turn = f"globalThis.eyes ? eyes.turn({json.dumps(path.removeprefix('/console'))}) : false"
        if path.startswith("/console/") and not self.is_to_load and self.tab.evaluate(turn):
            self.settled()
        else:
            self.load(path)

    def load(self, path: str) -> None:
        """Go to an address as if it were typed: everything is loaded anew, and who works here is asked anew."""
        self.is_to_load = False
        self.tab.open(self.world.address + path)
        self.tab.wait("document.readyState === 'complete' && !!globalThis.eyes")
        if path.startswith("/console"):
            self.settled()

    def settled(self) -> None:
        """Wait for the heading of a page, or for the login page, and until nothing is on its way any more."""
        self.tab.wait("location.pathname.startsWith('/login') || !!document.querySelector('main h1')")
        self.rest()

    def go(self, entry: str) -> None:
        """Choose an entry of the menu."""
        self.tab.wait("!!document.querySelector('nav a')")
        find = (
            f"[...document.querySelectorAll('nav a')].find((one) => eyes.tidy(one.innerText) === {json.dumps(entry)})"
        )
        self.strike(find)
        self.rest()

    def rest(self) -> None:
        """Wait until nothing is on its way any more."""
        self.tab.wait("!document.querySelector('[aria-busy=true], .el-loading-mask, .is-loading')")

    def click(self, what: str) -> None:
        """Click what bears this text; or the first that a selector beginning with `css:` finds."""
        if what.startswith("css:"):
            self.strike(f"document.querySelector({json.dumps(what.removeprefix('css:'))})")
        else:
            self.strike(f"eyes.clickable({json.dumps(what)})")

    def strike(self, find: str) -> None:
        """Click what an expression finds as soon as it finds something, before the page may draw it anew."""
        done = f"const one = {find}; one?.scrollIntoView({{ block: 'center' }}); one?.click(); return !!one;"
        self.tab.wait(f"(() => {{ {done} }})()")

    def fill(self, label: str, value: str) -> None:
        """Type into the field with this label."""
        self.tab.wait(f"!!eyes.field({json.dumps(label)})")
        script = """((label, value) => {
          const one = eyes.field(label);
          one.focus();
          const kind = one instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
          Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(one, value);
          for (const event of ["input", "change"]) one.dispatchEvent(new Event(event, { bubbles: true }));
          one.dispatchEvent(new Event("blur"));
        })"""
        self.tab.evaluate(f"{script}({json.dumps(label)}, {json.dumps(value)})")

    def choose(self, label: str, *options: str) -> None:
        """Choose from the list with this label."""
        self.tab.wait(f"!!eyes.field({json.dumps(label)})")
        self.tab.evaluate(
            f"(() => {{ const one = eyes.field({json.dumps(label)});"
            " (one.closest('.el-select__wrapper') ?? one).click(); one.focus(); })()"
        )
        for option in options:
            find = (
                "[...document.querySelectorAll('.el-select-dropdown__item, [role=option]')].filter(eyes.isSeen)"
                f".find((one) => eyes.tidy(one.innerText).includes({json.dumps(option)}))"
            )
            self.strike(find)

    def upload(self, selector: str, *paths: Path | str) -> None:
        """Choose files in the field that a selector finds, once it takes some: while one is sent, it takes no other."""
        self.tab.wait(f"document.querySelector({json.dumps(selector)})?.disabled === false")
        self.tab.choose(selector, *(str(one) for one in paths))

    def save_to(self, folder: Path) -> None:
        """Let the browser save files in a folder."""
        context = self.tab.call("Target.getTargetInfo")["targetInfo"]["browserContextId"]
        told = {"behavior": "allow", "downloadPath": str(folder), "browserContextId": context}
        self.tab.browser.call("Browser.setDownloadBehavior", **told)

    def saved(self, folder: Path, name: str) -> bytes:
        """Return a file once it is saved."""
        path = folder / name
        for _ in range(200):
            if path.exists() and path.stat().st_size > 0:
                return path.read_bytes()
            self.tab.evaluate("new Promise((done) => setTimeout(done, 50))")
        raise AssertionError(f"{name} was not saved: {[one.name for one in folder.iterdir()]}")

    def press(self, key: str, code: int = 0) -> None:
        """Press a key."""
        self.tab.press(key, code)

    # --- who

    def enter(self, next_page: str = "/console/") -> "Desk":
        """Log in by the login page, with a password and a one-time code (level 2)."""
        assert self.who is not None
        self.tab.open(f"{self.world.address}/login?next={next_page}")
        self.tab.wait("!!document.querySelector('#username')")
        code = self.who.code(self.world.clock)
        fields = {"username": self.who.username, "password": PASSWORD, "code": code}
        for name, value in fields.items():
            self.tab.evaluate(f"document.querySelector('#{name}').value = {json.dumps(value)}")
        self.tab.evaluate("document.querySelector('#username').form.requestSubmit()")
        self.arrive()
        return self

    def enter_strongly(self, next_page: str = "/console/") -> "Desk":
        """Log in by the login page, with the passkey of one's device (level 3)."""
        self.plug_in()
        self.tab.open(f"{self.world.address}/login?next={next_page}")
        self.tab.wait("!!document.querySelector('form[data-passkey]:not([hidden]) button')")
        self.tab.evaluate("document.querySelector('form[data-passkey] button').click()")
        self.arrive()
        return self

    def arrive(self) -> None:
        """Wait for the console's first page."""
        self.tab.wait("location.pathname.startsWith('/console/') && !!document.querySelector('main h1')")
        self.rest()

    def give_device(self) -> None:
        """Let the browser have a device that keeps passkeys, and has none yet."""
        self.tab.call("WebAuthn.enable")
        made = self.tab.call("WebAuthn.addVirtualAuthenticator", options=AUTHENTICATOR)
        self.authenticator = made["authenticatorId"]

    def plug_in(self) -> None:
        """Let the browser have the person's passkey."""
        assert self.who is not None
        if not self.authenticator:
            self.give_device()
            self.tab.call(
                "WebAuthn.addCredential",
                authenticatorId=self.authenticator,
                credential=self.who.credential("localhost"),
            )

    def speak(self, language: str) -> None:
        """Let the console speak `zh-CN` or `en` from its next page on."""
        self.tab.evaluate(f"localStorage.setItem('xinyin-language', {json.dumps(language)})")
        self.is_to_load = True

    # --- judging

    def shot(self, name: str) -> None:
        """Keep a picture of the page as it is now, where pictures are kept."""
        if SHOTS:
            folder = Path(SHOTS) / self.pictures
            folder.mkdir(parents=True, exist_ok=True)
            place = self.tab.evaluate("scrollY")  # what sticks to the window stands where it stands at first
            self.tab.evaluate("scrollTo(0, 0)")
            (folder / f"{name}.png").write_bytes(self.tab.picture())
            self.tab.evaluate(f"scrollTo(0, {place})")

    def axe(self) -> list[str]:
        """Return what axe-core finds on the page: rule and place."""
        script = required("web/node_modules/axe-core", AXE if AXE.exists() else None)
        self.tab.evaluate("globalThis.axe ? 1 : 0") or self.tab.evaluate(script.read_text(encoding="utf-8"))
        asked = (
            "axe.run({ resultTypes: ['violations'] }).then((all) => JSON.stringify(all.violations.flatMap((one) =>"
            " one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`))))"
        )
        found: list[str] = json.loads(self.tab.evaluate(asked))
        return found

    def judged(self, name: str, *, size: dict[str, Any] | None = None) -> None:
        """Let axe judge the page, and keep a picture of it."""
        if size is not None:
            self.tab.measure(size)
        self.rest()
        self.shot(name)
        found = self.axe()
        assert found == [], found

    @property
    def complaints(self) -> list[str]:
        """What the browser complained of, and every request that went elsewhere."""
        told = [one for one in self.tab.complaints if not EXPECTED.search(one)]
        with suppress(AssertionError):  # the page is being left
            told += self.tab.evaluate("globalThis.eyes ? [...eyes.broken] : []")
        ours = (self.world.address, "data:", "blob:", "about:", "chrome")
        return told + [f"asked {one}" for one in self.tab.asked if not one.startswith(ours)]


@dataclass
class Desks:
    """The desks of one world."""

    world: World
    browser: Browser
    pictures: str
    all: dict[str, Desk] = field(default_factory=dict)
    contexts: list[str] = field(default_factory=list)

    def __call__(self, username: str, *, size: dict[str, Any] | None = None) -> Desk:
        """Return somebody's desk, where they are logged in at level 3; the same one each time."""
        if username not in self.all:
            self.all[username] = self.fresh(username, size=size).enter_strongly()
        return self.all[username]

    def fresh(self, username: str = "", *, size: dict[str, Any] | None = None) -> Desk:
        """Return a browser in which nobody is logged in."""
        context = self.browser.call("Target.createBrowserContext")["browserContextId"]
        self.contexts.append(context)
        target = self.browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        tab = Tab(self.browser, self.browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        self.furnish(tab)
        tab.measure(size or DESKTOP)
        who = self.world.people[username] if username else None
        desk = Desk(self.world, who, tab, pictures=self.pictures)
        self.all[f"{username} {context}"] = desk
        return desk

    def furnish(self, tab: Tab) -> None:
        """Let the pages of a tab believe that it is as late as the service says, and look at them by `eyes`."""
        now = int(self.world.clock.now().timestamp() * 1000)
        tab.before(f"""{{ const Real = Date, ahead = {now} - Real.now(); globalThis.Date = class extends Real {{
            constructor(...told) {{ if (told.length) super(...told); else super(Real.now() + ahead); }}
            static now() {{ return Real.now() + ahead; }} }}; }}""")
        tab.before(EYES)
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        tab.call("Emulation.setEmulatedMedia", features=[still])  # nothing is judged while it fades in

    def another_tab(self, desk: Desk) -> Desk:
        """Return a further tab of somebody's browser."""
        info = desk.tab.call("Target.getTargetInfo")["targetInfo"]
        context = info["browserContextId"]
        target = self.browser.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        tab = Tab(self.browser, self.browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        self.furnish(tab)
        tab.measure(DESKTOP)
        other = Desk(self.world, desk.who, tab, pictures=self.pictures)
        self.all[f"{len(self.all)} {context}"] = other
        return other

    @property
    def complaints(self) -> list[str]:
        """What any of the browsers complained of."""
        return [told for one in {id(desk): desk for desk in self.all.values()}.values() for told in one.complaints]

    def leave(self) -> None:
        """Close every browser."""
        for context in self.contexts:
            self.browser.call("Target.disposeBrowserContext", browserContextId=context)
