/**
 * SM3 (GB/T 32905) and the verification of SM2 signatures (GB/T 32918.2) with the user identity 1234567812345678.
 *
 * sm-crypto-v2 computes. It checks neither the range of r and s nor, in every case, that a key is a point of the curve,
 * and it throws where a signature leads to the point at infinity: all that is seen to here.
 */
import { sm2, sm3 as hash } from "sm-crypto-v2";

import { Element } from "./der.js";
import { Malformed, hex, number } from "./octets.js";

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
}

export function sm3(octets: Uint8Array): string {
  return hash(octets);
}

/** GB/T 32918.2-2016, 7.1, B1 to B3. */
function isInRange({ r, s }: Signature): boolean {
  return r > 0n && r < N && s > 0n && s < N && r + s !== N;
}

/** Reads r ‖ s, 64 octets. */
export function rawSignature(octets: Uint8Array): Signature {
  const found = { r: number(octets.subarray(0, 32)), s: number(octets.subarray(32)) };
  if (octets.length !== 64 || !isInRange(found)) throw new Malformed("not a signature");
  return found;
}

/** Reads SEQUENCE { r, s }. */
export function derSignature(octets: Uint8Array): Signature {
  const [r, s, ...more] = Element.parse(octets).sequence();
  if (r === undefined || s === undefined || more.length > 0) throw new Malformed("not a signature");
  return { r: r.integer(), s: s.integer() };
}

/** Tells whether 04 ‖ x ‖ y is a point of the curve, with coordinates that are reduced. */
export function isPoint(key: Uint8Array): boolean {
  if (key.length !== 65 || key[0] !== 4) return false;
  const x = number(key.subarray(1, 33));
  const y = number(key.subarray(33));
  return x < P && y < P && (y * y - (x * x * x + A * x + B)) % P === 0n;
}

/** Tells whether `signature` is one of `message` with the key 04 ‖ x ‖ y. */
export function verify(message: Uint8Array, { r, s }: Signature, key: Uint8Array): boolean {
  if (!isPoint(key) || !isInRange({ r, s })) return false;
  const point = hex(key);
  const digest = sm2.getHash(message, point.slice(2));
  const written = [r, s].map((part) => part.toString(16).padStart(64, "0")).join("");
  try {
    return sm2.doVerifySignature(sm2.hexToArray(digest), written, point);
  } catch {
    return false;
  }
}
