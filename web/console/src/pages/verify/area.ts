// Verification: any file, code or identifier, with the full report of the engine.
import { CircleCheckFilled } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const verify: Area = {
  routes: [
    {
      path: "/verify",
      name: "verify",
      component: () => import("./VerifyPage.vue"),
      meta: { title: "verify.title" },
    },
  ],
  menu: [{ part: "work", route: "verify", icon: CircleCheckFilled }],
};
