// The words of the first view: those of the frame and of home, and the titles that stand in the menu. The build takes
// them from the words of the areas, so that they are written once.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import ts from "typescript";
import type { Plugin } from "vite";

const NAME = /^virtual:first-words\/(zh|en)$/;
const WHOLE = ["frame", "home"];

async function wordsOf(file: string): Promise<Record<string, unknown>> {
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  return ((await import(`data:text/javascript,${encodeURIComponent(outputText)}`)) as { default: object }).default as Record<string, unknown>;
}

/** Return the titles among the words of an area. */
function titlesOf(words: Record<string, unknown>): object {
  const titled = Object.entries(words).flatMap(([key, word]) => {
    const title = (word as Record<string, unknown>)["title"];
    return typeof title === "string" ? [[key, { title }] as const] : [];
  });
  return Object.fromEntries(titled);
}

/** Make the words of the first view. */
export function firstWords(root: string): Plugin {
  return {
    name: "first-words",
    resolveId: (id) => (NAME.test(id) ? `\0${id}` : null),
    async load(id) {
      const language = NAME.exec(id.slice(1))?.[1];
      if (!id.startsWith("\0") || language === undefined) return null;
      const folder = join(root, "src/words", language);
      let all = {};
      for (const name of readdirSync(folder).sort()) {
        this.addWatchFile(join(folder, name));
        const words = await wordsOf(join(folder, name));
        all = { ...all, ...(WHOLE.includes(basename(name, ".ts")) ? words : titlesOf(words)) };
      }
      return `export default ${JSON.stringify(all)};`;
    },
  };
}
