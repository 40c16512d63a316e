// Moments as they are typed: minutes of China's time, wherever the machine is on which somebody types.
const FORMAT = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

/** Return a moment as a field shows it, such as `2026-11-22 13:05`. */
export function typed(moment: Date): string {
  return FORMAT.format(moment);
}

/** Return what a field holds as the service takes it (ISO 8601). */
export function momentOf(minute: string): string {
  return `${minute.replace(" ", "T")}:00+08:00`;
}

/** What fields for a moment show and hold. */
export const MINUTES = "YYYY-MM-DD HH:mm";
