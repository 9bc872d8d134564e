// What a page waits for: from the import of the package to the first decision, in Chromium. A fresh profile each time.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const TYPES = { "": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const dist = new URL("../../bindings-wasm/dist/", import.meta.url);
const here = new URL(".", import.meta.url);

const PAGE = `<!doctype html><meta charset="utf-8"><title>start</title><link rel="icon" href="data:,"><script type="module">
import { CART, NOW, member } from "/cart.js";
window.start = async (entry, snapshot) => {
  const began = performance.now();
  const loyalty = await import(entry);
  if (loyalty.init) await loyalty.init();
  const ready = performance.now();
  const { scheme, account } = member(loyalty, snapshot);
  const said = scheme.quote(account, CART, NOW).wallets[0].earned;
  const first = performance.now();
  scheme.quote(account, CART, NOW);
  return { said, ready: ready - began, first: first - ready, next: performance.now() - first };
};
document.body.dataset.ready = "1";
</script><body></body>`;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Milliseconds by entry: until the engine is there, for scheme, account and the first decision, for the next one. */
export async function starts(runs, snapshot) {
  const server = createServer((request, response) => {
    const type = TYPES[extname(request.url)];
    response.writeHead(200, { "Content-Type": type ?? "text/plain" });
    response.end(request.url === "/" ? PAGE : readFileSync(new URL(`.${request.url}`, request.url === "/cart.js" ? here : dist)));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const rows = [];
  for (const entry of ["/inline.js", "/slim.js", "/quote.js"]) {
    const found = [];
    for (let run = 0; run < runs; run += 1) {
      const profile = mkdtempSync(join(tmpdir(), "loyalty-core-start-"));
      const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForSelector('body[data-ready="1"]', { state: "attached" });
      const said = await page.evaluate(([entry, snapshot]) => window.start(entry, snapshot), [entry, snapshot]);
      if (said.said !== "105") throw new Error(`${entry} says ${said.said}`);
      found.push(said);
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    }
    rows.push([entry, ...["ready", "first", "next"].map((name) => median(found.map((one) => one[name])))]);
  }
  server.close();
  return rows;
}
