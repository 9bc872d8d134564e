// What is almost reached: the engine says how much is missing, the shop says what is worth a line.

const SHOWN_MAX = 3;
const AMOUNT_NEAR = 15;

/** Sentences about what a little more would bring. */
export function nearMisses(voice, { decision, after }, view, cart) {
  const said = [];
  const missing = (list, name, id) => list?.find((one) => one[name] === id)?.missing;
  const near = (amount) => amount !== undefined && Number(amount) <= AMOUNT_NEAR;

  const delivery = missing(decision.offers, "offer", "free-delivery")?.amount;
  if (cart.delivery && delivery) said.push(voice.say("near_delivery", { amount: voice.amount(delivery) }));
  if (missing(decision.offers, "offer", "two-bags")?.units === 1) said.push(voice.say("near_two_bags"));
  const pastries = missing(decision.offers, "offer", "three-pastries")?.units;
  if (pastries === 1) said.push(voice.say("near_pastry"));

  for (const card of decision.cards) {
    const left = card.target - card.on_card;
    if (card.completed === 0 && left <= 2) said.push(voice.count("near_stamps", left));
  }
  const ladder = (after ?? view)?.ladders[0];
  if (decision.tiers.length === 0 && ladder?.next && near(ladder.to_next)) {
    const tier = voice.named("names", ladder.next.id);
    said.push(voice.say("near_tier", { amount: voice.amount(ladder.to_next), tier }));
  }
  const bonus = missing(decision.reasons, "id", "beans-bonus")?.amount;
  if (near(bonus)) said.push(voice.say("near_bonus", { amount: voice.amount(bonus) }));
  return said.slice(0, SHOWN_MAX);
}
