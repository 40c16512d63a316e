// Home: what waits, what changed, what to look after.
import { HomeFilled } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const home: Area = {
  routes: [{ path: "/", name: "home", component: () => import("./HomePage.vue"), meta: { title: "home.title" } }],
  menu: [{ part: "work", route: "home", icon: HomeFilled }],
};
