// Takes download addresses out of package-lock.json: the digests say what is wanted, from whichever registry it comes.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2] ?? new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const each of Object.values(lock.packages)) {
  delete each.resolved;
  delete each.funding;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
