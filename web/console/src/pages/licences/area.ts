// Licences: the registry, and the life of each.
import { Postcard } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const licences: Area = {
  routes: [
    {
      path: "/licences",
      name: "licences",
      component: () => import("./LicencesPage.vue"),
      meta: { title: "licences.title", permissions: ["licence:read"] },
    },
    {
      path: "/licences/:licence",
      name: "licence",
      component: () => import("./LicencePage.vue"),
      props: true,
      meta: { title: "licences.title", permissions: ["licence:read"] },
    },
  ],
  menu: [{ part: "work", route: "licences", icon: Postcard }],
};
