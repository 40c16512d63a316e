import type { Area } from "../../area";

export const mine: Area = { routes: [], menu: [] };
