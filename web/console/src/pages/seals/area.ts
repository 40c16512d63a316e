// Seals: the registry, the life of each, stamping with them, and the end of their keys.
import { CircleClose, EditPen, Stamp } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const seals: Area = {
  routes: [
    {
      path: "/seals",
      name: "seals",
      component: () => import("./SealsPage.vue"),
      meta: { title: "seals.title", permissions: ["seal:read"] },
    },
    {
      path: "/seals/application",
      name: "seal_application",
      component: () => import("./ApplyPage.vue"),
      meta: { title: "apply.title", permissions: ["seal:apply"] },
    },
    {
      path: "/seals/:seal",
      name: "seal",
      component: () => import("./SealPage.vue"),
      props: true,
      meta: { title: "seal.title", permissions: ["seal:read"] },
    },
    {
      path: "/seals/:seal/review",
      name: "seal_review",
      component: () => import("./ReviewPage.vue"),
      props: true,
      meta: { title: "review.title", permissions: ["seal:review"] },
    },
    {
      path: "/seals/:seal/mending",
      name: "seal_mending",
      component: () => import("./ApplyPage.vue"),
      props: (route) => ({ seal: route.params.seal, mode: "mend" }),
      meta: { title: "apply.mend", permissions: ["seal:apply"] },
    },
    {
      path: "/seals/:seal/replacement",
      name: "seal_replacement",
      component: () => import("./ApplyPage.vue"),
      props: (route) => ({ seal: route.params.seal, mode: "replace" }),
      meta: { title: "apply.replace", permissions: ["seal:remake"] },
    },
    {
      path: "/seals/:seal/authorisations",
      name: "seal_authorisations",
      component: () => import("./AuthorisationsPage.vue"),
      props: true,
      meta: { title: "authorisations.title", permissions: ["seal:own"] },
    },
    {
      path: "/seals/:seal/ledger",
      name: "seal_ledger",
      component: () => import("./LedgerPage.vue"),
      props: true,
      meta: { title: "ledger.title", permissions: ["seal:own"] },
    },
    {
      path: "/stamping",
      name: "stamping",
      component: () => import("./StampingPage.vue"),
      meta: { title: "stamping.title", permissions: ["seal:stamp"] },
    },
    {
      path: "/seal-destructions",
      name: "seal_destructions",
      component: () => import("./DestructionsPage.vue"),
      meta: { title: "destructions.title", permissions: ["seal:destroy", "seal:witness"] },
    },
  ],
  menu: [
    { part: "work", route: "seals", icon: Stamp },
    { part: "work", route: "stamping", icon: EditPen },
    { part: "work", route: "seal_destructions", icon: CircleClose },
  ],
};
