/** What the text of a QR code is: a licence's, a holder's live code, or something of somebody else's. */

/** A claim of version 1 or 2 (docs/qr.md). */
const CLAIM = /^[A-Za-z0-9_-]{138,139}$/;
/** The claim of an annotated copy 加注件, which only the server judges. */
const COPY = /^[A-Za-z0-9_-]{150}$/;
const LIVE = /^[A-Za-z0-9_-]{22}$/;
/** Characters of a host that are shown. */
const SHOWN = 80;

export type Code =
  | { readonly kind: "claim"; readonly claim: string; readonly host?: string }
  | { readonly kind: "copy"; readonly claim: string }
  | { readonly kind: "live"; readonly secret: string }
  | { readonly kind: "elsewhere"; readonly host: string }
  | { readonly kind: "other" };

function addressIn(text: string): URL | undefined {
  try {
    const found = new URL(text);
    return found.protocol === "https:" || found.protocol === "http:" ? found : undefined;
  } catch {
    return undefined;
  }
}

function last(text: string): string {
  return text.split("?")[0]?.split(/[/#]/).at(-1) ?? "";
}

/** Returns the text of a licence's code out of an address that leads to it, or out of what somebody has typed. */
export function claimIn(text: string): string {
  const trimmed = text.trim();
  const hash = trimmed.indexOf("#");
  return last(hash < 0 ? trimmed : trimmed.slice(hash + 1));
}

/**
 * Tells what a text is that was scanned or typed. `ours` are the origins of this service.
 *
 * A claim is a claim wherever its address leads: it is judged here, and nobody goes there. All else that leads elsewhere
 * is named and never opened.
 */
export function codeIn(text: string, ours: readonly string[]): Code {
  const trimmed = text.trim();
  const address = addressIn(trimmed);
  const claim = claimIn(trimmed);
  const isElsewhere = address !== undefined && !ours.includes(address.origin);
  if (CLAIM.test(claim)) {
    return isElsewhere ? { kind: "claim", claim, host: address.host.slice(0, SHOWN) } : { kind: "claim", claim };
  }
  if (COPY.test(claim)) return { kind: "copy", claim };
  if (isElsewhere) return { kind: "elsewhere", host: address.host.slice(0, SHOWN) };
  const parts = (address?.pathname ?? "").split("/");
  const secret = parts.at(-1) ?? "";
  return parts.at(-2) === "l" && LIVE.test(secret) ? { kind: "live", secret } : { kind: "other" };
}
