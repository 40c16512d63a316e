import type zh from "../zh/me";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  me: { title: "" },
};

export default en;
