/** Signed documents 签名文件: { "payload": base64, "signature": base64, "certificates": [base64, …] }. */
import { Certificate } from "./certificates.js";
import { type Kind, Strict, type Value, read } from "./json.js";
import { Malformed, Refused, concatenated, fromBase64 } from "./octets.js";
import { derSignature, verify } from "./sm2.js";

/** By how many milliseconds a document may seem to come from the future: clocks are a little wrong. */
export const CLOCK_TOLERANCE = 5 * 60_000;

export class SignedDocument {
  readonly payload: Uint8Array;
  readonly certificate: Certificate;
  readonly others: readonly Certificate[];
  private readonly signature: Uint8Array;

  constructor(encoded: Uint8Array, longest: number) {
    if (encoded.length > longest) throw new Malformed("far too large");
    const told = new Strict(read(encoded), { payload: "string", signature: "string", certificates: "list" });
    this.payload = fromBase64(told.string("payload"));
    this.signature = fromBase64(told.string("signature"));
    const [leaf, ...others] = told.strings("certificates").map((one) => new Certificate(fromBase64(one)));
    if (leaf === undefined) throw new Malformed("no signer");
    this.certificate = leaf;
    this.others = others;
  }

  /** Tells whether the signature is one over the payload after `prefix`. */
  isSigned(prefix: Uint8Array = new Uint8Array()): boolean {
    try {
      return verify(concatenated(prefix, this.payload), derSignature(this.signature), this.certificate.point);
    } catch (error) {
      if (error instanceof Malformed) return false;
      throw error;
    }
  }

  members<Name extends string>(
    kinds: Record<Name, Kind>,
    type: string,
    version: number,
    optional: readonly NoInfer<Name>[] = [],
  ): Strict<Name> {
    const value: Value = read(this.payload);
    const told = new Strict(value, kinds, optional);
    const found = value as Map<string, Value>;
    if (found.get("type") !== type || found.get("version") !== version) throw new Malformed("another type or version");
    return told;
  }
}

/** Returns what `reading` returns; what is malformed there is refused with `code`. */
export function refusing<Read>(code: string, reading: () => Read): Read {
  try {
    return reading();
  } catch (error) {
    if (error instanceof Malformed) throw new Refused(code, error.message);
    throw error;
  }
}
