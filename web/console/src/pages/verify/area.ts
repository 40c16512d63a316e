import type { Area } from "../../area";

export const verify: Area = { routes: [], menu: [] };
