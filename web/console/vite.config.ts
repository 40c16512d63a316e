// Builds the console into api/console/dist: the same octets each time, no inline code, nothing from elsewhere.
import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

import { firstWords } from "./first_words";
import { icons, noFallback } from "./element_plus";
import { notices } from "./notices";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/console/",
  plugins: [firstWords(here(".")), icons(here(".")), noFallback(), vue(), Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver()] }), notices()],
  resolve: { alias: { "@": here("./src") } },
  define: {
    // What nobody here uses stays out of the build.
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  build: {
    target: "es2022",
    outDir: "../../api/console/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would need leave in the policy
    manifest: "manifest.json", // what each page loads, for the test that weighs it
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
});
