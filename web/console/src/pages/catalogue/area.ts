// The catalogue: licence types and their versions, from the draft to publication.
import { Collection, Share } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const catalogue: Area = {
  routes: [
    {
      path: "/catalogue",
      name: "types",
      component: () => import("./TypesPage.vue"),
      meta: { title: "catalogue.title", permissions: ["licence_type:read"] },
    },
    {
      path: "/catalogue/new",
      name: "type-new",
      component: () => import("./TypeDraftPage.vue"),
      meta: { title: "type_form.new", permissions: ["licence_type:draft"] },
    },
    {
      path: "/catalogue/:kind",
      name: "type",
      component: () => import("./TypePage.vue"),
      props: true,
      meta: { title: "type.title", permissions: ["licence_type:read"] },
    },
    {
      path: "/catalogue/:kind/draft",
      name: "type-draft",
      component: () => import("./TypeDraftPage.vue"),
      props: true,
      meta: { title: "type_form.new", permissions: ["licence_type:draft"] },
    },
    {
      path: "/sharing",
      name: "sharing",
      component: () => import("./SharingPage.vue"),
      meta: { title: "sharing.title", permissions: ["sharing:read"] },
    },
  ],
  menu: [
    { part: "work", route: "types", icon: Collection },
    { part: "work", route: "sharing", icon: Share },
  ],
};
