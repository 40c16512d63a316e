// Licences: the registry, issuing, the life of each, reviews by a second person, and jobs for many at once.
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
      path: "/licences/new",
      name: "licence-new",
      component: () => import("./IssuePage.vue"),
      meta: { title: "issue.title", permissions: ["licence:issue"] },
    },
    {
      path: "/licences/reviews",
      name: "licence-reviews",
      component: () => import("./ReviewsPage.vue"),
      meta: { title: "licence_review.title", permissions: ["licence:read"] },
    },
    {
      path: "/licences/reviews/:request",
      name: "licence-review",
      component: () => import("./ReviewPage.vue"),
      props: true,
      meta: { title: "licence_review.title", permissions: ["licence:follow"] },
    },
    {
      path: "/licences/bulk",
      name: "bulk-jobs",
      component: () => import("./JobsPage.vue"),
      meta: { title: "bulk.title", permissions: ["licence:follow"] },
    },
    {
      path: "/licences/bulk/new",
      name: "bulk-new",
      component: () => import("./NewJobPage.vue"),
      meta: { title: "bulk.new_title", permissions: ["licence:issue"] },
    },
    {
      path: "/licences/bulk/reissue",
      name: "bulk-reissue",
      component: () => import("./ReissuePage.vue"),
      meta: { title: "bulk.reissue_title", permissions: ["licence:issue"] },
    },
    {
      path: "/licences/bulk/:job",
      name: "bulk-job",
      component: () => import("./JobPage.vue"),
      props: true,
      meta: { title: "bulk.title", permissions: ["licence:follow"] },
    },
    {
      path: "/licences/:licence",
      name: "licence",
      component: () => import("./LicencePage.vue"),
      props: true,
      meta: { title: "licence.title", permissions: ["licence:read"] },
    },
    {
      path: "/licences/:licence/edition",
      name: "licence-edition",
      component: () => import("./EditionPage.vue"),
      props: true,
      meta: { title: "issue.title", permissions: ["licence:issue"] },
    },
  ],
  menu: [{ part: "work", route: "licences", icon: Postcard }],
};
