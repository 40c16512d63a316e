/** Octets, their spellings, and what is refused. */

/** What was given is not to be relied on; `code` is the one that the service uses for the same (docs/errors.md). */
export class Refused extends Error {
  constructor(readonly code: string, reason: string) {
    super(reason);
    this.name = "Refused";
  }
}

/** Bytes that are not what they should be. Whoever reads a document turns it into that document's `Refused`. */
export class Malformed extends Error {}

export function hex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}

/** Returns the octets of hexadecimal digits, of which there must be an even number. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9A-Fa-f]/.test(text)) throw new Malformed("not hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, place) => parseInt(text.slice(2 * place, 2 * place + 2), 16));
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, place) => octet === other[place]);
}

export function concatenated(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export function number(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${hex(octets)}`);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function base64(octets: Uint8Array): string {
  let text = "";
  for (let place = 0; place < octets.length; place += 0x8000) {
    text += String.fromCharCode(...octets.subarray(place, place + 0x8000));
  }
  return btoa(text);
}

/** Returns what stands in base64 (RFC 4648, 4), in its one right form. */
export function fromBase64(text: string): Uint8Array {
  let octets: Uint8Array;
  try {
    octets = ascii(atob(text));
  } catch {
    throw new Malformed("not base64");
  }
  if (base64(octets) !== text) throw new Malformed("not the right form of base64");
  return octets;
}

/** Returns what stands in base64url without padding (RFC 4648, 5), in its one right form. */
export function fromBase64url(text: string): Uint8Array {
  if (/[^A-Za-z0-9_-]/.test(text)) throw new Malformed("not base64url");
  const padding = "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/") + padding);
}
