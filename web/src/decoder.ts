/**
 * Reads QR codes out of pictures with ZXing, in a worker of its own: the page stays quick, and only this script may run
 * WebAssembly, by the policy that it is served with.
 */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

declare const self: DedicatedWorkerGlobalScope;

/** A picture to be read; `thorough` where there is one photo and not a stream of frames. */
export interface Asked {
  readonly number: number;
  readonly picture: ImageData;
  readonly thorough: boolean;
  /** Where the WebAssembly module stands. */
  readonly module: string;
}

/** The text of the code, or none; `broken` where the reader cannot be loaded. */
export interface Told {
  readonly number: number;
  readonly text?: string;
  readonly broken?: boolean;
}

let prepared = "";

/** Says where the module stands; it is loaded at the first reading. */
function prepare(module: string): void {
  if (module === prepared) return;
  prepared = module;
  prepareZXingModule({ overrides: { locateFile: () => module } });
}

async function read({ number, picture, thorough, module }: Asked): Promise<Told> {
  try {
    prepare(module);
    const found = await readBarcodes(picture, {
      formats: ["QRCode"],
      tryHarder: thorough,
      tryDownscale: true,
      maxNumberOfSymbols: 1,
    });
    const text = found.find((one) => one.isValid)?.text;
    return text === undefined ? { number } : { number, text };
  } catch {
    return { number, broken: true };
  }
}

self.addEventListener("message", (event: MessageEvent<Asked>) => {
  void read(event.data).then((told) => self.postMessage(told));
});
