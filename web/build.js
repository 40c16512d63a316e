// Builds what the public pages load into ../api/pages/ (or into the folder that is named), the same octets each time.
import { build } from "esbuild";
import { copyFile, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = process.argv[2] ?? `${here}../api/pages`;

/* What the scripts contain of others; their licences stand in NOTICE.md. */
const CRYPTOGRAPHY =
  "/* Contains sm-crypto-v2, Copyright 2018 june01, and @noble/curves, @noble/hashes, @noble/ciphers, " +
  "Copyright 2022 Paul Miller, all under the MIT License: web/NOTICE.md */";
const ZXING =
  "/* Contains zxing-wasm, Copyright 2023 Ze-Zheng Wu, under the MIT License, and ZXing-C++, under the Apache License " +
  "2.0: web/NOTICE.md */";

/** zxing-wasm would fetch its module from elsewhere where nobody says otherwise. We always do, and leave no address in. */
const nowhereElse = {
  name: "nowhere else",
  setup(builder) {
    builder.onLoad({ filter: /zxing-wasm\/dist\/es\/share\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace(/return n \? `https:[^`]+` : t \+ e;/, "return t + e;");
      if (contents === source) throw new Error("zxing-wasm has changed: see where it finds its module");
      return { contents, loader: "js" };
    });
  },
};

async function make(name, source, banner, format = "esm") {
  await build({
    absWorkingDir: here,
    entryPoints: { [name]: source },
    outdir: target,
    bundle: true,
    format,
    platform: "browser",
    target: "es2020",
    charset: "utf8",
    minify: true,
    legalComments: "none",
    banner: { js: banner },
    // sm-crypto-v2 asks Node for random numbers where there is no browser. We draw none: we only verify.
    alias: { crypto: "./src/no_crypto.ts" },
    plugins: [nowhereElse],
    logLevel: "warning",
  });
}

await make("static/page", "src/page.ts", "");
await make("static/camera", "src/camera.ts", "");
await make("static/login", "src/login.ts", "");
await make("static/verify", "src/verify.ts", CRYPTOGRAPHY);
await make("static/files", "src/files.ts", CRYPTOGRAPHY);
await make("static/decoder", "src/decoder.ts", ZXING, "iife");
await make("worker", "src/worker.ts", "");
await copyFile(`${here}node_modules/zxing-wasm/dist/reader/zxing_reader.wasm`, `${target}/static/zxing.wasm`);
