// Who works here, and what their duties let them do. The service decides again at each request.
import { computed, reactive } from "vue";

import { plain, told } from "./api/client";
import { arrived, lost, regained } from "./api/gate";
import { hasEnded } from "./api/problem";
import type { components } from "./api/schema";
import type { Permission } from "./area";

export type Me = components["schemas"]["Me"];
export type Duty = Me["duties"][number]["duty"];
type Rule = components["schemas"]["PermissionView"];

const state = reactive<{ me: Me | null; rules: Map<Permission, Rule> }>({ me: null, rules: new Map() });
const duties = computed(() => new Set(state.me?.duties.map((one) => one.duty) ?? []));

export const session = {
  me: computed(() => state.me),
  duties,

  /** Ask who is logged in, and what each permission needs. Nobody is led to the login page. Throw `Problem`. */
  async load(): Promise<void> {
    const [me, permissions] = await Promise.all([plain.GET("/v1/me"), plain.GET("/v1/permissions")]);
    if (hasEnded(me.error)) await lost();
    const rules = (await told(Promise.resolve(permissions))).permissions;
    state.me = await told(Promise.resolve(me));
    state.rules = new Map(rules.map((one) => [one.permission, one]));
    arrived();
  },

  /** Ask anew who is logged in: after a further factor was shown, here or in another tab. */
  async refresh(): Promise<void> {
    const { data, error } = await plain.GET("/v1/me");
    if (hasEnded(error)) await regained(); // whoever brings it back asks anew
    if (data) state.me = data;
  },

  /** Ask whether whoever worked here is logged in again. Return who is logged in instead, else nothing. */
  async comeBack(): Promise<{ isBack: boolean; other?: string }> {
    const { data } = await plain.GET("/v1/me");
    if (data && data.id !== state.me?.id) return { isBack: false, other: data.name };
    if (data) state.me = data;
    return { isBack: data !== undefined };
  },

  /** Forget who is logged in: nothing is shown any more. */
  forget(): void {
    state.me = null;
    state.rules = new Map();
  },

  /** Tell whether somebody has any of these permissions, whatever the level of the session: by a duty or a delegation. */
  may(...permissions: Permission[]): boolean {
    return permissions.some((one) => {
      if (state.me?.delegated.includes(one)) return true;
      const rule = state.rules.get(one);
      return rule !== undefined && (rule.duties.length === 0 || rule.duties.some((duty) => duties.value.has(duty)));
    });
  },

  /** Tell whether somebody has a permission by a duty that is held for this organisation, or for all of them. */
  mayFor(organisation: string, permission: Permission): boolean {
    const duties = state.rules.get(permission)?.duties ?? [];
    const held = state.me?.duties ?? [];
    return held.some((one) => duties.includes(one.duty) && (!one.organisation || one.organisation === organisation));
  },

  /** Return the duties of which one is needed for any of these permissions. */
  dutiesFor(...permissions: Permission[]): Duty[] {
    return [...new Set(permissions.flatMap((one) => state.rules.get(one)?.duties ?? []))] as Duty[];
  },

  /** Tell which level the session must have for a permission (docs/permissions.md). */
  floor(permission: Permission): number {
    return state.rules.get(permission)?.floor ?? 0;
  },
};
