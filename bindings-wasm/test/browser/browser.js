// Every vector in headless Chromium, and the analytics over CDNOW: the bytes that Rust writes, through both entries.
// The entry that quotes answers what the whole engine answers in Node; the exports of shops and the linter too.
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
import { answer } from "../quotes.js";
import { FILES } from "../shop.js";
import { run } from "../vectors.js";

const browsers = createRequire(join(tools, "x.js"))("playwright-core").chromium;
const root = new URL("../../../", import.meta.url);
const text = (path) => readFileSync(new URL(path, root), "utf8");

const files = readdirSync(new URL("vectors/", root)).filter((name) => name.endsWith(".json")).sort();
const cases = files.flatMap((name) => JSON.parse(text(`vectors/${name}`)).cases);
const digests = new Map(text("vectors/digests.txt").trim().split("\n").map((line) => line.split(" ")));

const log = text("loyalty-core/tests/data/cdnow/CDNOW_sample.txt");
const analyses = text("bindings-wasm/analytics/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));

const fixtures = FILES.map((name) => text(`loyalty-core/tests/data/import/${name}`));
const shops = text("bindings-wasm/shop/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));
const lints = text("loyalty-core/tests/data/lint_cases.jsonl").trim().split("\n").map((line) => JSON.parse(line));

const kinds = { ".js": "text/javascript", ".wasm": "application/wasm" };
const pages = {
  "/inline": "/bindings-wasm/dist/inline.js",
  "/slim": "/bindings-wasm/dist/slim.js",
};
const imports = (entry) => ({
  "loyalty-core": entry,
  "loyalty-core/analytics": entry.replace("dist/", "dist/analytics-"),
  "loyalty-core/shop": entry.replace("dist/", "dist/shop-"),
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
  const shop = await import("loyalty-core/shop");
  if (shop.init) await shop.init();
  window.shop = (await import("/bindings-wasm/test/shop.js")).answers;
  window.lint = (one, at) => shop.lint(one, { at });
  window.hostile = () => {
    try { new package_.Account("\\ud800") } catch (error) { return error.code }
  };
  document.body.dataset.ready = "1";
</script><body>`;

const quoting = `<!doctype html><meta charset="utf-8"><title>quotes</title>
<script type="importmap">${JSON.stringify({ imports: { "loyalty-core": "/bindings-wasm/dist/quote.js" } })}</script>
<script type="module">
  import { init } from "loyalty-core";
  await init();
  window.answer = (await import("/bindings-wasm/test/quotes.js")).answer;
  document.body.dataset.ready = "1";
</script><body>`;

// The policy that docs/npm.md names, and one without wasm.
const policy = (allowed) => `default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'${allowed}`;

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const entry = pages[pathname] ?? pages[pathname.replace("/refused", "")];
  if (entry || pathname === "/quote") {
    const allowed = pathname.startsWith("/refused") ? "" : " 'wasm-unsafe-eval'";
    response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy(allowed) });
    response.end(entry ? page(entry) : quoting);
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
    const hex = (text) => createHash("sha256").update(text).digest("hex");
    const exported = await tab.evaluate((texts) => window.shop(texts), fixtures);
    assert.deepEqual(exported.map(([name, answer]) => [name, hex(answer)]), shops);
    for (const { scheme, findings } of lints) {
      assert.deepEqual(await tab.evaluate((one) => window.lint(one, "2026-11-22T12:00:00+01:00"), scheme), findings);
    }
    assert.deepEqual(faults, []);
    const others = `${analyses.length} analyses, ${shops.length} answers about shops and ${lints.length} schemes with findings`;
    console.log(`Chromium, ${path}: ${count} cases, ${others}, every byte as Rust writes it`);
    await tab.close();
  }
  const quotes = await context.newPage();
  await quotes.goto(`${origin}/quote`);
  await quotes.waitForSelector('body[data-ready="1"]', { state: "attached", timeout: 60_000 });
  const asked = cases.flatMap((one) => run(one).asked);
  for (const one of asked) assert.deepEqual(await quotes.evaluate((one) => window.answer(one), one), answer(one));
  console.log(`Chromium, /quote: ${asked.length} questions, every byte as the whole engine answers in Node`);
  await quotes.close();
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
