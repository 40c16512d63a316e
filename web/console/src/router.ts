// The pages of every area, each with the permissions that open it. What is not open is not shown, and refused by the
// service.
import { computed } from "vue";
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import type { Area, Permission } from "./area";
import { access } from "./pages/access/area";
import { approvals } from "./pages/approvals/area";
import { audit } from "./pages/audit/area";
import { catalogue } from "./pages/catalogue/area";
import { home } from "./pages/home/area";
import { identity } from "./pages/identity/area";
import { keys } from "./pages/keys/area";
import { licences } from "./pages/licences/area";
import { me } from "./pages/me/area";
import { mine } from "./pages/mine/area";
import { seals } from "./pages/seals/area";
import { setup } from "./pages/setup/area";
import { verify } from "./pages/verify/area";
import { warn } from "./act";
import { isThere } from "./api/client";
import { forgetTyped } from "./api/gate";
import { i18n, loadWords } from "./i18n";
import { session } from "./session";

/** In the order of the menu. */
export const AREAS: readonly Area[] = [
  home,
  approvals,
  seals,
  licences,
  catalogue,
  verify,
  identity,
  access,
  keys,
  audit,
  setup,
  mine,
  me,
];

const RELOADED = "xinyin-reloaded";

const elsewhere: RouteRecordRaw[] = [
  {
    path: "/:nothing(.*)*",
    name: "nowhere",
    component: () => import("./pages/frame/NowherePage.vue"),
    meta: { title: "nowhere.title" },
  },
];

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [...AREAS.flatMap((area) => area.routes), ...elsewhere],
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
});

const byName = new Map(AREAS.flatMap((area) => area.routes).map((one) => [one.name as string, one]));

/** Tell whether whoever is logged in may open a page. */
export function mayOpen(permissions: readonly Permission[] | undefined): boolean {
  return permissions === undefined || session.may(...permissions);
}

/** What stands in the menu now: what whoever is logged in may open. */
export const entries = computed(() =>
  AREAS.flatMap((area) => area.menu).flatMap((one) => {
    const found = byName.get(one.route);
    const isShown = found !== undefined && mayOpen(found.meta?.permissions) && (one.shown?.() ?? true);
    return isShown ? [{ part: one.part, icon: one.icon, path: found.path, title: found.meta?.title ?? "" }] : [];
  }),
);

/** Return the entry of the menu to which an address belongs. */
export function entryOf(path: string): { path: string; title: string } | undefined {
  return entries.value
    .filter((one) => path === one.path || path.startsWith(`${one.path.replace(/\/$/, "")}/`))
    .sort((one, other) => other.path.length - one.path.length)
    .find((one) => one.path !== "/" || path === "/");
}

// Home brings its words along; every other page waits for all of them.
router.beforeResolve(async (to) => {
  if (to.name !== "home") await loadWords();
});

// A page whose script is gone was built anew since this one was opened: it is loaded as it is now. Where nobody answers,
// one stays where one is.
router.onError(async (error: unknown, to) => {
  const isGone = error instanceof Error && /import|preload/i.test(error.message); // its script, or its style
  if (isGone && !(await isThere())) void warn(i18n.global.t("problem.console.unreachable"));
  else if (isGone && sessionStorage.getItem(RELOADED) !== to.fullPath) {
    sessionStorage.setItem(RELOADED, to.fullPath);
    location.assign(router.resolve(to.fullPath).href);
  }
});
router.afterEach((to, from, failure) => {
  if (failure === undefined && to.fullPath !== from.fullPath) sessionStorage.removeItem(RELOADED);
  if (failure === undefined && to.path !== from.path) forgetTyped();
});
