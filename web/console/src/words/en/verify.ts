import type zh from "../zh/verify";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  verify: { title: "" },
};

export default en;
