// The analytics over CDNOW: the bits of the native build, the published figures, and what is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { LoyaltyError, Orders, PurchaseModel, SpendModel, dateOf, dayOf, survival } from "loyalty-core/analytics";
import { LoyaltyError as OfEngine } from "loyalty-core";
import { answers, cdnow } from "./analytics.js";
import { text } from "./package.js";

const log = text("loyalty-core/tests/data/cdnow/CDNOW_sample.txt");
const digests = text("bindings-wasm/analytics/tests/digests.txt").trim().split("\n").map((line) => line.split(" "));
const columns = cdnow(log);
const orders = new Orders(columns);
const summary = orders.summarize({ as_of: "1997-09-30" });

test("every answer has the bits of the native build", () => {
  const found = answers(log).map(([name, parts]) => {
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return [name, hash.digest("hex")];
  });
  assert.ok(found.length >= 27);
  assert.deepEqual(found, digests);
});

test("the vectors of statistics hold to the bit, in the parts that there are", () => {
  const { fits, histories, rows, spend } = JSON.parse(text("vectors/analytics/bits.json"));
  const bits = (values) =>
    Array.from(values, (value) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value);
      return view.getBigUint64(0).toString(16).padStart(16, "0");
    });
  const told = (fit) => ({
    log_likelihood: bits([fit.log_likelihood])[0],
    standard_errors: bits(Object.values(fit.standard_errors)),
    status: fit.status,
    values: bits(Object.values(fit.params)),
  });
  const seen = {
    frequency: Uint32Array.from(histories.x),
    recency_days: Uint32Array.from(histories.recency_days),
    age_days: Uint32Array.from(histories.age_days),
  };
  const known = fits.filter(({ model, k }) => k === 1 && ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"].includes(model));
  assert.ok(known.length >= 4);
  for (const { model, unit_days, expect } of known) assert.deepEqual(told(PurchaseModel.fit(model, seen, { unit_days })), expect);

  const money = (x, minor) => {
    const none = new Uint32Array(x.length);
    return { frequency: Uint32Array.from(x), recency_days: none, age_days: none, repeat_minor: Float64Array.from(minor) };
  };
  const fit = SpendModel.fit(money(spend.x, spend.repeat_minor), { unit_minor: spend.unit_minor });
  const { expected_spend, ...expect } = spend.expect;
  assert.deepEqual(told(fit), expect);
  const { expected_spend_minor } = fit.predict(money([0, 1, 7], [0, 3500, 8750]));
  const float = (digits) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${digits}`));
    return view.getFloat64(0);
  };
  assert.deepEqual([...expected_spend_minor], expected_spend.map((digits) => float(digits) * 100));

  const shop = new Orders({
    customer: Uint32Array.from(rows.customer),
    day: Int32Array.from(rows.day),
    amount_minor: Float64Array.from(rows.amount_minor),
  });
  const found = shop.summarize({ as_of: 10_180 });
  for (const [name, values] of Object.entries(rows.expect)) {
    if (found[name] === undefined) continue;
    assert.deepEqual(Array.isArray(values) ? Array.from(found[name], Number) : found[name], values, name);
  }
});

const near = (found, expected, by) => assert.ok(Math.abs(found - expected) <= by, `${found}, not ${expected}`);

test("the figures are those that were published", () => {
  assert.deepEqual([orders.customers, orders.rows, summary.counts.after_as_of], [2357, 6919, 6919 - summary.counts.used]);
  const fit = PurchaseModel.fit("bg_nbd", summary);
  assert.ok(fit.converged);
  near(fit.log_likelihood, -9582.429, 5e-4);
  for (const [name, value] of Object.entries({ r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 })) near(fit.params[name], value, 5e-4);
  assert.deepEqual(Object.keys(fit.standard_errors), ["r", "alpha", "a", "b"]);
  assert.equal(fit.covariance.length, 16);
  const { p_alive, customer } = fit.predict(summary, { t: 39 });
  assert.deepEqual([p_alive.length, customer[0], customer.at(-1)], [2357, 1, 2357]);
  assert.ok(p_alive.every((chance) => chance > 0 && chance <= 1));
  const cohorts = orders.cohorts({ as_of: "1998-06-30" });
  assert.deepEqual([dateOf(cohorts.cohort[0]), cohorts.size[0], cohorts.value[0]], ["1997-01-01", 781, 781n]);
});

test("keys of every kind come back, in their order", () => {
  const wide = BigInt64Array.from(columns.customer, BigInt);
  const names = Array.from(columns.customer, (id) => `c${String(id).padStart(5, "0")}`);
  for (const [customer, first] of [[wide, 1n], [names, "c00001"]]) {
    const other = new Orders({ ...columns, customer, amount_minor: BigInt64Array.from(columns.amount_minor, BigInt) });
    const found = other.summarize({ as_of: "1997-09-30" });
    assert.equal(found.customer[0], first);
    assert.deepEqual(found.frequency, summary.frequency);
    assert.deepEqual(found.total_minor, summary.total_minor);
  }
  const mixed = new Orders({ customer: ["\u{1f600}", "\uffff", "b", "a"], day: new Int32Array(4), amount_minor: new Float64Array(4) });
  assert.deepEqual(mixed.summarize({ as_of: 0 }).customer, ["a", "b", "\uffff", "\u{1f600}"]);
});

test("orders, refunds and margins", () => {
  const shop = new Orders({
    customer: new Uint32Array([7, 7, 7, 9]),
    day: new Int32Array([0, 0, 3, 1]),
    amount_minor: new Float64Array([1000, 500, 1500, 2 ** 52 + 1]),
    order: new Uint32Array([1, 1, 2, 3]),
    kind: new Uint8Array([0, 0, 1, 0]),
    original_order: new Uint32Array([2 ** 32 - 1, 2 ** 32 - 1, 1, 2 ** 32 - 1]),
    margin_minor: new Float64Array([-10, 20, 0, 5]),
  });
  const found = shop.summarize({ as_of: 10 });
  assert.deepEqual([...found.customer], [9]);
  assert.equal(found.total_minor[0], 2n ** 52n + 1n);
  assert.deepEqual([found.without_occasion, found.counts.refunded_order], [1, 3]);
  const kept = shop.cohorts({ as_of: "1970-01-31", measure: "margin_minor", refunds: "ignore" });
  assert.deepEqual([...kept.value], [15n]);
});

test("a fit is read back, and is not taken for another", () => {
  const [spend, fit] = [SpendModel.fit(summary), PurchaseModel.fit("bg_nbd", summary)];
  assert.deepEqual({ ...SpendModel.fromJson(spend.json) }, { ...spend });
  assert.throws(() => PurchaseModel.fromJson(spend.json), { code: "input.fit", path: "/fit" });
  assert.throws(() => fit.clv(summary, { spend: fit }), { code: "input.type", path: "/spend" });
  assert.throws(() => PurchaseModel.fromJson("{}"), { code: "input.fit", path: "/fit" });
});

const few = { customer: new Uint32Array([1, 2]), day: new Int32Array([1, 2]), amount_minor: new Float64Array([1, 2]) };

test("what cannot be used is refused, with its code and place", () => {
  assert.equal(LoyaltyError, OfEngine);
  const refused = (ask, code, path) => assert.throws(ask, (error) => {
    assert.ok(error instanceof LoyaltyError, error.stack);
    assert.deepEqual([error.code, error.path], [code, path]);
    return true;
  });
  const made = (more) => () => new Orders({ ...few, ...more }).summarize({ as_of: 5 });
  refused(made({ day: new Int32Array(3) }), "analytics.column.length", "/day");
  refused(made({ day: [1, 2] }), "input.type", "/day");
  refused(made({ day: new Int32Array([1, 2 ** 31 - 1]) }), "analytics.column.day", "/day/1");
  refused(made({ amount_minor: new Float64Array([1, 0.5]) }), "input.number", "/amount_minor/1");
  refused(made({ amount_minor: new Float64Array([1, -5]) }), "analytics.column.negative_amount", "/amount_minor/1");
  refused(made({ amount_minor: new BigInt64Array([1n, 2n ** 53n]) }), "analytics.column.amount", "/amount_minor/1");
  refused(made({ kind: new Uint8Array([0, 7]) }), "analytics.column.code", "/kind/1");
  refused(made({ customer: ["a", 7] }), "input.type", "/customer/1");
  refused(made({ customer: ["a", "\ud800"] }), "input.text", "/customer/1");
  refused(() => new Orders({ get customer() { throw new Error("no"); } }), "input.unreadable", "/customer");
  refused(made({ colour: 1 }), "input.field", "/colour");
  refused(() => new Orders({ customer: few.customer, day: few.day }), "input.field", "/amount_minor");
  refused(() => new Orders(null), "input.type", "");
  const small = new Orders(few);
  refused(() => small.summarize({}), "input.field", "/as_of");
  refused(() => small.summarize({ as_of: "2026-02-30" }), "input.day", "/as_of");
  refused(() => small.summarize({ as_of: new Date() }), "input.day", "/as_of");
  refused(() => small.summarize({ as_of: 5, holdout_end: 5 }), "analytics.option", "/end");
  refused(() => small.summarize({ as_of: 5, zero_orders: "some" }), "analytics.option", "/zero_orders");
  refused(() => small.cohorts({ as_of: 5, period: "fortnight" }), "analytics.option", "/period");
  refused(() => small.cohorts({ as_of: 5, period: 0 }), "input.number", "/period");
  refused(() => small.cohorts({ as_of: 5, measure: "margin_minor" }), "analytics.column.missing", "/margin_minor");
  refused(() => small.rfm({ as_of: 5, start: 6 }), "analytics.option", "/start");
  refused(() => small.report({ as_of: 5, title: "x", currency: "?" }), "number.currency", "/currency");
  refused(() => small.report({ as_of: 5, title: "x", currency: "EUR", level: 2 }), "analytics.option", "/level");
  refused(() => PurchaseModel.fit("weibull", summary), "analytics.option", "/model");
  refused(() => PurchaseModel.fit("bg_nbd", small.summarize({ as_of: 5 })), "analytics.model.too_few", "");
  refused(() => PurchaseModel.fit("bg_nbd", summary, { unit_days: 0 }), "analytics.option", "/unit_days");
  refused(() => PurchaseModel.fit("bg_nbd", { frequency: few.customer }), "input.type", "/summary/recency_days");
  const past = { frequency: new Uint32Array([0, 1]), recency_days: new Uint32Array([0, 9]), age_days: new Uint32Array([1, 2]) };
  refused(() => PurchaseModel.fit("bg_nbd", past), "analytics.model.history", "");
  refused(() => PurchaseModel.fit("bg_nbd", summary).predict(summary, { t: -1 }), "analytics.option", "/t");
  refused(() => survival({ days: new Uint32Array(1), seen: new Uint8Array(2) }), "analytics.column.length", "/seen");
  refused(() => survival({ days: new Uint32Array(1), seen: new Uint8Array(1) }, { level: 1 }), "analytics.option", "/level");
});

test("a trap spoils nothing", async () => {
  const { analytics } = await import("../dist/instance.js");
  assert.throws(() => analytics.call("drill"), { code: "internal.trap" });
  assert.deepEqual(orders.summarize({ as_of: "1997-09-30" }).frequency, summary.frequency);
});

test("days are texts and numbers", () => {
  assert.deepEqual([dayOf("1970-01-01"), dayOf("1997-01-01"), dateOf(9862)], [0, 9862, "1997-01-01"]);
});
