// One's own account: what is known, with what one comes back, where one is logged in, what one was told.
import { User } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const me: Area = {
  routes: [{ path: "/me", name: "me", component: () => import("./MePage.vue"), meta: { title: "me.title" } }],
  menu: [{ part: "mine", route: "me", icon: User }],
};
