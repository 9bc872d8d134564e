// Every vector in headless Chromium, and the analytics over CDNOW: the bytes that Rust writes, through both entries.
//
//   node browser.js MODULES_OF_TOOLS CHROMIUM
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const [tools, chromium] = process.argv.slice(2);
const browsers = createRequire(join(tools, "x.js"))("playwright-core").chromium;
const root = new URL("../../../", import.meta.url);
const text = (path) => readFileSync(new URL(path, root), "utf8");

const files = readdirSync(new URL("vectors/", root)).filter((name) => name.endsWith(".json")).sort();
const cases = files.flatMap((name) => JSON.parse(text(`vectors/${name}`)).cases);
const digests = new Map(text("vectors/digests.txt").trim().split("\n").map((line) => line.split(" ")));

const log = text("loyalty-core/tests/data/cdnow/CDNOW_sample.txt");
const analyses = text("bindings-wasm/analytics/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));

const kinds = { ".js": "text/javascript", ".wasm": "application/wasm" };
const pages = {
  "/inline": "/bindings-wasm/dist/inline.js",
  "/slim": "/bindings-wasm/dist/slim.js",
};
const imports = (entry) => ({
  "loyalty-core": entry,
  "loyalty-core/analytics": entry.replace("dist/", "dist/analytics-"),
});
const page = (entry) => `<!doctype html><meta charset="utf-8"><title>vectors</title>
<script type="importmap">${JSON.stringify({ imports: imports(entry) })}</script>
<script type="module">
  import * as package_ from "loyalty-core";
  if (package_.init) await package_.init();
  const { run } = await import("/bindings-wasm/test/vectors.js");
  window.runCase = (one) => run(one);
  const analytics = await import("loyalty-core/analytics");
  if (analytics.init) await analytics.init();
  const { answers } = await import("/bindings-wasm/test/analytics.js");
  window.analyse = (log) => answers(log).map(([name, parts]) => [name, parts.map((part) => Array.from(part))]);
  window.hostile = () => {
    try { new package_.Account("\\ud800") } catch (error) { return error.code }
  };
  document.body.dataset.ready = "1";
</script><body>`;

// The policy that docs/npm.md names, and one without wasm.
const policy = (allowed) => `default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'${allowed}`;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const entry = pages[pathname] ?? pages[pathname.replace("/refused", "")];
  if (entry) {
    const allowed = pathname.startsWith("/refused") ? "" : " 'wasm-unsafe-eval'";
    response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy(allowed) });
    response.end(page(entry));
    return;
  }
  try {
    const bytes = readFileSync(new URL(`.${pathname}`, root));
    response.writeHead(200, { "Content-Type": kinds[extname(pathname)] ?? "text/plain" });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

const profile = mkdtempSync(join(tmpdir(), "loyalty-core-chromium-"));
const context = await browsers.launchPersistentContext(profile, {
  executablePath: chromium,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  for (const path of Object.keys(pages)) {
    const tab = await context.newPage();
    const faults = [];
    tab.on("pageerror", (error) => faults.push(error));
    await tab.goto(origin + path);
    await tab.waitForSelector('body[data-ready="1"]', { state: "attached", timeout: 60_000 });
    let count = 0;
    for (const one of cases) {
      const { written } = await tab.evaluate((one) => window.runCase(one), one);
      const digest = createHash("sha256").update(written.map((line) => `${line}\n`).join(""));
      assert.equal(digest.digest("hex"), digests.get(one.id), `${path}: ${one.id}`);
      count += 1;
    }
    assert.equal(count, digests.size);
    assert.equal(await tab.evaluate(() => window.hostile()), "input.text");
    const found = await tab.evaluate((log) => window.analyse(log), log);
    const digest = (parts) => parts.reduce((hash, part) => hash.update(Uint8Array.from(part)), createHash("sha256")).digest("hex");
    assert.deepEqual(found.map(([name, parts]) => [name, digest(parts)]), analyses);
    assert.deepEqual(faults, []);
    console.log(`Chromium, ${path}: ${count} cases and ${analyses.length} analyses, every byte as Rust writes it`);
    await tab.close();
  }
  const tab = await context.newPage();
  const fault = new Promise((done) => tab.on("pageerror", done));
  await tab.goto(`${origin}/refused/inline`);
  assert.match(String(await fault), /CompileError/);
  console.log("Chromium, a policy without wasm-unsafe-eval: a CompileError");
} finally {
  await context.close();
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
