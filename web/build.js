// Builds what the public pages load into ../api/pages/ (or into the folder that is named), the same octets each time.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? `${here}../api/pages`;

/* What verify.js contains of others; their licences stand in NOTICE.md. */
const NOTICE =
  "/* Contains sm-crypto-v2, Copyright 2018 june01, and @noble/curves, @noble/hashes, @noble/ciphers, " +
  "Copyright 2022 Paul Miller, all under the MIT License: web/NOTICE.md */";

async function make(name, source, banner) {
  await build({
    absWorkingDir: here,
    entryPoints: { [name]: source },
    outdir: target,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2020",
    charset: "utf8",
    minify: true,
    legalComments: "none",
    banner: { js: banner },
    // sm-crypto-v2 asks Node for random numbers where there is no browser. We draw none: we only verify.
    alias: { crypto: "./src/no_crypto.ts" },
    logLevel: "warning",
  });
}

await make("static/verify", "src/verify.ts", NOTICE);
await make("worker", "src/worker.ts", "");
