/**
 * Judges files as the browser does, for tests/api/test_browser_files.py: { trusts, cases } in, verdicts out, as JSON.
 *
 * It is made of the same sources as files.js; only trust lists are put together here, without a signature. Files are
 * named by their paths.
 */
import { readFile } from "node:fs/promises";

import { Certificate, RevocationList } from "../../../web/src/certificates.js";
import { judgeFile } from "../../../web/src/files/index.js";
import { fromBase64 } from "../../../web/src/octets.js";

const listed = ({ certificate, purposes, state = "active" }) => ({
  name: "",
  state,
  certificate: new Certificate(fromBase64(certificate)),
  purposes,
});

const octets = async (path) => path && new Uint8Array(await readFile(path));

const trustList = (told) =>
  told === null ? undefined : {
    source: "",
    sequence: 1,
    issued: new Date(0),
    nextUpdate: new Date(told.next_update),
    anchors: told.anchors.map(listed),
    authorities: told.authorities.map(listed),
    signers: [],
    revocationLists: told.lists.map((one) => new RevocationList(fromBase64(one))),
    rules: told.rules,
    outcome: told.outcome,
  };

let text = "";
for await (const part of process.stdin) text += part;
const { trusts, cases } = JSON.parse(text);
const read = new Map(Object.entries(trusts).map(([name, told]) => [name, trustList(told)]));
const verdicts = [];
for (const { file, signed, trust, now } of cases) {
  const [content, covered] = [await octets(file), await octets(signed)];
  const begun = process.cpuUsage();
  const verdict = await judgeFile(content, read.get(trust), new Date(now), covered);
  const { user, system } = process.cpuUsage(begun);
  verdicts.push({ ...verdict, milliseconds: (user + system) / 1000 });
}
process.stdout.write(JSON.stringify(verdicts));
