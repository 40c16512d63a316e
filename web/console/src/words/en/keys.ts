import type zh from "../zh/keys";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  keys: { title: "" },
};

export default en;
