// The pages of every area, each with the permissions that open it. What is not open is not shown, and refused by the
// service.
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

const elsewhere: RouteRecordRaw[] = [
  {
    path: "/denied",
    name: "denied",
    component: () => import("./pages/frame/DeniedPage.vue"),
    meta: { title: "denied.title" },
  },
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

/** Tell whether whoever is logged in may open a page. */
export function mayOpen(permissions: readonly Permission[] | undefined): boolean {
  return permissions === undefined || session.may(...permissions);
}

router.beforeEach((to) => mayOpen(to.meta.permissions) || { name: "denied", replace: true });
