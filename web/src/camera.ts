/**
 * The camera, and photos of codes. Codes are read by the browser itself where it can (BarcodeDetector), else by ZXing in
 * a worker. Pictures stay in the memory of the device and are never sent.
 */
import type { Asked, Told } from "./decoder.js";

/** Why there is no picture, as a key of the words of the page. */
export type Trouble = "insecure" | "unsupported" | "denied" | "none" | "busy" | "reader";

export class CameraTrouble extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble);
  }
}

/** Where the worker and its module stand. */
export interface Readers {
  readonly decoder: string;
  readonly module: string;
}

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Pixels of the longer side of a frame that is looked at, and of a photo. */
const FRAME = 960;
const PHOTO = 2_400;
/** Milliseconds between two frames. */
const PAUSE = 120;

type Picture = HTMLVideoElement | ImageBitmap;

async function builtIn(): Promise<Detector | undefined> {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    if (found === undefined || !(await found.getSupportedFormats()).includes("qr_code")) return undefined;
    return new found({ formats: ["qr_code"] });
  } catch {
    return undefined;
  }
}

/** Reads codes out of pictures. Throws `CameraTrouble` where no reader can be had. */
export class Reader {
  private worker: Worker | undefined;
  private count = 0;
  private readonly canvas = document.createElement("canvas");

  private constructor(
    private readonly readers: Readers,
    private detector: Detector | undefined,
  ) {}

  static async open(readers: Readers): Promise<Reader> {
    return new Reader(readers, await builtIn());
  }

  async read(picture: Picture, longest: number, isThorough: boolean): Promise<string | undefined> {
    if (this.detector !== undefined) {
      try {
        const found = (await this.detector.detect(picture))[0]?.rawValue;
        if (found !== undefined || !isThorough) return found;
      } catch {
        this.detector = undefined; // it is there and does not work, as on some systems
      }
    }
    const pixels = this.pixels(picture, longest);
    return pixels === undefined ? undefined : this.ask(pixels, isThorough);
  }

  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
  }

  private pixels(picture: Picture, longest: number): ImageData | undefined {
    const isVideo = picture instanceof HTMLVideoElement;
    const [width, height] = isVideo ? [picture.videoWidth, picture.videoHeight] : [picture.width, picture.height];
    if (width === 0 || height === 0) return undefined;
    const scale = Math.min(1, longest / Math.max(width, height));
    this.canvas.width = Math.max(1, Math.round(width * scale));
    this.canvas.height = Math.max(1, Math.round(height * scale));
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new CameraTrouble("reader");
    context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    return context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }

  private ask(picture: ImageData, thorough: boolean): Promise<string | undefined> {
    this.worker ??= new Worker(this.readers.decoder);
    const { worker } = this;
    const { module } = this.readers;
    const number = (this.count += 1);
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const heard = (event: MessageEvent<Told>): void => {
        if (event.data.number !== number) return;
        stop.abort();
        if (event.data.broken === true) reject(new CameraTrouble("reader"));
        else resolve(event.data.text);
      };
      const failed = (): void => {
        stop.abort();
        reject(new CameraTrouble("reader"));
      };
      worker.addEventListener("message", heard, { signal: stop.signal });
      worker.addEventListener("error", failed, { signal: stop.signal });
      worker.postMessage({ number, picture, thorough, module } satisfies Asked, [picture.data.buffer]);
    });
  }
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "unsupported";
}

/** A camera that is on, and shown in a video element. */
export class Camera {
  private isOn = true;

  private constructor(
    private readonly video: HTMLVideoElement,
    private readonly stream: MediaStream,
  ) {}

  /** Turns the camera on, the one at the back where there are two. Throws `CameraTrouble`. */
  static async open(video: HTMLVideoElement): Promise<Camera> {
    if (!globalThis.isSecureContext) throw new CameraTrouble("insecure");
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- older browsers have none
    if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraTrouble("unsupported");
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      throw new CameraTrouble(troubleOf(error));
    }
    video.srcObject = stream;
    await video.play().catch(() => undefined);
    return new Camera(video, stream);
  }

  private get track(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }

  /** Whether the camera has a light. */
  get hasTorch(): boolean {
    const abilities = this.track?.getCapabilities?.() as { torch?: boolean } | undefined;
    return abilities?.torch === true;
  }

  async torch(isLit: boolean): Promise<void> {
    await this.track?.applyConstraints({ advanced: [{ torch: isLit } as MediaTrackConstraintSet] });
  }

  /** Looks until a code is read; undefined where the camera was turned off before. */
  async scan(reader: Reader): Promise<string | undefined> {
    while (this.isOn) {
      const text = await reader.read(this.video, FRAME, false);
      if (text !== undefined && text !== "") return text;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return undefined;
  }

  close(): void {
    this.isOn = false;
    for (const track of this.stream.getTracks()) track.stop();
    this.video.srcObject = null;
  }
}

/** Returns the text of the code on a photo; undefined where none can be read on it, or it is no picture. */
export async function readPhoto(photo: Blob, readers: Readers): Promise<string | undefined> {
  let picture: ImageBitmap;
  try {
    picture = await createImageBitmap(photo);
  } catch {
    return undefined;
  }
  const reader = await Reader.open(readers);
  try {
    // Small codes on large photos want all pixels; large codes are found sooner, and through more noise, in few.
    return (await reader.read(picture, FRAME, true)) ?? (await reader.read(picture, PHOTO, true));
  } finally {
    reader.close();
    picture.close();
  }
}
