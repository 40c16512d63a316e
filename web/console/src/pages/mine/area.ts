// What everybody has of their own, a phone in the hand: licences, the live code, consents, records, seals.
import { Finished, Memo, Postcard, Stamp } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const mine: Area = {
  routes: [
    {
      path: "/my-licences",
      name: "my-licences",
      component: () => import("./MyLicencesPage.vue"),
      meta: { title: "mine.title" },
    },
    {
      path: "/my-licences/:licence",
      name: "my-licence",
      component: () => import("./MyLicencePage.vue"),
      props: true,
      meta: { title: "mine.licence" },
    },
    {
      path: "/my-licences/:licence/show",
      name: "live-code",
      component: () => import("./LiveCodePage.vue"),
      props: true,
      meta: { title: "live.title" },
    },
    {
      path: "/my-licences/:licence/consent",
      name: "give-consent",
      component: () => import("./GiveConsentPage.vue"),
      props: true,
      meta: { title: "consent.title" },
    },
    {
      path: "/my-consents",
      name: "my-consents",
      component: () => import("./ConsentsPage.vue"),
      meta: { title: "consents.title" },
    },
    {
      path: "/my-records",
      name: "my-records",
      component: () => import("./RecordsPage.vue"),
      meta: { title: "uses.title" },
    },
    {
      path: "/my-seals",
      name: "my-seals",
      component: () => import("./OwnSealsPage.vue"),
      meta: { title: "own_seals.title", permissions: ["seal:own"] },
    },
  ],
  menu: [
    { part: "mine", route: "my-licences", icon: Postcard },
    { part: "mine", route: "my-consents", icon: Finished },
    { part: "mine", route: "my-records", icon: Memo },
    { part: "mine", route: "my-seals", icon: Stamp },
  ],
};
