// Starts the console. Whoever is not logged in is led to the login page first, and comes back to where they were.
import { createApp } from "vue";

import App from "./App.vue";
import { i18n } from "./i18n";
import { router } from "./router";
import { session } from "./session";
import "element-plus/es/components/message/style/css";
import "element-plus/es/components/message-box/style/css";
import "./style.css";

await session.load();
createApp(App).use(i18n).use(router).mount("#app");
