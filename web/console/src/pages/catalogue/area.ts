import type { Area } from "../../area";

export const catalogue: Area = { routes: [], menu: [] };
