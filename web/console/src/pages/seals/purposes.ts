// What seals are used for, in words where there are some: others are shown as the business systems write them.
import { i18n } from "../../i18n";

/** Purposes that this service itself knows. */
export const PURPOSES = ["document.stamp", "licence.issue", "ledger.statement"] as const;

function word(group: string, value: string): string {
  const key = `${group}.${value.replaceAll(".", "_")}`;
  return i18n.global.te(key) ? i18n.global.t(key) : value;
}

export const purposeWord = (purpose: string): string => word("stamp_purpose", purpose);
export const kindWord = (kind: string): string => word("stamp_kind", kind);
