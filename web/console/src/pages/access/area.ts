import type { Area } from "../../area";

export const access: Area = { routes: [], menu: [] };
