/** Where things stand that a page may need, as the page itself says: on the element that loads its script. */
import type { Place } from "./lists.js";

/** The library of claims (verify.ts), loaded where a code is checked on the device. */
export type Library = typeof import("./verify.js");
/** What judges files (files.ts), loaded where somebody chooses one. */
export type FileLibrary = typeof import("./files.js");
/** The camera (camera.ts), loaded where somebody scans. */
export type CameraLibrary = typeof import("./camera.js");

export class Assets {
  constructor(private readonly element: HTMLElement) {}

  private told(name: string): string {
    return this.element.dataset[name] ?? "";
  }

  private address(name: string): string {
    return new URL(this.told(name), location.href).href;
  }

  /** What stands before every path of the service, without a slash at the end. */
  get root(): string {
    return this.told("root");
  }

  get language(): string {
    return this.told("language");
  }

  get worker(): string {
    return this.told("worker");
  }

  get readers(): { decoder: string; module: string } {
    return { decoder: this.address("decoder"), module: this.address("module") };
  }

  /** The origins that the service calls its own: that of this page, and those in its codes. */
  get origins(): readonly string[] {
    return [location.origin, ...this.told("origins").split(" ")];
  }

  get place(): Place {
    return {
      anchors: this.told("anchors").split(" ").filter((one) => one !== ""),
      trustList: this.address("trustList"),
      statusLists: this.address("statusLists"),
    };
  }

  library(): Promise<Library> {
    return import(this.address("library")) as Promise<Library>;
  }

  files(): Promise<FileLibrary> {
    return import(this.address("files")) as Promise<FileLibrary>;
  }

  camera(): Promise<CameraLibrary> {
    return import(this.address("camera")) as Promise<CameraLibrary>;
  }

  /** Where a claim is answered for: by the registry, or on the device alone, which never sends what follows `#`. */
  answerTo(claim: string, isOnDevice: boolean): string {
    const language = `?lang=${this.language}`;
    return isOnDevice ? `${this.root}/v${language}#${claim}` : `${this.root}/v/${encodeURIComponent(claim)}${language}`;
  }

  copy(claim: string): string {
    return `${this.root}/c/${claim}?lang=${this.language}`;
  }

  liveCode(secret: string): string {
    return `${this.root}/l/${secret}?lang=${this.language}`;
  }
}
