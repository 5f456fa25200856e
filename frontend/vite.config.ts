import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** The icons the templates name, cut to their inner markup: pages put them inline, with no request of their own. */
function icons(): Plugin {
  const list = new URL("./src/icons.txt", import.meta.url);
  return {
    name: "icons",
    generateBundle() {
      const names = readFileSync(list, "utf8").split("\n").map((line) => line.trim()).filter(Boolean);
      const inner: Record<string, string> = {};
      for (const name of names) {
        const file = new URL(`./node_modules/lucide-static/icons/${name}.svg`, import.meta.url);
        const svg = readFileSync(file, "utf8").replace(/<!--.*?-->/gs, "");
        inner[name] = svg.replace(/^.*?<svg[^>]*>|<\/svg>\s*$/gs, "").replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>");
      }
      this.emitFile({ type: "asset", fileName: "icons.json", source: JSON.stringify(inner) });
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "/static/",
  publicDir: "public",
  plugins: [icons()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: "es2022",
    rollupOptions: {
      input: { main: "src/main.ts", work: "src/css/work.css", sw: "src/worker/sw.ts" },
      // The service worker is served at /sw.js, with what it keeps written before it: no hash in its name.
      output: { entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js") },
    },
  },
});
