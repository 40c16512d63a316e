import type { Area } from "../../area";

export const setup: Area = { routes: [], menu: [] };
