/** The page that scans: the camera, a photo, or what is typed; and where each leads. */
import type { Assets } from "./assets.js";
import type { Camera, Trouble } from "./camera.js";
import { type Code, codeIn } from "./codes.js";
import type { Slots } from "./slots.js";

/** Milliseconds for which a code that leads nowhere is told of before the camera looks again. */
const PAUSE = 1_500;

/** Opens the answer to a code, or says why there is none. Returns whether a page is being opened. */
export function follow(code: Code, slots: Slots, assets: Assets): boolean {
  const isOnDevice = document.querySelector<HTMLInputElement>("[data-only-here]")?.checked === true;
  switch (code.kind) {
    case "claim":
      location.assign(assets.answerTo(code.claim, isOnDevice));
      slots.put("told", code.host === undefined ? slots.word("code.found") : slots.word("code.claim_of", { host: code.host }));
      return true;
    case "copy":
      location.assign(assets.copy(code.claim));
      slots.put("told", slots.word("code.found"));
      return true;
    case "live":
      location.assign(assets.liveCode(code.secret));
      slots.put("told", slots.word("code.found"));
      return true;
    case "elsewhere":
      slots.put("told", slots.word("code.elsewhere", { host: code.host }));
      return false;
    case "other":
      slots.put("told", slots.word("code.other"));
      return false;
  }
}

/** Reads the code on a photo and opens its answer. Returns whether a page is being opened. */
export async function followPhoto(photo: Blob, slots: Slots, assets: Assets): Promise<boolean> {
  slots.put("told", slots.word("code.reading"));
  try {
    const { readPhoto } = await assets.camera();
    const text = await readPhoto(photo, assets.readers);
    if (text !== undefined) return follow(codeIn(text, assets.origins), slots, assets);
    slots.put("told", slots.word("code.none_on_photo"));
  } catch {
    slots.put("told", slots.word("camera.reader"));
  }
  return false;
}

/** Lets a form open the answer to what is typed or pasted into it. */
export function startTyping(form: HTMLFormElement, slots: Slots, assets: Assets): void {
  form.addEventListener("submit", (event) => {
    const code = codeIn(String(new FormData(form).get("text") ?? ""), assets.origins);
    if (code.kind === "other") return; // the server says what it is: it knows more kinds of text than codes
    event.preventDefault();
    follow(code, slots, assets);
  });
}

class Scanner {
  private camera: Camera | undefined;
  private turn = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly slots: Slots,
    private readonly assets: Assets,
  ) {}

  async start(): Promise<void> {
    const turn = (this.turn += 1);
    const video = this.root.querySelector("video");
    if (video === null) return;
    this.state("starting");
    try {
      const library = await this.assets.camera();
      const camera = await library.Camera.open(video);
      if (turn !== this.turn) {
        camera.close();
        return;
      }
      this.camera = camera;
      this.state("on");
      this.slots.show("torch", camera.hasTorch);
      const reader = await library.Reader.open(this.assets.readers);
      try {
        await this.look(camera, reader);
      } finally {
        reader.close();
      }
    } catch (error) {
      this.stop();
      this.fail((error as { trouble?: Trouble }).trouble ?? "unsupported");
    }
  }

  private async look(camera: Camera, reader: Parameters<Camera["scan"]>[0]): Promise<void> {
    for (;;) {
      const text = await camera.scan(reader);
      if (text === undefined) return;
      if (follow(codeIn(text, this.assets.origins), this.slots, this.assets)) {
        if (navigator.userActivation?.hasBeenActive === true) navigator.vibrate?.(60);
        this.stop();
        this.state("found");
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  stop(): void {
    this.turn += 1;
    this.camera?.close();
    this.camera = undefined;
    this.slots.show("torch", false);
    this.slots.element("torch")?.setAttribute("aria-pressed", "false"); // a camera that is turned on again is dark
    this.state("off");
  }

  async light(button: HTMLElement): Promise<void> {
    const isLit = button.getAttribute("aria-pressed") !== "true";
    try {
      await this.camera?.torch(isLit);
      button.setAttribute("aria-pressed", String(isLit));
    } catch {
      this.slots.show("torch", false);
    }
  }

  get isOn(): boolean {
    return this.camera !== undefined;
  }

  private state(name: "off" | "starting" | "on" | "found"): void {
    this.root.dataset["camera"] = name;
    this.slots.show("start", name === "off");
    this.slots.show("stop", name === "on");
    if (name === "starting" || name === "on") this.slots.put("told", this.slots.word(`camera.${name}`));
  }

  private fail(trouble: Trouble): void {
    this.root.dataset["trouble"] = trouble;
    this.slots.put("told", this.slots.word(`camera.${trouble}`));
  }
}

/** Starts the page that scans: whoever opens it has asked for the camera. */
export function startScan(root: HTMLElement, slots: Slots, assets: Assets): void {
  const scanner = new Scanner(root, slots, assets);
  slots.element("start")?.addEventListener("click", () => void scanner.start());
  slots.element("stop")?.addEventListener("click", () => {
    scanner.stop();
    slots.put("told", slots.word("camera.off"));
    slots.element("start")?.focus();
  });
  const torch = slots.element("torch");
  torch?.addEventListener("click", () => void scanner.light(torch));
  const photo = root.querySelector<HTMLInputElement>("input[type=file]");
  photo?.addEventListener("change", () => {
    const chosen = photo.files?.[0];
    if (chosen === undefined) return;
    scanner.stop();
    void followPhoto(chosen, slots, assets).then(() => {
      photo.value = "";
    });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && scanner.isOn) scanner.stop();
  });
  addEventListener("pagehide", () => scanner.stop());
  slots.show("scanner", true);
  void scanner.start();
}
