// Builds the console into api/console/dist: the same octets each time, no inline code, nothing from elsewhere.
import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  plugins: [vue(), Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver()] })],
  build: {
    target: "es2022",
    outDir: "../../api/console/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // data: addresses would need leave in the policy
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
  },
});
