// Approvals: what needs a second person.
import { Checked } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const approvals: Area = {
  routes: [
    {
      path: "/approvals",
      name: "approvals",
      component: () => import("./ApprovalsPage.vue"),
      meta: { title: "approvals.title" },
    },
  ],
  menu: [{ part: "work", route: "approvals", icon: Checked }],
};
