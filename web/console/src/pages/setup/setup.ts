// How far the set-up has come: asked once for the menu, and anew whenever the page is opened.
import { api, told } from "../../api/client";
import type { components } from "../../api/schema";
import { session } from "../../session";
import { shallowRef } from "vue";

export type SetUp = components["schemas"]["SetUpView"];

const found = shallowRef<SetUp>();
let asked = false;

/** Ask how far the set-up has come. */
export async function ask(): Promise<SetUp> {
  found.value = await told(api.GET("/v1/instance/set-up"));
  return found.value;
}

/** Tell whether something of the set-up is left to do, as far as that is known; it is asked for once. */
export function waits(): boolean {
  if (!asked && session.duties.value.size > 0) {
    asked = true;
    ask().catch(() => undefined); // the menu goes without
  }
  return found.value !== undefined && !found.value.complete;
}
