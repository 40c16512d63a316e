// What the first view need not load of Element Plus: the icons of other pages, and the words that it falls back to.
// The package of icons has all of them in one module, which cannot be divided; here each has one of its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

const PACKAGE = "@element-plus/icons-vue";
const OWN = "virtual:icon/";
/** What their modules are called: by the package, whose licence they are under (notices.ts). */
const PLACE = `\0./node_modules/${PACKAGE}/icon/`;
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*(["'])@element-plus\/icons-vue\2;?/g;
const NAMED = /(\w+) as (\w+)/g;

/** Return the source of each icon, by its name, as its part of the package's one module. */
function iconsOf(source: string): Map<string, string> {
  const parts = new Map(
    source.split(/^\/\/ src\/components\//m).flatMap((part) => {
      const name = /, (\w+_default) = _sfc_main\d*;/.exec(part)?.[1];
      return name === undefined ? [] : [[name, part.slice(part.indexOf("\n")).replace(/\/\/ src\/.*|^export \{[^]*/m, "")] as const];
    }),
  );
  const exported = [...(/^export \{([^]*?)\};/m.exec(source)?.[1] ?? "").matchAll(NAMED)];
  return new Map(exported.map(([, name, icon]) => [icon!, `${parts.get(name!)}\nexport default ${name};\n`]));
}

/** Take each icon by itself. */
export function icons(root: string): Plugin {
  const all = iconsOf(readFileSync(join(root, "node_modules", PACKAGE, "dist/index.js"), "utf8"));
  return {
    name: "icons",
    enforce: "pre",
    resolveId: (id) => (id.startsWith(OWN) ? { id: `${PLACE}${id.slice(OWN.length)}`, moduleSideEffects: false } : null),
    load(id) {
      if (!id.startsWith(PLACE)) return null;
      const icon = id.slice(PLACE.length);
      return all.get(icon) ?? this.error(`there is no icon ${icon}`);
    },
    transform(code) {
      if (!code.includes(PACKAGE)) return null;
      const told = code.replace(IMPORT, (_whole, names: string) =>
        names
          .split(",")
          .flatMap((one) => {
            const [icon, here = icon] = one.trim().split(/\s+as\s+/);
            return icon ? [`import ${here} from "${OWN}${icon}";`] : [];
          })
          .join(" "),
      );
      return { code: told, map: null };
    },
  };
}

/** Leave out the English that Element Plus speaks where nobody gives it words: it is given them before it is asked. */
export function noFallback(): Plugin {
  const empty = "\0virtual:no-words";
  return {
    name: "no-fallback",
    enforce: "pre",
    resolveId: (id, importer) => (/locale\/lang\/en\.mjs$/.test(id) && importer?.includes("/use-locale/") ? empty : null),
    load: (id) => (id === empty ? "export default {};" : null),
  };
}
