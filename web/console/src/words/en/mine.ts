import type zh from "../zh/mine";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  mine: { title: "" },
};

export default en;
