// What there is of seals, in the order in which people look for it.
import type { components } from "../../api/schema";

type State = components["schemas"]["SealState"];
type Kind = components["schemas"]["SealKind"];

const EVERY_STATE: Record<State, true> = {
  active: true,
  applied: true,
  returned: true,
  approved: true,
  made: true,
  filed: true,
  issued: true,
  suspended: true,
  resuming: true,
  cancelling: true,
  superseded: true,
  cancelled: true,
  invalidated: true,
  destroying: true,
  destroyed: true,
  withdrawn: true,
  rejected: true,
};
const EVERY_KIND: Record<Kind, true> = {
  statutory_name: true,
  business: true,
  contract: true,
  finance: true,
  invoice: true,
  branch: true,
  personal_name: true,
};

/** Every state: the types tell where one is missing. */
export const STATES = Object.keys(EVERY_STATE) as State[];
export const KINDS = Object.keys(EVERY_KIND) as Kind[];
