/** What a signature covers: octets, or a file without the gap that holds the signature's value. */
import { concatenated } from "../octets.js";
import { digest } from "./algorithms.js";

export class Content {
  private joined: Uint8Array | undefined;
  private sm3: Promise<string | undefined> | undefined;

  constructor(private readonly parts: readonly Uint8Array[]) {}

  octets(): Uint8Array {
    this.joined ??= this.parts.length === 1 ? (this.parts[0] as Uint8Array) : concatenated(...this.parts);
    return this.joined;
  }

  /** SM3 in hex. Computed once: of a seal and of the message around it both ask. */
  async hash(): Promise<string> {
    this.sm3 ??= digest("SM3", this.octets());
    return (await this.sm3) ?? "";
  }
}
