// Set-up: what is to be done before the first licence. It leaves the menu once it is complete.
import { SetUp } from "@element-plus/icons-vue";

import type { Area } from "../../area";
import { waits } from "./setup";

export const setup: Area = {
  routes: [
    {
      path: "/setup",
      name: "setup",
      component: () => import("./SetUpPage.vue"),
      meta: { title: "setup.title" },
    },
  ],
  menu: [{ part: "system", route: "setup", icon: SetUp, shown: waits }],
};
