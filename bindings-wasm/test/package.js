// The package as it is installed: the tests import it by its name.
import { readFileSync } from "node:fs";

export * from "loyalty-core";

export const root = new URL("../../", import.meta.url);

export const text = (path) => readFileSync(new URL(path, root), "utf8");

export const SCHEME = {
  format: 1,
  id: "com.example.cafe",
  name: "Café",
  version: "2026-11",
  currency: "EUR",
  time_zone: "Europe/Madrid",
  wallets: [
    {
      id: "points",
      unit: { one: "bean", other: "beans" },
      precision: 1,
      redemption: { as: "discount", value: { points: "10", amount: "0.50" } },
    },
  ],
  earn: [
    { id: "base", give: { per_amount: { points: "1", per: "1.00" } } },
    { id: "big-cart", when: { min_amount: { amount: "50.00" } }, give: { fixed: { points: "20" } } },
  ],
  cards: [
    {
      id: "coffee",
      target: 3,
      stamps: [{ target: { skus: ["latte"] }, give: { per_unit: {} } }],
      rewards: ["free-latte"],
    },
  ],
  rewards: [{ id: "free-latte", gives: { free_product: { target: { skus: ["latte"] } } } }],
};

export const cart = (more = {}) => ({
  id: "order-1",
  currency: "EUR",
  lines: [{ sku: "latte", price: "12.50", quantity: 2 }],
  ...more,
});

export const NOW = new Date("2026-11-21T11:00:00Z");
