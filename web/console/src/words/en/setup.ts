import type zh from "../zh/setup";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  setup: { title: "" },
};

export default en;
