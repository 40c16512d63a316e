// Dates and times as people read them, in China's time wherever the reader is: licences and deadlines go by it.
import { i18n } from "./i18n";

const ZONE = "Asia/Shanghai";

function format(moment: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(i18n.global.locale.value, { timeZone: ZONE, ...options }).format(new Date(moment));
}

/** Return the day of a moment. */
export function day(moment: string): string {
  return format(moment, { dateStyle: "long" });
}

/** Return a day that stands as a date and has no hour. */
export function calendarDay(date: string): string {
  return new Intl.DateTimeFormat(i18n.global.locale.value, { dateStyle: "long", timeZone: "UTC" }).format(new Date(date));
}

/** Return a moment to the minute. */
export function minute(moment: string): string {
  return format(moment, { dateStyle: "medium", timeStyle: "short" });
}

/** Return a moment to the second, in figures alone: where many stand below each other. */
export function second(moment: string): string {
  return format(moment, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
}
