import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const WORTH_IT_BYTES = 1_000;

/** Each text beside itself as .gz, so that the server need not compress it while somebody waits. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  writeBundle({ dir = "dist" }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const text = readFileSync(join(dir, name));
      if (text.length > WORTH_IT_BYTES) writeFileSync(join(dir, `${name}.gz`), gzipSync(text));
    }
  },
};

const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss(), compressed],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": { target: backend, ws: true } } },
  build: {
    // The server's content security policy allows files of our own origin only: no data: URIs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // How long plugins took says something of the machine, not of the pages.
      checks: { bundlerTimings: false },
      onLog(level, log) {
        // "use client" in a library speaks to servers that render; there is none here.
        if (level !== "warn" || log.code === "MODULE_LEVEL_DIRECTIVE") return;
        throw new Error(log.message);
      },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    clearMocks: true,
    restoreMocks: true,
    testTimeout: 30_000,
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
