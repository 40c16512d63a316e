import type zh from "../zh/catalogue";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  catalogue: { title: "" },
};

export default en;
