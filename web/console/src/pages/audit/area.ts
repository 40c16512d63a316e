// The audit trail.
import { List } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const audit: Area = {
  routes: [
    {
      path: "/audit",
      name: "audit",
      component: () => import("./AuditPage.vue"),
      meta: { title: "audit.title", permissions: ["audit:read"] },
    },
  ],
  menu: [{ part: "system", route: "audit", icon: List }],
};
