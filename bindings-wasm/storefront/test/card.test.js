// <loyalty-card> on a plain HTML page with a strict policy: no engine, no wasm, no style of the page's own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Account, Scheme } from "loyalty-core";

import { accessible, browser, tab } from "./browser.js";

const NOW = "2026-11-21T12:00:00+02:00";
const scheme = new Scheme({
  format: 1, id: "com.example.club", name: "Example club", currency: "EUR", time_zone: "Europe/Helsinki",
  wallets: [{
    id: "points", unit: { one: "bean", other: "beans" }, expiry: { rolling: { after: { days: 30 } } },
    redemption: { as: "discount", value: { points: "10", amount: "0.50" } },
  }],
  earn: [{ id: "base", give: { per_amount: { points: "1", per: "1.00" } } }],
  cards: [{ id: "coffee", name: "Coffee card", target: 6, stamps: [{ give: { per_unit: {} } }], rewards: ["free"] }],
  ladders: [{
    id: "status", name: "Status", metric: { spend: {} }, window: { lifetime: {} }, review: { never: {} },
    tiers: [{ id: "silver", name: "Silver", threshold: "20.00" }, { id: "gold", name: "Gold", threshold: "100.00" }],
  }],
  rewards: [
    { id: "free", name: "A free coffee", valid_for: { days: 10 }, gives: { free_product: {} } },
    { id: "mug", name: "A mug", cost: { points: "20" }, gives: { custom: { text: "a mug" } } },
  ],
});
const bought = (account, id, quantity, at) =>
  scheme.record(account, { id, currency: "EUR", lines: [{ price: "4.00", quantity }] }, at).account;
const account = bought(bought(new Account("m-17"), "o1", 6, "2026-11-15T12:00:00+02:00"), "o2", 2, NOW);
const view = account.publicView(scheme, NOW);

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<script type="module" src="/card.js"></script><main><h1>A page</h1>${body}</main></html>`;
const attribute = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const card = (view, more) => `<loyalty-card view="${attribute(view)}" ${more}>You have a club card.</loyalty-card>`;
const PAGES = {
  "/": page(card(view, `now="${NOW}"`)),
  "/later": page(card(view, 'now="2027-01-02T12:00:00+02:00"')),
  "/fi": page(card(view, `now="${NOW}" lang="fi"`)),
  "/without": page("<loyalty-card>You have a club card.</loyalty-card>"),
  "/broken": page('<loyalty-card view="{">You have a club card.</loyalty-card>'),
};
const POLICY = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'";

let server;
let chrome;
let origin;
before(async () => {
  const file = readFileSync(new URL(import.meta.resolve("loyalty-core/loyalty-card")));
  server = createServer((request, response) => {
    const html = PAGES[new URL(request.url, "http://localhost").pathname];
    const type = html ? "text/html" : "text/javascript";
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY });
    response.end(html ?? (request.url === "/card.js" ? file : ""));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  chrome = await browser({ reducedMotion: "reduce" });
});
after(async () => {
  await chrome?.stop();
  server?.close();
});

async function shown(path) {
  const { page, faults } = await tab(chrome.context);
  await page.goto(origin + path);
  await page.waitForFunction(() => customElements.get("loyalty-card"));
  return { page, faults, inner: () => page.locator("loyalty-card section").innerText() };
}

test("the view has neither the member nor the ledger, and is plain JSON", () => {
  const text = JSON.stringify(view);
  assert.ok(!/m-17|o1|o2|hash|head|seq/.test(text), text);
  assert.deepEqual(JSON.parse(text), view);
  assert.deepEqual(view.rewards, [{ id: "free", name: "A free coffee", count: 1, expiry: "2026-11-26" }]);
  assert.deepEqual(view.cards[0].rewards, [{ id: "free", name: "A free coffee" }]);
  assert.deepEqual(view.affordable, [{ id: "mug", name: "A mug", cost: "20", wallet: "points" }]);
  const [ladder] = view.ladders;
  assert.deepEqual([ladder.measure, ladder.tier.name, ladder.next.name, ladder.to_next], ["amount", "Silver", "Gold", "68.00"]);
});

test("it shows the view, under a policy that allows nothing but its file", async () => {
  const { page, faults, inner } = await shown("/");
  const text = await inner();
  for (const part of ["Example club", "Silver", "32\nbeans", "worth €1.60", "24 beans lapse after December 15, in 24 days", "2 of 6 stamps", "€68.00 more to Gold", "A free coffee", "through November 25", "A mug", "20 beans"]) {
    assert.ok(text.includes(part), `${part} is not in:\n${text}`);
  }
  assert.equal(await page.getByRole("progressbar").getAttribute("aria-valuenow"), "32");
  assert.equal(await page.getByRole("progressbar").getAttribute("aria-valuetext"), "€68.00 more to Gold");
  assert.equal(await page.getByRole("img", { name: "2 of 6 stamps" }).count(), 1);
  const moving = await page.evaluate(() => document.querySelector("loyalty-card").shadowRoot.getAnimations().length);
  assert.equal(moving, 0, "reduced motion");
  await accessible(page, "the card");
  assert.deepEqual(faults, []);
});

test("what has lapsed by the server's moment is not shown", async () => {
  const { inner } = await shown("/later");
  assert.doesNotMatch(await inner(), /lapse|Ready to use/);
});

test("it follows properties, names and a decision", async () => {
  const { page, inner } = await shown("/without");
  assert.equal(await page.locator("loyalty-card").innerText(), "You have a club card.");
  const decision = JSON.parse(scheme.quote(account, { id: "o3", currency: "EUR", lines: [{ price: "4.00", quantity: 5 }] }, NOW).json);
  await page.evaluate(([view, decision]) => {
    const card = document.querySelector("loyalty-card");
    Object.assign(card, { view, decision, names: { free: "Kaffe gratis" }, texts: { ready: "Klar" } });
  }, [view, decision]);
  const text = await inner();
  assert.match(text, /Klar\s*Kaffe gratis/);
  assert.match(text, /\+20 beans with this cart/);
  assert.equal(await page.getByRole("img").getAttribute("aria-label"), "2 of 6 stamps; this cart fills the card");
});

test("in Finnish", async () => {
  const { inner } = await shown("/fi");
  assert.match(await inner(), /32\s*pistettä\s*arvo 1,60\s€/);
});

test("without a view, or with one that cannot be read, the page's own text stands", async () => {
  for (const path of ["/without", "/broken"]) {
    const { page } = await shown(path);
    assert.equal(await page.locator("loyalty-card").innerText(), "You have a club card.");
    assert.equal(await page.locator("loyalty-card section").count(), 0);
  }
});
