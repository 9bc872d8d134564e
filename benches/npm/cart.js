// The twelve rules and the cart of five lines of benches/engine, and what they lead to.

export const SCHEME = {
  format: 1, id: "bench.twelve", name: "Twelve rules", currency: "EUR", time_zone: "UTC",
  wallets: [{ id: "points", expiry: { rolling: { after: { days: 365 } } }, caps: [{ per: "order", points: "500" }] }],
  earn: [
    { id: "base", give: { per_amount: { points: "1", per: "1.00" } } },
    { id: "bakery", target: { categories: ["bakery"] }, give: { multiply: { factor: "2" } } },
    { id: "coffee", target: { categories: ["coffee"] }, give: { multiply: { factor: "1.5" } } },
    { id: "web", when: { channel: ["web"] }, give: { fixed: { points: "5" } } },
    { id: "big", when: { min_amount: { amount: "50.00" } }, give: { fixed: { points: "20" } } },
    { id: "vip", when: { segment: ["vip"] }, give: { fixed: { points: "50" } } },
    { id: "friday", when: { weekday: ["fri"] }, give: { multiply: { factor: "1.5" } } },
    { id: "welcome", when: { first_purchase: {} }, give: { fixed: { points: "100" } } },
  ],
  cards: [{ id: "coffee-card", target: 10, rewards: ["free-coffee"], stamps: [{ target: { categories: ["coffee"] }, give: { per_unit: {} } }] }],
  ladders: [{
    id: "status", metric: { spend: {} }, window: { lifetime: {} }, review: { never: {} },
    tiers: [
      { id: "silver", threshold: "200.00", benefits: [
        { id: "silver-off", benefit: { discount: { percent: "5", as: "total" } } },
        { id: "silver-points", benefit: { multiply: { factor: "1.25" } } }] },
      { id: "gold", threshold: "1000.00", benefits: [
        { id: "gold-off", benefit: { discount: { percent: "10", as: "total" } } },
        { id: "gold-points", benefit: { multiply: { factor: "1.5" } } }] },
    ],
  }],
  rewards: [{ id: "free-coffee", gives: { free_product: { target: { categories: ["coffee"] } } } }],
};

export const CART = {
  id: "o-2", currency: "EUR", channel: "web",
  lines: [
    { sku: "espresso", categories: ["coffee"], price: "3.35", quantity: 3 },
    { sku: "cake", categories: ["bakery"], price: "4.57", quantity: 2 },
    { sku: "beans", categories: ["retail"], price: "14.95", quantity: 1 },
    { sku: "gift", price: "25.00", quantity: 1, gift_card: true },
    { sku: "mug", categories: ["retail"], price: "9.95", quantity: 2 },
  ],
};

export const NOW = new Date("2026-11-21T12:00:00Z");

/** The member: silver, eight stamps, not the first purchase; of a snapshot, or from the beginning. */
export function member({ Account, Scheme }, snapshot) {
  const scheme = new Scheme(SCHEME);
  if (snapshot) return { scheme, account: Account.restore(snapshot) };
  const before = new Date("2026-11-20T10:00:00Z");
  const first = { id: "o-1", currency: "EUR", lines: [{ sku: "espresso", categories: ["coffee"], price: "3.35", quantity: 8 }] };
  let { account } = scheme.record(new Account("member-1"), first, before);
  const silver = { id: "t-1", ladder: "status", tier: "silver", floor: true, actor: "ann", reason: "bench" };
  account = scheme.assignTier(account, silver, before).account;
  return { scheme, account };
}

/** What every contender finds: cents, points, stamps on the card, rewards. */
export const GOLDEN = { discount: 270, lines: [50, 46, 75, 0, 99], points: 105, stamps: 1, rewards: 1 };
