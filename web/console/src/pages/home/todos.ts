// What waits and what has changed: in words, and where it leads to.
import type { RouteLocationRaw } from "vue-router";

import type { components } from "../../api/schema";
import { called } from "../../called";
import { i18n } from "../../i18n";
import { proposalWord } from "../../proposals";
import { session } from "../../session";

export type Todo = components["schemas"]["TodoView"];
export type TodoKind = Todo["kind"];
export type Change = components["schemas"]["HomeChangeView"];

/** Where keys of a seal are destroyed, and witnessed. */
const ENDED = ["cancelled", "superseded", "invalidated", "destroying"];

function word(key: string, otherwise: string): string {
  return i18n.global.te(key) ? i18n.global.t(key) : otherwise;
}

/** Return what a thing to do is called. */
export function titleOf(todo: Todo): string {
  const { t } = i18n.global;
  const name = called({ zh: todo.name, en: todo.name_en });
  switch (todo.kind) {
    case "seal":
      return name;
    case "stamping_approval":
      return t("home_thing.stamping_approval", { name });
    case "proposal":
      return proposalWord(name);
    case "licence_request":
      return t("home_thing.licence_request", { name, event: word(`licence_event.${todo.state}`, todo.state) });
    case "type_review":
    case "type_returned":
    case "type_publication":
      return t("home_thing.type", { name, version: todo.within });
    case "sharing_grant":
      return name || todo.id;
    case "bulk_job":
      return t("home_thing.bulk_job", { name });
    case "mandate":
      return t("home_thing.mandate");
  }
}

/** Return where a thing is done. */
export function placeOf(todo: Pick<Todo, "kind" | "id" | "state" | "within">): RouteLocationRaw {
  switch (todo.kind) {
    case "seal":
      if (ENDED.includes(todo.state) && session.may("seal:destroy", "seal:witness")) return { name: "seal_destructions" };
      if (todo.state === "applied" && session.may("seal:review")) return { name: "seal_review", params: { seal: todo.id } };
      return { name: "seal", params: { seal: todo.id } };
    case "stamping_approval":
    case "proposal":
    case "sharing_grant":
      return { name: "approvals", query: { look: todo.id } };
    case "licence_request":
      return { name: "licence-review", params: { request: todo.id } };
    case "type_review":
    case "type_returned":
    case "type_publication":
      return { name: "type", params: { kind: todo.id } };
    case "bulk_job":
      return { name: "bulk-job", params: { job: todo.id } };
    case "mandate":
      return { name: "delegation", params: { delegation: todo.id } };
  }
}

/** Return what has changed, in words. */
export function changeOf(change: Change): string {
  const { t } = i18n.global;
  const { name, state } = change;
  switch (change.kind) {
    case "seal":
      return t("home_change.seal", { name, state: word(`seal_state.${state}`, state) });
    case "stamping_approval":
      return t("home_change.stamping_approval", { name, state: word(`home_decision.${state}`, state) });
    case "proposal":
      return t("home_change.proposal", { name: proposalWord(name), state: word(`proposal_state.${state}`, state) });
    case "licence_request":
      return t("home_change.licence_request", { state: word(`home_decision.${state}`, state) });
  }
}

/** Return where what has changed is looked at. */
export function changePlace(change: Change): RouteLocationRaw {
  switch (change.kind) {
    case "seal":
      return { name: "seal", params: { seal: change.id } };
    case "stamping_approval":
      return { name: "seal", params: { seal: change.within } };
    case "proposal":
      return { name: "approvals", query: { look: change.id } };
    case "licence_request":
      return { name: "licence-review", params: { request: change.id } };
  }
}
