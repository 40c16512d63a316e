// Files of the service: fetched with the console's header and cookie, kept on the reader's machine, measured in words.
import { i18n } from "./i18n";

/** Longer than any browser takes to begin to save. */
const HELD = 60_000;

/** Keep a file on the reader's machine under a name. */
export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = named(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), HELD);
}

/** Return a name that every machine can keep: what means a path is another sign, and nothing is longer than 120. */
export function named(name: string): string {
  const kept = name.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]+/g, "_").replace(/^\.+/, "").trim();
  const end = /\.[A-Za-z0-9]{1,8}$/.exec(kept)?.[0] ?? "";
  return `${kept.slice(0, kept.length - end.length).slice(0, 120 - end.length) || "file"}${end}`;
}

/** Return what of an answer is a file: ask with `parseAs: "blob"`, for example `fileOf(told(api.GET(…)))`. */
export async function fileOf(asked: Promise<unknown>): Promise<Blob> {
  const content = await asked;
  return content instanceof Blob ? content : new Blob();
}

/** Return how large a file is, as people read it. */
export function size(octets: number): string {
  const [divisor, unit] = octets < 1024 ? [1, "byte"] : octets < 1024 ** 2 ? [1024, "kilobyte"] : [1024 ** 2, "megabyte"];
  return new Intl.NumberFormat(i18n.global.locale.value, {
    style: "unit",
    unit: String(unit),
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(octets / Number(divisor));
}
