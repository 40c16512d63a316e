import type { Area } from "../../area";

export const me: Area = { routes: [], menu: [] };
