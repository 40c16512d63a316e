// Whose licences somebody looks at: their own, or those of an organisation that they may act for. It stands in the
// address as `holder`.
import { computed, shallowRef } from "vue";
import { useRoute } from "vue-router";

import { api, told } from "../../api/client";
import type { components } from "../../api/schema";

export type Representation = components["schemas"]["RepresentationView"];

/** Return the holder of the address; undefined: whoever is logged in. */
export function useHolder() {
  const route = useRoute();
  return computed(() => (typeof route.query.holder === "string" && route.query.holder) || undefined);
}

const known = shallowRef<Representation[]>();
let asked: Promise<void> | undefined;

/** Return the organisations that somebody may act for, as soon as they are known; they are asked for once. */
export function useOrganisations() {
  asked ??= told(api.GET("/v1/me/organisations"))
    .then((found) => {
      known.value = found;
    })
    .catch(() => {
      asked = undefined; // the page works without them, and asks again the next time
    });
  return computed(() => known.value ?? []);
}
