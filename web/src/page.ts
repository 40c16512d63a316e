/**
 * What the public pages do with scripts. Without them the server answers alone. This much is loaded at once; libraries
 * for codes, files and the camera are loaded where somebody needs them.
 *
 * A page that takes part has an element that says where things stand (assets.ts), and the words in a block of JSON.
 */
import { startActions } from "./actions.js";
import { Assets } from "./assets.js";
import { accompany, startDevice } from "./claim_view.js";
import { startFiles } from "./file_view.js";
import { startScan, startTyping } from "./scan_view.js";
import { Slots, wordsOf } from "./slots.js";

/** Lets the pages be opened without a network from now on. */
function keep(worker: string): void {
  if (worker !== "" && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker).catch(() => undefined); // without one the pages need a network
  }
}

function start(assets: Assets): void {
  const root = document.querySelector<HTMLElement>("[data-device]");
  const slots = new Slots(document, wordsOf());
  startActions(slots);
  if (root === null) return;
  keep(assets.worker);
  switch (root.dataset["device"]) {
    case "check":
      void startDevice(root, slots, assets);
      break;
    case "accompany":
      void accompany(root, assets);
      break;
    case "start":
      startFiles(root, slots, assets);
      break;
    case "scan":
      startScan(root, slots, assets);
      for (const form of root.querySelectorAll<HTMLFormElement>("form[data-code]")) startTyping(form, slots, assets);
      break;
  }
}

const element = document.querySelector<HTMLElement>("script[data-root]");
if (element !== null) start(new Assets(element));
