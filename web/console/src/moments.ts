// Moments as they are typed: minutes or seconds of China's time, wherever the machine is on which somebody types.
const IN_CHINA = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" });

/** What a field for a moment shows and holds. */
export const MINUTES = "YYYY-MM-DD HH:mm";
export const SECONDS = "YYYY-MM-DD HH:mm:ss";

/** Return a moment as a field shows it, such as `2026-11-22 13:05`. */
export function typed(moment: Date | string, form: typeof MINUTES | typeof SECONDS = MINUTES): string {
  return IN_CHINA.format(new Date(moment)).slice(0, form.length);
}

/** Return today in China, as a field for a day holds it. */
export function today(): string {
  return typed(new Date()).slice(0, "YYYY-MM-DD".length);
}

/** Return what a field holds as the service takes it (ISO 8601); empty where it holds no moment. */
export function momentOf(field: string): string {
  const told = new Date(`${field.replace(" ", "T")}+08:00`);
  return Number.isNaN(told.getTime()) ? "" : told.toISOString();
}
