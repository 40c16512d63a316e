// The words in English, a file for each area. What must be there, Chinese says.
import access from "./en/access";
import approvals from "./en/approvals";
import audit from "./en/audit";
import catalogue from "./en/catalogue";
import frame from "./en/frame";
import home from "./en/home";
import identity from "./en/identity";
import keys from "./en/keys";
import licences from "./en/licences";
import me from "./en/me";
import mine from "./en/mine";
import seals from "./en/seals";
import setup from "./en/setup";
import verify from "./en/verify";

export default {
  ...access,
  ...approvals,
  ...audit,
  ...catalogue,
  ...frame,
  ...home,
  ...identity,
  ...keys,
  ...licences,
  ...me,
  ...mine,
  ...seals,
  ...setup,
  ...verify,
};
