// 中文用语，按页面分文件。English 的结构与此相同，由类型检查。
import access from "./zh/access";
import approvals from "./zh/approvals";
import audit from "./zh/audit";
import catalogue from "./zh/catalogue";
import frame from "./zh/frame";
import home from "./zh/home";
import identity from "./zh/identity";
import keys from "./zh/keys";
import licences from "./zh/licences";
import me from "./zh/me";
import mine from "./zh/mine";
import seals from "./zh/seals";
import setup from "./zh/setup";
import verify from "./zh/verify";

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
