// Licences: the registry, issuing, the life of each, reviews by a second person, and jobs for many at once.
import { Files, Postcard } from "@element-plus/icons-vue";

import type { Area } from "../../area";
import { session } from "../../session";

/** What delegates do not do, who issue and do nothing further (docs/delegation.md). */
const OF_OFFICERS = ["licence:manage"] as const;

/** Delegates have no registry to look at: their own jobs are all that they see. */
const isDelegate = (): boolean => !session.may("licence:read");

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
      meta: { title: "bulk.reissue_title", permissions: OF_OFFICERS },
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
      meta: { title: "issue.title", permissions: OF_OFFICERS },
    },
  ],
  menu: [
    { part: "work", route: "licences", icon: Postcard },
    { part: "work", route: "licence-new", icon: Postcard, shown: isDelegate },
    { part: "work", route: "bulk-jobs", icon: Files, shown: isDelegate },
  ],
};
