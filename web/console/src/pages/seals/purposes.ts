// What seals are used for, in words where there are some: others are shown as the business systems write them.
import type { components } from "../../api/schema";
import { i18n } from "../../i18n";

/** Purposes that this service itself knows. */
export const PURPOSES = ["document.stamp", "licence.issue", "ledger.statement"] as const;

/** Kinds of documents that have words; business systems and people may name others. */
export const KINDS = ["notice", "contract", "certificate", "letter"] as const;

function word(group: string, value: string): string {
  const key = `${group}.${value.replaceAll(".", "_")}`;
  return i18n.global.te(key) ? i18n.global.t(key) : value;
}

export const purposeWord = (purpose: string): string => word("stamp_purpose", purpose);
export const kindWord = (kind: string): string => word("stamp_kind", kind);

type Place = NonNullable<components["schemas"]["ApprovalView"]["order"]>["places"][number];

/** Return where a seal goes in a document, in words. */
export function placeWord(place: Place): string {
  const { t } = i18n.global;
  switch (place.kind) {
    case "point":
      return t("stamp_at.point", { page: place.page, x: place.x_mm, y: place.y_mm });
    case "pages":
      return t("stamp_at.pages", { pages: place.pages, x: place.x_mm, y: place.y_mm });
    case "keyword":
      return t("stamp_at.keyword", { text: place.text });
    case "edges":
      return t("stamp_at.edges", { pages: place.pages });
  }
}
