// Who works here, and what their duties let them do. The service decides again at each request.
import { computed, reactive } from "vue";

import { api } from "./api/client";
import type { components } from "./api/schema";

export type Me = components["schemas"]["Me"];
export type Duty = Me["duties"][number]["duty"];

const state = reactive<{ me: Me | null }>({ me: null });

/** Where somebody logs in, and comes back from to the page `path`. */
export function loginAddress(path: string): string {
  return `/login?next=${encodeURIComponent(path)}`;
}

export const session = {
  me: computed(() => state.me),
  duties: computed(() => new Set(state.me?.duties.map((one) => one.duty) ?? [])),

  /** Ask who is logged in. Nobody is led to the login page. */
  async load(): Promise<void> {
    const { data, response } = await api.GET("/v1/me");
    if (response.status === 401) {
      location.replace(loginAddress(location.pathname + location.search));
      await new Promise(() => undefined); // the page is left
    }
    state.me = data ?? null;
  },

  /** Tell whether somebody holds any of these duties. */
  holds(...duties: Duty[]): boolean {
    return duties.some((one) => session.duties.value.has(one));
  },
};
