// Baskets: numbers that are those of the decision, for random carts, and after a trap.
import assert from "node:assert/strict";
import { test } from "node:test";

import { call } from "../dist/instance.js";
import { Account, LoyaltyError, NOW, SCHEME, Scheme, cart } from "./package.js";

const scheme = new Scheme(SCHEME);
const ann = scheme.record(new Account("ann"), cart({ lines: [{ price: "55.05", quantity: 3 }] }), NOW).account;
const articles = Array.from({ length: 12 }, (_, place) => ({
  sku: place % 3 === 0 ? "latte" : `article-${place}`,
  price: `${place}.${10 + place}`,
  quantity: 0,
}));

let seed = 7;
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed % below;
};

const minor = (amount) => Number(amount.replace(".", ""));
const milli = (points) => Math.round(Number(points) * 1000);

function same(basket, account) {
  const decision = scheme.quote(account, basket.purchase(), NOW);
  const { totals, wallets, cards, refused } = basket.numbers(account, NOW);
  for (const [name, amount] of Object.entries(decision.totals)) assert.equal(totals[name], minor(amount), name);
  assert.equal(Object.keys(totals).length, Object.keys(decision.totals).length);
  const [points] = wallets;
  assert.equal(points.earned, milli(decision.wallets[0]?.earned ?? "0"));
  assert.equal(points.spent, milli(decision.wallets[0]?.spent ?? "0"));
  const { card, ...stamps } = decision.cards[0] ?? { card: "coffee", stamps: 0, completed: 0, on_card: 0, target: 0 };
  assert.deepEqual(cards, [{ card, ...stamps }]);
  assert.equal(refused, decision.refused.length);
  assert.equal(basket.quote(account, NOW).json, decision.json);
}

test("the numbers are those of the decision", () => {
  const claims = [{}, { pay_points: [{ wallet: "points" }] }, { claims: [{ reward: "free-latte" }] }];
  for (const more of claims) {
    const basket = scheme.basket(cart({ lines: articles, shipping: [{ amount: "4.90" }], ...more }));
    for (let round = 0; round < 100; round += 1) {
      basket.set(random(articles.length), random(5));
      same(basket, ann);
    }
  }
});

test("a basket outlives a trap and what was freed", () => {
  const basket = scheme.basket(cart({ lines: articles })).set(3, 2);
  const before = basket.numbers(ann, NOW);
  basket.free();
  assert.deepEqual(basket.numbers(ann, NOW), before);
  assert.throws(() => call("drill"), { code: "internal.trap" });
  assert.deepEqual(basket.numbers(ann, NOW), before);
});

test("lines, quantities and moments that there are not", () => {
  const basket = scheme.basket(cart({ lines: articles }));
  const refused = (path, act) => assert.throws(act, (error) => error instanceof LoyaltyError && error.path === path);
  for (const line of [-1, 12, 0.5, "0", NaN]) refused("/line", () => basket.set(line, 1));
  for (const quantity of [-1, 2 ** 32, 0.5, "1", NaN]) refused("/quantity", () => basket.set(0, quantity));
  refused("/now", () => basket.numbers(ann, "2026-11-21T12:00:00+01:00"));
  refused("/now", () => basket.numbers(ann, new Date(NaN)));
  basket.set(0, 4_000_000_000);
  assert.throws(() => basket.numbers(ann, NOW), { code: "purchase.quantity" });
  basket.set(0, 1);
  assert.equal(basket.numbers(ann, NOW).totals.due, 10);
});
