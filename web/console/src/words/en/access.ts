import type zh from "../zh/access";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  access: { title: "" },
};

export default en;
