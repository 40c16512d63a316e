// Seals: the registry, and the life of each.
import { Stamp } from "@element-plus/icons-vue";

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
      path: "/seals/:seal",
      name: "seal",
      component: () => import("./SealPage.vue"),
      props: true,
      meta: { title: "seal.title", permissions: ["seal:read"] },
    },
  ],
  menu: [{ part: "work", route: "seals", icon: Stamp }],
};
