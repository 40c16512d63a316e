// The pages, each with the duties that it is for. What a duty does not open is not shown, and refused by the service.
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { session, type Duty } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** Key of the page's name among the words. */
    title: string;
    /** Duties of which one is needed; none named: everybody who is logged in. */
    duties?: readonly Duty[];
  }
}

const SEALS = ["seal_applicant", "seal_reviewer", "seal_maker", "seal_filer", "seal_owner"] as const;

const LICENCES = ["licence_officer", "licence_reviewer"] as const;

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: () => import("./pages/HomePage.vue"), meta: { title: "home.title" } },
  {
    path: "/seals",
    name: "seals",
    component: () => import("./pages/seals/SealsPage.vue"),
    meta: { title: "seals.title", duties: SEALS },
  },
  {
    path: "/seals/:seal",
    name: "seal",
    component: () => import("./pages/seals/SealPage.vue"),
    props: true,
    meta: { title: "seal.title", duties: SEALS },
  },
  {
    path: "/licences",
    name: "licences",
    component: () => import("./pages/licences/LicencesPage.vue"),
    meta: { title: "licences.title", duties: LICENCES },
  },
  {
    path: "/licences/:licence",
    name: "licence",
    component: () => import("./pages/licences/LicencePage.vue"),
    props: true,
    meta: { title: "licences.title", duties: LICENCES },
  },
  {
    path: "/approvals",
    name: "approvals",
    component: () => import("./pages/approvals/ApprovalsPage.vue"),
    meta: { title: "approvals.title" },
  },
  {
    path: "/audit",
    name: "audit",
    component: () => import("./pages/audit/AuditPage.vue"),
    meta: { title: "audit.title", duties: ["auditor"] },
  },
  {
    path: "/denied",
    name: "denied",
    component: () => import("./pages/DeniedPage.vue"),
    meta: { title: "denied.title" },
  },
  {
    path: "/:nothing(.*)*",
    name: "nowhere",
    component: () => import("./pages/NowherePage.vue"),
    meta: { title: "nowhere.title" },
  },
];

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes,
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
});

/** Tell whether whoever is logged in may open a page. */
export function mayOpen(duties: readonly Duty[] | undefined): boolean {
  return duties === undefined || session.holds(...duties);
}

router.beforeEach((to) => mayOpen(to.meta.duties) || { name: "denied", replace: true });
