// Exports of shops, codes and prior prices: what the native build makes of them, and what is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { Account, Scheme } from "loyalty-core";
import {
  LoyaltyError,
  isShopifyCsv,
  makeCodes,
  priorPrice,
  readOrdersCsv,
  readShopifyCsv,
  readShopifyOrders,
  readWooCommerceOrders,
  reconcile,
  verifyCode,
} from "loyalty-core/shop";
import { text } from "./package.js";

const digests = text("bindings-wasm/shop/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));
const fixture = (name) => text(`loyalty-core/tests/data/import/${name}`);
const digest = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const COLUMNS = { customer: "customer", at: "date", amount: "amount", order: "order", quantity: "units", sku: "sku", kind: "kind" };
const CODES = { batch: "spring", count: 1000, length: 10, check: true };
const HISTORY = [
  { from: "2026-01-01", price: "20.00" },
  { from: "2026-10-25", price: "15.00" },
  { from: "2026-11-02", price: "20.00" },
];
const REDUCTION = { began: "2026-11-27", currency: "EUR" };
const entropy = new Uint8Array(16).fill(42);

const exports_ = {
  "shopify-csv": readShopifyCsv(fixture("shopify_orders_export.csv")),
  "shopify-orders": readShopifyOrders(fixture("shopify_orders.json")),
  "woocommerce-orders": readWooCommerceOrders(JSON.parse(fixture("woocommerce_orders.json"))),
  csv: readOrdersCsv(fixture("rows.csv"), COLUMNS, { currency: "EUR" }),
};

/** The acts of each order from nothing, and from its state without what came after the sale. */
function postings(orders) {
  return orders.flatMap((after) => {
    const { cancelled_at, returns, ...before } = after;
    return [null, before, after].map((known) => reconcile(known, after).map(({ at, act }) => [at, act]));
  });
}

test("every answer is that of the native build", () => {
  const found = [];
  for (const [name, orders] of Object.entries(exports_)) {
    found.push([name, digest(orders)], [`reconcile-${name}`, digest(postings(orders))]);
  }
  for (const alphabet of ["mixed", "consonants"]) found.push([`codes-${alphabet}`, digest(makeCodes(entropy, { ...CODES, alphabet }))]);
  found.push(["prior-price", digest(priorPrice({ history: HISTORY, reduction: REDUCTION }))]);
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
  refused(() => verifyCode("ABCD", { alphabet: "greek" }), "input.type", "/alphabet");
  refused(() => priorPrice({ history: HISTORY, reduction: { ...REDUCTION, days: 7 } }), "prior_price.reduction", "/reduction");
  refused(() => priorPrice({ history: [...HISTORY].reverse(), reduction: REDUCTION }), "prior_price.order", "/history/1");
  refused(() => priorPrice({ history: [{ from: "2026-01-01", price: 20.5 }], reduction: REDUCTION }), "input.number", "/history/0/price");
});

test("a trap spoils nothing", async () => {
  const { shop } = await import("../dist/shop-instance.js");
  assert.throws(() => shop.call("drill"), { code: "internal.trap" });
  assert.equal(verifyCode(makeCodes(entropy, CODES)[0]), true);
});
