// Starts the console. Whoever is not logged in is led to the login page first, and comes back to where they were.
import { localeContextKey } from "element-plus/es/hooks/use-locale/index";
import { createApp } from "vue";

import App from "./App.vue";
import { watchForms } from "./api/gate";
import { Problem, UNREACHABLE } from "./api/problem";
import { elementWords, loadFirstWords, loadWords } from "./i18n";
import { watchDesk } from "./idle";
import { router } from "./router";
import { session } from "./session";
import "./style.css";

const [refused] = await Promise.all([
  session.load().then(
    () => undefined,
    (error: unknown) => (error instanceof Problem ? error.details : UNREACHABLE),
  ),
  loadFirstWords(),
]);
if (refused === undefined) {
  watchDesk();
  watchForms();
}
createApp(App, { refused }).provide(localeContextKey, elementWords).use(router).mount("#app");
void loadWords(); // of the other pages, once the first one stands
void import("./tongue");
// What tells that nobody answers has to be there by then.
void Promise.all([import("./message"), import("./components/ProblemNotice.vue"), import("./pages/frame/FaultPage.vue")]);
