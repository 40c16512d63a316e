// Who works here, and what their duties let them do. The service decides again at each request.
import { computed, reactive } from "vue";

import { api, told } from "./api/client";
import type { components } from "./api/schema";
import type { Permission } from "./area";

export type Me = components["schemas"]["Me"];
export type Duty = Me["duties"][number]["duty"];
type Rule = components["schemas"]["PermissionView"];

const state = reactive<{ me: Me | null; rules: Map<Permission, Rule> }>({ me: null, rules: new Map() });
const duties = computed(() => new Set(state.me?.duties.map((one) => one.duty) ?? []));

/** Where somebody logs in, and comes back from to the page `path`. */
export function loginAddress(path: string): string {
  return `/login?next=${encodeURIComponent(path)}`;
}

export const session = {
  me: computed(() => state.me),
  duties,

  /** Ask who is logged in, and what each permission needs. Nobody is led to the login page. */
  async load(): Promise<void> {
    const { data, response } = await api.GET("/v1/me");
    if (response.status === 401) {
      location.replace(loginAddress(location.pathname + location.search));
      await new Promise(() => undefined); // the page is left
    }
    const { permissions } = await told(api.GET("/v1/permissions"));
    state.rules = new Map(permissions.map((one) => [one.permission, one]));
    state.me = data ?? null;
  },

  /** Tell whether somebody has any of these permissions, whatever the level of the session. */
  may(...permissions: Permission[]): boolean {
    return permissions.some((one) => {
      const rule = state.rules.get(one);
      return rule !== undefined && (rule.duties.length === 0 || rule.duties.some((duty) => duties.value.has(duty)));
    });
  },

  /** Tell which level the session must have for a permission (docs/permissions.md). */
  floor(permission: Permission): number {
    return state.rules.get(permission)?.floor ?? 0;
  },
};
