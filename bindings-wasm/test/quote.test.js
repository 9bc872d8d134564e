// The entry that quotes and shows: the same bytes as the whole engine, and no acts.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { Account, NOW, SCHEME, Scheme, cart, root, text } from "./package.js";
import { answer } from "./quotes.js";
import { run } from "./vectors.js";

// One engine serves a program, so that this entry runs in one of its own.
const program = `
import { readFileSync } from "node:fs";
import { Account, LoyaltyError, Scheme, init, verifyGroups } from "loyalty-core/quote";
await init(readFileSync(new URL(import.meta.resolve("loyalty-core/quote_bg.wasm"))));
const { document, purchase, snapshot, now } = JSON.parse(readFileSync(0, "utf8"));
const scheme = new Scheme(document);
const account = Account.restore(snapshot);
const decision = scheme.quote(account, purchase, new Date(now));
const refused = (ask) => {
  try { return ask() } catch (error) { return error instanceof LoyaltyError ? error.code : String(error) }
};
const basket = scheme.basket(purchase);
console.log(JSON.stringify({
  quoted: decision.json,
  canonical: scheme.verify(account, purchase, decision).canonical(),
  view: account.publicView(scheme, new Date(now)),
  numbers: basket.numbers(account, new Date(now)),
  refused: [
    refused(() => scheme.record(account, purchase, new Date(now))),
    refused(() => Account.replay("ann", "")),
    refused(() => account.audit()),
    refused(() => verifyGroups("")),
    refused(() => scheme.quote(account, { ...purchase, currency: "USD" }, new Date(now))),
  ],
  after: scheme.quote(account, purchase, new Date(now)).json === decision.json,
}));
`;

test("it gives what the whole engine gives, and refuses acts", () => {
  const scheme = new Scheme(SCHEME);
  const { account } = scheme.record(new Account("ann"), cart({ id: "order-0" }), NOW);
  const input = JSON.stringify({ document: SCHEME, purchase: cart(), snapshot: account.snapshot(), now: NOW });
  const found = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "-e", program], { input, encoding: "utf8", cwd: new URL("..", import.meta.url) }),
  );
  const decision = scheme.quote(account, cart(), NOW);
  assert.equal(found.quoted, decision.json);
  assert.equal(found.canonical, decision.canonical());
  assert.deepEqual(found.view, account.publicView(scheme, NOW));
  assert.deepEqual(found.numbers, scheme.basket(cart()).numbers(account, NOW));
  const left = "internal.quotes_only";
  assert.deepEqual(found.refused, [left, left, left, left, "purchase.currency"]);
  assert.ok(found.after);
});

// What each step of the vectors can be asked, answered by this entry.
const asking = `
import { readFileSync } from "node:fs";
import { init } from "loyalty-core/quote";
await init(readFileSync(new URL(import.meta.resolve("loyalty-core/quote_bg.wasm"))));
const { answer } = await import("./test/quotes.js");
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(answer)));
`;

test("it answers every question of the vectors as the whole engine does", () => {
  const files = readdirSync(new URL("vectors/", root)).filter((name) => name.endsWith(".json"));
  const asked = files.flatMap((name) => JSON.parse(text(`vectors/${name}`)).cases).flatMap((one) => run(one).asked);
  const options = { input: JSON.stringify(asked), encoding: "utf8", cwd: new URL("..", import.meta.url), maxBuffer: 1 << 28 };
  const found = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", asking], options));
  assert.ok(asked.length > 300, `${asked.length} questions`);
  assert.deepEqual(found, asked.map(answer));
});

test("it is smaller", () => {
  const size = (name) => readFileSync(new URL(`../dist/${name}_bg.wasm`, import.meta.url)).length;
  assert.ok(size("quote") < 0.85 * size("loyalty"), `${size("quote")} of ${size("loyalty")}`);
});
