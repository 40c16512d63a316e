import type { Area } from "../../area";

export const identity: Area = { routes: [], menu: [] };
