import type zh from "../zh/identity";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  identity: { title: "" },
};

export default en;
