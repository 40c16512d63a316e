// Keys: those of the service itself, its authorities, and where keys are kept.
import { Key } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const keys: Area = {
  routes: [
    {
      path: "/keys",
      name: "keys",
      component: () => import("./KeysPage.vue"),
      meta: { title: "keys.title", permissions: ["instance:read"] },
    },
  ],
  menu: [{ part: "system", route: "keys", icon: Key }],
};
