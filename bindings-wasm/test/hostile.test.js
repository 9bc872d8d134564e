// Bad input of every kind is a LoyaltyError with a code and a place, and leaves everything usable.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { Account, Group, LoyaltyError, NOW, SCHEME, Scheme, cart, root } from "./package.js";

const scheme = new Scheme(SCHEME);
const ann = new Account("ann");
const quote = (purchase, now = NOW, options) => scheme.quote(ann, purchase, now, options);

function refused(code, path, act) {
  assert.throws(act, (error) => {
    assert.ok(error instanceof LoyaltyError && error instanceof Error, String(error));
    assert.deepEqual([error.code, error.path, error.name], [code, path, "LoyaltyError"]);
    return true;
  });
}

const line = (more) => cart({ lines: [{ price: "1.00", ...more }] });

test("numbers that are no whole numbers are refused", () => {
  for (const number of [Number.NaN, Infinity, -Infinity, 0.1, 1e21, 2 ** 53, 2n ** 53n, -(2n ** 60n)]) {
    refused("input.number", "/lines/0/quantity", () => quote(line({ quantity: number })));
    refused("input.number", "/lines/0/price", () => quote(line({ price: number })));
    refused("input.number", "/pay_points/0/points", () =>
      quote(cart({ pay_points: [{ wallet: "points", points: number }] })),
    );
  }
  refused("read.value", "/lines/0/quantity", () => quote(line({ quantity: -1 })));
  refused("read.wrong_type", "/lines/0/price", () => quote(line({ price: 1250 })));
  assert.equal(quote(line({ quantity: 2n })).totals.due, "2.00");
  assert.equal(quote(line({ quantity: -0 })).totals.due, "0.00");
});

test("text that Unicode does not have is refused", () => {
  for (const text of ["\ud800", "a\udc00", "\udc00\ud800"]) {
    refused("input.text", "/lines/0/sku", () => quote(line({ sku: text })));
    refused("input.text", `/${text}`, () => quote(cart({ [text]: 1 })));
    refused("input.text", "/member", () => new Account(text));
    refused("input.text", "", () => quote(`{"id": "${text}"}`));
    refused("input.text", "/now", () => quote(cart(), text));
    refused("input.text", "/group", () => new Group(text));
  }
  assert.equal(quote(line({ sku: "☕\u{1F600}" })).lines.length, 1);
});

test("keys of prototypes are data", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const own = JSON.parse('{"__proto__": {"polluted": true}, "id": "x", "currency": "EUR", "lines": []}');
  refused("read.unknown_field", "/__proto__", () => quote(own));
  refused("read.unknown_field", "/constructor", () => quote(cart({ constructor: { prototype: {} } })));
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const decision = quote(cart({ id: name, lines: [{ id: name, sku: name, price: "1.00" }] }));
    assert.deepEqual([decision.purchase, decision.lines[0].line], [name, name]);
    assert.equal(new Account(name).member, name);
  }
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  assert.equal({}.polluted, undefined);
  // What is inherited is no field.
  assert.equal(quote(Object.assign(Object.create(null), cart())).totals.due, "25.00");
});

test("objects that are no data are refused", () => {
  const cycle = cart();
  cycle.lines = [cycle];
  refused("input.type", "/lines/0/price", () => quote(line({ price: new Map() })));
  refused("input.type", "/lines/0/price", () => quote(line({ price: new (class Decimal {})() })));
  refused("input.type", "/lines/0/price", () => quote(line({ price: () => 1 })));
  refused("input.type", "/lines/0/price", () => quote(line({ price: Symbol("1") })));
  refused("input.type", "/lines/0/price", () => quote(line({ price: new Date() })));
  refused("input.type", "/lines/0", () => quote(cart({ lines: [undefined] })));
  refused("input.type", "", () => quote(null));
  refused("input.type", "", () => quote(7));
  refused("input.type", "", () => quote(new Map()));
  assert.throws(() => quote(cycle), { code: "read.too_deep" });
  const throws = { get lines() { throw new Error("no"); } };
  refused("input.unreadable", "", () => quote(throws));
  const proxy = new Proxy({}, { ownKeys() { throw new TypeError("no"); } });
  refused("input.unreadable", "", () => quote(proxy));
  const endless = new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 40 : {}) });
  assert.throws(() => quote(cart({ lines: endless })), { code: "read.too_large" });
  // A getter is read once.
  let reads = 0;
  quote(Object.defineProperty(cart(), "codes", { enumerable: true, get: () => void (reads += 1) }));
  assert.equal(reads, 1);
});

test("deep and huge texts are refused", () => {
  refused("read.syntax", "", () => quote("{"));
  assert.throws(() => quote("[".repeat(100_000)), { code: "read.too_deep" });
  assert.throws(() => quote(`{"id": "${"x".repeat(2 ** 21)}"}`), { code: /read\.(too_large|text_too_long)/ });
  refused("read.duplicate_key", "/id", () => quote('{"id": "a", "id": "b"}'));
  refused("read.unknown_field", "/lines/0/prise", () => quote(line({ prise: "1.00" })));
});

test("objects of the package are told from others", () => {
  refused("input.type", "/account", () => scheme.quote({}, cart(), NOW));
  refused("input.type", "/account", () => scheme.standing(null, NOW));
  refused("input.type", "/account", () => scheme.quote(Object.create(Account.prototype) && scheme, cart(), NOW));
  refused("input.type", "/pool", () => quote(cart(), NOW, { pool: {} }));
  refused("input.type", "/earlier", () => scheme.enrol(ann, { id: "e" }, NOW, { earlier: [SCHEME] }));
  refused("input.type", "/groups/0", () => Account.replay("ann", [{}]));
});

test("a scheme tells all its problems", () => {
  const document = structuredClone(SCHEME);
  document.earn[0].give.per_amount.per = "0.001";
  document.cards[0].rewards = ["none"];
  assert.throws(() => new Scheme(document), (error) => {
    assert.ok(error.problems.length >= 2);
    assert.equal(error.code, error.problems[0].code);
    assert.equal(error.path, error.problems[0].path);
    return true;
  });
  refused("read.unknown_field", "/idd", () => new Scheme({ ...SCHEME, idd: 1 }));
});

test("what an account does not allow is refused with its code", () => {
  assert.throws(
    () => scheme.redeem(ann, { id: "r", on: { points: { wallet: "points", points: 5 } } }, NOW),
    { code: "points.insufficient" },
  );
  refused("read.unknown_field", "/purchase", () => scheme.enrol(ann, { purchase: 1 }, NOW));
  assert.throws(() => Account.restore(ann.snapshot().replace("ann", "bob")), LoyaltyError);
  const { group } = scheme.record(ann, cart(), NOW);
  const changed = group.json.replace("12.50", "13.50");
  assert.notEqual(changed, group.json);
  assert.throws(() => Account.replay("ann", [new Group(changed)]), LoyaltyError);
  assert.throws(() => Account.replay("ann", [group, group]), LoyaltyError);
});

test("a runtime without a registry of what is collected", () => {
  const entry = new URL("bindings-wasm/dist/inline.js", root);
  const program = `delete globalThis.FinalizationRegistry; const { Account } = await import("${entry}"); console.log(new Account("ann").seq)`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  assert.equal(said.trim(), "0");
});
