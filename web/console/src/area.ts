// What an area of the console is: its pages, and what of them stands in the menu.
import type { Component } from "vue";
import type { RouteRecordRaw } from "vue-router";

import type { components } from "./api/schema";

export type Permission = components["schemas"]["PermissionView"]["permission"];

declare module "vue-router" {
  interface RouteMeta {
    /** Key of the page's name among the words. */
    title: string;
    /** Permissions of which one is needed (docs/permissions.md); none named: everybody who is logged in. */
    permissions?: readonly Permission[];
  }
}

/** Part of the menu, in which entries of several areas may stand. */
export type Part = "work" | "subjects" | "system" | "mine";

export const PARTS: readonly Part[] = ["work", "subjects", "system", "mine"];

export interface Entry {
  part: Part;
  /** Name of the route that it opens: shown to whoever may open that. */
  route: string;
  icon: Component;
  /** Tells whether it is shown now, where that changes; absent: always. */
  shown?: () => boolean;
}

export interface Area {
  routes: readonly RouteRecordRaw[];
  menu: readonly Entry[];
}
