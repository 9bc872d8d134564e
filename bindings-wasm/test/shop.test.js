// Exports of shops, codes, prior prices and the linter: what the native build makes of them, and what is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Account, Scheme } from "loyalty-core";
import {
  LoyaltyError,
  isShopifyCsv,
  lint,
  makeCodes,
  priorPrice,
  readOrdersCsv,
  readShopifyCsv,
  readShopifyOrders,
  readWooCommerceOrders,
  reconcile,
  verifyCode,
} from "loyalty-core/shop";
import { SCHEME as CAFE, text } from "./package.js";
import { CODES, FILES, HISTORY, REDUCTION, answers, entropy, orders } from "./shop.js";

const digests = text("bindings-wasm/shop/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));
const fixture = (name) => text(`loyalty-core/tests/data/import/${name}`);

const exports_ = orders(FILES.map(fixture));

test("every answer is that of the native build", () => {
  const found = answers(FILES.map(fixture)).map(([name, answer]) => [name, createHash("sha256").update(answer).digest("hex")]);
  assert.equal(found.length, 11);
  assert.deepEqual(found, digests);
});

test("what is reconciled is posted, and then nothing is left", () => {
  const document = { format: 1, id: "com.example.shop", name: "Shop", currency: "EUR", time_zone: "Europe/Helsinki", wallets: [{ id: "points" }] };
  const scheme = new Scheme({ ...document, earn: [{ id: "base", give: { per_amount: { points: "1", per: "1.00" } } }] });
  let posted = 0;
  for (const order of exports_.csv) {
    let account = new Account("member");
    for (const { at, act } of reconcile(account, order)) {
      account = scheme.perform(account, act, at).account;
      posted += 1;
    }
    assert.deepEqual(reconcile(account, order), []);
    assert.deepEqual(reconcile(order, order), []);
  }
  assert.ok(posted > exports_.csv.length, `${posted} acts`);
});

test("codes check themselves", () => {
  const codes = makeCodes(entropy, CODES);
  assert.equal(new Set(codes).size, 1000);
  assert.ok(codes.every((code) => verifyCode(code.toLowerCase())));
  const other = codes[0].endsWith("A") ? "B" : "A";
  assert.equal(verifyCode(codes[0].slice(0, -1) + other), false);
  assert.equal(isShopifyCsv(fixture("shopify_orders_export.csv")), true);
  assert.equal(isShopifyCsv("a,b"), false);
});

test("goods that are exempt have no prior price", () => {
  assert.equal(priorPrice({ history: [], reduction: { ...REDUCTION, mode: "exempt" } }), null);
  assert.equal(priorPrice({ history: HISTORY, reduction: REDUCTION }).price, "15.00");
});

test("the linter finds what the native build finds", () => {
  const cases = text("loyalty-core/tests/data/lint_cases.jsonl").trim().split("\n").map((line) => JSON.parse(line));
  const at = new Date("2026-11-22T11:00:00Z");
  let late = 0;
  for (const { scheme, findings } of cases) {
    assert.equal(findings.length, 1);
    assert.deepEqual(lint(scheme, { at }), findings);
    assert.deepEqual(lint(JSON.stringify(scheme), { at: "2026-11-22T12:00:00+01:00" }), findings);
    assert.deepEqual(lint(new Scheme(scheme), { at }), findings);
    if (lint(scheme).length === 0) late += 1;
  }
  assert.ok(cases.length > 30 && late > 0, `${cases.length} cases, ${late} of time`);
});

test("what cannot be used is refused, with its code and place", () => {
  const refused = (ask, code, path) => assert.throws(ask, (error) => {
    assert.ok(error instanceof LoyaltyError, error.stack);
    assert.deepEqual([error.code, error.path], [code, path]);
    return true;
  });
  refused(() => readShopifyCsv("a,b\n1,2\n"), "import.column", "/Name");
  refused(() => readShopifyOrders("["), "read.syntax", "/0");
  refused(() => readShopifyOrders(7), "input.type", "");
  refused(() => readShopifyOrders("\ud800"), "input.text", "");
  refused(() => readWooCommerceOrders({ get orders() { throw new Error("no"); } }), "input.unreadable", "");
  refused(() => readShopifyCsv("", { currency: "euro" }), "number.currency", "/currency");
  refused(() => readShopifyCsv("", { colour: "red" }), "input.field", "/colour");
  refused(() => readOrdersCsv(fixture("rows.csv"), { at: "date", amount: "amount" }), "read.missing_field", "/columns");
  const rows = "customer,date,amount\nann,2026-01-01,1.00\nann,2026-01-02,x\n";
  assert.throws(() => readOrdersCsv(rows, { customer: "customer", at: "date", amount: "amount" }, { currency: "EUR" }), { code: "import.amount", row: 3 });
  const [order] = exports_.csv;
  refused(() => reconcile(null, { ...order, purchase: undefined }), "read.missing_field", "/after");
  refused(() => reconcile(order, { ...order, at: 7.5 }), "input.number", "/after/at");
  refused(() => reconcile({ ...order, paid: "yes" }, order), "read.wrong_type", "/before/paid");
  refused(() => reconcile(order, exports_.csv[1]), "import.id", "/purchase/id");
  refused(() => makeCodes(new Uint8Array(8), CODES), "codes.entropy", "/entropy");
  refused(() => makeCodes("secret", CODES), "input.type", "/entropy");
  refused(() => makeCodes(entropy, { ...CODES, length: 5 }), "codes.space", "/length");
  refused(() => makeCodes(entropy, { ...CODES, count: 0 }), "codes.count", "/count");
  refused(() => lint({ ...CAFE, format: "1" }), "read.wrong_type", "/format");
  refused(() => lint("["), "read.syntax", "/0");
  refused(() => lint({ ...CAFE, name: "" }), "scheme.empty", "/name");
  assert.throws(() => lint({ ...CAFE, name: "" }), ({ problems }) => problems.length === 1 && problems[0].path === "/name");
  refused(() => lint(CAFE, { at: "yesterday" }), "time.syntax", "/at");
  refused(() => lint(CAFE, { at: 7 }), "input.type", "/at");
  refused(() => lint(CAFE, { by: new Date() }), "input.field", "/by");
  refused(() => verifyCode("ABCD", { alphabet: "greek" }), "input.type", "/alphabet");
  refused(() => priorPrice({ history: HISTORY, reduction: { ...REDUCTION, days: 7 } }), "prior_price.reduction", "/reduction");
  refused(() => priorPrice({ history: [...HISTORY].reverse(), reduction: REDUCTION }), "prior_price.order", "/history/1");
  refused(() => priorPrice({ history: [{ from: "2026-01-01", price: 20.5 }], reduction: REDUCTION }), "input.number", "/history/0/price");
});

test("a trap spoils nothing", async () => {
  const { shop } = await import("../dist/instance.js");
  assert.throws(() => shop.call("drill"), { code: "internal.trap" });
  assert.equal(verifyCode(makeCodes(entropy, CODES)[0]), true);
});
