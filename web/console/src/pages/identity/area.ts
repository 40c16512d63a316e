// Subjects: the register of persons and organisations, each of them, and the proofing desk.
import { Postcard, UserFilled } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const identity: Area = {
  routes: [
    {
      path: "/subjects",
      name: "subjects",
      component: () => import("./SubjectsPage.vue"),
      meta: { title: "identity.title", permissions: ["subject:read"] },
    },
    {
      path: "/subjects/:subject",
      name: "subject",
      component: () => import("./SubjectPage.vue"),
      props: true,
      meta: { title: "subject.title", permissions: ["subject:read"] },
    },
    {
      path: "/proofing",
      name: "proofing",
      component: () => import("./ProofingPage.vue"),
      meta: { title: "proofing.title", permissions: ["subject:prove"] },
    },
  ],
  menu: [
    { part: "subjects", route: "subjects", icon: UserFilled },
    { part: "subjects", route: "proofing", icon: Postcard },
  ],
};
