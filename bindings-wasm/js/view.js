// What a page may show of a standing: names from the scheme, no member, no ledger.

const LAPSES_MAX = 3;
const MEASURES = { spend: "amount", points_earned: "points", balance: "points", visits: "visits", items: "items" };

function byId(list = []) {
  const found = new Map(list.map((one) => [one.id, one]));
  return (id) => found.get(id) ?? { id };
}

const named = ({ id, name }) => ({ id, name: name || id });

// A field that is not known is left out.
const told = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

export function publicView(document, standing) {
  const [wallet, card, ladder] = [document.wallets, document.cards, document.ladders].map(byId);
  const reward = byId(document.rewards);
  const ready = new Map();
  for (const { reward: id, expiry } of standing.rewards) {
    const same = `${id} ${expiry ?? ""}`;
    const one = ready.get(same) ?? told({ ...named(reward(id)), count: 0, expiry });
    ready.set(same, { ...one, count: one.count + 1 });
  }
  return {
    scheme: named(document),
    currency: document.currency,
    at: standing.at,
    status: standing.status,
    wallets: standing.wallets.map(({ wallet: id, balance, worth, expiries }) => told({
      id,
      unit: wallet(id).unit,
      available: balance.available,
      pending: balance.pending,
      worth,
      expiries: expiries.slice(0, LAPSES_MAX),
    })),
    cards: standing.cards.map(({ card: id, stamps, target, expiry }) => told({
      ...named(card(id)),
      stamps,
      target,
      rewards: (card(id).rewards ?? []).map((one) => named(reward(one))),
      expiry,
    })),
    ladders: standing.ladders.map(({ ladder: id, tier, value, next, to_next }) => {
      const whole = ladder(id);
      const tiers = byId(whole.tiers);
      return told({
        ...named(whole),
        measure: MEASURES[Object.keys(whole.metric ?? {})[0]],
        tier: tier && named(tiers(tier)),
        value,
        next: next && named(tiers(next)),
        to_next,
      });
    }),
    rewards: [...ready.values()],
    affordable: standing.affordable.map(({ reward: id, cost }) => ({
      ...named(reward(id)),
      cost,
      wallet: reward(id).cost?.wallet ?? document.wallets[0].id,
    })),
  };
}
