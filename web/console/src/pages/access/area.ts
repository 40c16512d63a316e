// Access: accounts, duties, business systems, platforms; and what one lets others do.
import { Connection, Message, Monitor, Share, Suitcase, User } from "@element-plus/icons-vue";

import type { Area } from "../../area";

export const access: Area = {
  routes: [
    {
      path: "/accounts",
      name: "accounts",
      component: () => import("./AccountsPage.vue"),
      meta: { title: "accounts.title", permissions: ["account:read"] },
    },
    {
      path: "/accounts/:person",
      name: "account",
      component: () => import("./AccountPage.vue"),
      props: true,
      meta: { title: "account_page.title", permissions: ["account:read"] },
    },
    {
      path: "/duties",
      name: "duties",
      component: () => import("./DutiesPage.vue"),
      meta: { title: "duties.title", permissions: ["duty:read"] },
    },
    {
      path: "/clients",
      name: "clients",
      component: () => import("./ClientsPage.vue"),
      meta: { title: "clients.title", permissions: ["client:read"] },
    },
    {
      path: "/clients/:client",
      name: "client",
      component: () => import("./ClientPage.vue"),
      props: true,
      meta: { title: "client.title", permissions: ["client:read"] },
    },
    {
      path: "/peers",
      name: "peers",
      component: () => import("./PeersPage.vue"),
      meta: { title: "peers.title", permissions: ["client:register"] },
    },
    {
      path: "/account-messages",
      name: "account-messages",
      component: () => import("./MessagesPage.vue"),
      meta: { title: "account_messages.title", permissions: ["client:register"] },
    },
    {
      path: "/delegations",
      name: "delegations",
      component: () => import("./DelegationsPage.vue"),
      meta: { title: "delegations.title", permissions: ["delegation:own"] },
    },
    {
      path: "/delegations/:delegation",
      name: "delegation",
      component: () => import("./DelegationPage.vue"),
      props: true,
      meta: { title: "delegation.title", permissions: ["delegation:own"] },
    },
  ],
  menu: [
    { part: "system", route: "accounts", icon: User },
    { part: "system", route: "duties", icon: Suitcase },
    { part: "system", route: "clients", icon: Monitor },
    { part: "system", route: "peers", icon: Connection },
    { part: "system", route: "account-messages", icon: Message },
    { part: "mine", route: "delegations", icon: Share },
  ],
};
