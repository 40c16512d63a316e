// What proposals are called, wherever one is shown.
import { i18n } from "./i18n";

/** Return a kind of proposal in words. */
export function proposalWord(kind: string): string {
  const key = `proposal_kind.${kind.replaceAll(":", "_")}`;
  return i18n.global.te(key) ? i18n.global.t(key) : kind;
}
