// What a proposal would put in place of what: field by field, in words.
import type { components } from "../../api/schema";
import { i18n } from "../../i18n";
import { calendarDay, minute } from "../../time";

export type Proposal = components["schemas"]["ProposalDetails"];
type Value = Proposal["content"][string];

export interface Row {
  name: string;
  word: string;
  before: string;
  after: string;
  /** Whether what stands now and what is proposed differ. */
  differs: boolean;
}

const PARTY = /^(?:[PO][0-9A-Z]{17}|client_\w+)$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Tell whether a value is somebody, whose name can be asked for. */
export function isParty(text: string): boolean {
  return PARTY.test(text);
}

function either(key: string, otherwise: string): string {
  return i18n.global.te(key) ? i18n.global.t(key) : otherwise;
}

/** Return members of a JSON object that stands in a text, such as a key; else the text as it is. */
function opened(name: string, value: unknown): [string, unknown][] {
  if ((name === "jwk" || name === "registered") && typeof value === "string") {
    try {
      const read: unknown = JSON.parse(value);
      if (typeof read === "object" && read !== null && !Array.isArray(read)) return Object.entries(read);
    } catch {
      return [[name, value]];
    }
  }
  return [[name, value]];
}

function flat(content: Record<string, Value>): Map<string, unknown> {
  return new Map(Object.entries(content).flatMap(([name, value]) => opened(name, value)));
}

function wordOf(name: string, value: unknown): string {
  const { t } = i18n.global;
  if (value === null || value === undefined || value === "") return t("approvals.empty");
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (Array.isArray(value)) return value.map((one) => wordOf(name, one)).join("\n") || t("approvals.empty");
  const text = String(value);
  switch (name) {
    case "duty":
      return either(`duty.${text}`, text);
    case "level":
    case "max_level":
      return `L${text}`;
    case "scopes":
      return either(`openid.scope.${text}`, text);
    case "claims":
      return text.split(" ").map((one) => either(`peers.claim.${one}`, one)).join("\n");
    case "operation":
      return either(`key_operation.${text}`, text);
    case "token_endpoint_auth_method":
      return either(`openid.method.${text}`, text);
    case "cause":
      return either(`cause.${text}`, text);
    case "document_kind":
      return either(`document_kind.${text}`, text);
    case "sources":
      return text.split(" ").map((one) => either(`proofing.source.${one}`, one)).join("\n");
    case "evidence":
      return text.split(" ").join("\n");
  }
  if (MOMENT.test(text)) return minute(text);
  return DATE.test(text) ? calendarDay(text) : text;
}

/** Return what a proposal would put in place of what. */
export function rowsOf(proposal: Proposal): Row[] {
  const before = flat(proposal.before);
  const after = flat(proposal.content);
  const rows = [...new Set([...after.keys(), ...before.keys()])].map((name) => {
    const row = {
      name,
      word: either(`proposal_field.${name}`, name),
      before: wordOf(name, before.get(name)),
      after: after.has(name) ? wordOf(name, after.get(name)) : wordOf(name, undefined),
    };
    return { ...row, differs: before.has(name) && row.before !== row.after };
  });
  return rows.sort((one, other) => Number(other.differs) - Number(one.differs)); // what changes stands first
}

/** Tell whether anything of what stands now is told. */
export function isDifference(proposal: Proposal): boolean {
  return Object.keys(proposal.before).length > 0;
}
