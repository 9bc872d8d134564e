import { defineConfig } from "vite";

// Where the example server listens; scripts/storefront.sh says it.
const shop = process.env.SHOP_SERVER ?? "http://127.0.0.1:8080";
const proxy = { "/api": { target: shop, rewrite: (path) => path.slice("/api".length) } };

// The policy that docs/npm.md names: scripts of this place, and wasm.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

export default defineConfig({
  server: { proxy, host: "127.0.0.1", fs: { allow: [".."] } },
  preview: { proxy, host: "127.0.0.1", headers: { "Content-Security-Policy": policy } },
  optimizeDeps: { exclude: ["loyalty-core"] },
  build: { target: "es2022", modulePreload: { polyfill: false } },
});
