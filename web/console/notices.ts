// The licences of what the build contains of others: a file beside it, made from what the bundle was really made of.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

const PACKAGE = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^(licen[cs]e|copying|notice)(\.|$|-)/i;

interface Description {
  version: string;
  license?: string;
}

/** Return what is told of a package: its name, version and licence, and the texts of these. */
function told(name: string, folder: string): string {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Description;
  const files = readdirSync(folder).filter((one) => LICENCE.test(one)).sort();
  const texts = files.map((one) => readFileSync(join(folder, one), "utf8").trim());
  return [`${name} ${version} (${license ?? "see below"})`, "=".repeat(72), ...texts].join("\n\n");
}

/** Write NOTICE.txt. */
export function notices(): Plugin {
  return {
    name: "notices",
    generateBundle(_options, bundle) {
      const folders = new Map<string, string>();
      for (const one of Object.values(bundle)) {
        for (const id of one.type === "chunk" ? one.moduleIds : []) {
          const found = PACKAGE.exec(id.replace(/^\0/, ""));
          if (found?.[1]) folders.set(found[1], found[0]);
        }
      }
      folders.set("pdfjs-dist", folders.get("pdfjs-dist") ?? "node_modules/pdfjs-dist/"); // its worker is copied whole
      const all = [...folders].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, folder]) => told(name, folder));
      const head = "What the console contains of others, under their licences.";
      this.emitFile({ type: "asset", fileName: "NOTICE.txt", source: `${[head, ...all].join("\n\n\n")}\n` });
    },
  };
}
