import type { Area } from "../../area";

export const keys: Area = { routes: [], menu: [] };
