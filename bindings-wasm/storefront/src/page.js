// The parts of the page. Each takes what is to be shown and gives elements; none decides anything.

import { picture } from "./art.js";
import { h } from "./dom.js";
import { nearMisses } from "./near.js";
import { fill } from "./texts.js";

const LANGUAGE_NAMES = { en: "English", fi: "Suomi" };

export function languages(current, speak) {
  return Object.entries(LANGUAGE_NAMES).map(([language, name]) =>
    h("button", { type: "button", lang: language, "aria-pressed": String(language === current), "data-key": language, onclick: () => speak(language) }, name));
}

/** What a decision brings: points, and stamps if there are any. */
export function brings(voice, decision) {
  const stamps = decision.cards.reduce((sum, card) => sum + card.stamps, 0);
  const points = voice.count("points", decision.wallets[0]?.earned ?? 0);
  return stamps > 0 ? `${points}, ${voice.count("stamps", stamps)}` : points;
}

const isZero = (amount) => Number(amount) === 0;

// ---- the shelves

export function products(voice, shop, cart, act) {
  const shelves = Map.groupBy ? Map.groupBy(shop.articles.values(), (one) => one.category) : grouped(shop.articles.values());
  return [
    h("h1", { class: "unseen" }, voice.say("products")),
    ...[...shelves].map(([category, articles]) =>
      h("section", { class: "shelf", "aria-labelledby": `shelf-${category}` },
        h("div", { class: "shelf-head" },
          h("h2", { id: `shelf-${category}` }, voice.texts.categories[category]),
          voice.texts.notes[category] && h("p", { class: "note" }, voice.texts.notes[category])),
        h("ul", { class: "grid" }, articles.map((article) => product(voice, article, cart, act))))),
  ];
}

function grouped(articles) {
  const found = new Map();
  for (const one of articles) found.set(one.category, [...(found.get(one.category) ?? []), one]);
  return found;
}

function product(voice, { sku, category, price }, cart, act) {
  const [name, about] = voice.texts.articles[sku];
  const count = cart.units.get(sku) ?? 0;
  const add = h("button", {
    class: "add", type: "button", "data-key": `shelf-${sku}-more`, "aria-label": voice.say("add_label", { name }),
    onclick: () => act.change((cart) => cart.set(sku, 1)),
  }, voice.say("add"));
  return h("li", { class: "product" },
    picture(sku, category),
    h("div", { class: "about" }, h("h3", {}, name), h("p", {}, about)),
    h("div", { class: "buy" },
      h("p", { class: "price" }, voice.amount(price)),
      count > 0 ? stepper(voice, "shelf", sku, name, count, act) : add));
}

function stepper(voice, where, sku, name, count, act) {
  const button = (key, sign, label, next) => h("button", {
    type: "button", "data-key": `${where}-${sku}-${key}`, "aria-label": voice.say(label, { name }),
    onclick: () => act.change((cart) => cart.set(sku, next)),
  }, sign);
  return h("div", { class: "stepper" },
    button("fewer", "−", "fewer", count - 1),
    h("span", {}, h("span", { "aria-hidden": "true" }, String(count)), h("span", { class: "unseen" }, voice.say("count", { count }))),
    button("more", "+", "more", count + 1));
}

// ---- the cart

export function cartPanel(voice, state, act) {
  const { cart, shop, view, decided, notice, placing } = state;
  const problem = notice && h("p", { class: "problem", role: "alert" }, told(voice, notice));
  const title = h("h2", { id: "cart-title", tabindex: "-1", "data-fallback": true }, voice.say("cart"));
  if (!decided) return [title, problem, h("p", { class: "empty" }, voice.say("empty"))];
  const { decision } = decided;
  return [
    title,
    lines(voice, cart, decision, act),
    fulfilment(voice, shop, cart, act),
    near(voice, decided, view, cart),
    offers(voice, decision),
    code(voice, cart, decision, act),
    rewards(voice, cart, view, decision, act),
    totals(voice, decision),
    earned(voice, decision),
    problem,
    h("button", { class: "order", type: "button", "data-key": "order", disabled: placing || decision.refused.length > 0, onclick: act.order },
      placing ? voice.say("ordering") : voice.say("order")),
  ];
}

function told(voice, { code }) {
  const { problems } = voice.texts;
  return problems[code] ?? fill(problems.other, { code });
}

function lines(voice, cart, decision, act) {
  return h("ul", { class: "lines" }, [...cart.units].map(([sku, count], place) => {
    const [name] = voice.texts.articles[sku];
    const { list, net } = decision.lines[place];
    return h("li", {},
      h("span", { class: "line-name" }, name),
      stepper(voice, "cart", sku, name, count, act),
      h("span", { class: "line-price" }, list === net ? voice.amount(net) : [h("s", {}, voice.amount(list)), " ", voice.amount(net)]));
  }));
}

function fulfilment(voice, shop, cart, act) {
  const choice = (value, label) => h("label", { class: "choice" },
    h("input", {
      type: "radio", name: "fulfilment", "data-key": `delivery-${value}`, checked: cart.delivery === value,
      onchange: () => act.change((cart) => { cart.delivery = value; }),
    }), label);
  return h("fieldset", { class: "fulfilment" }, h("legend", { class: "unseen" }, voice.say("fulfilment")),
    choice(false, voice.say("collect")), choice(true, voice.say("deliver", { amount: voice.amount(shop.delivery) })));
}

function near(voice, decided, view, cart) {
  const { decision } = decided;
  const rises = decision.tiers.map(({ to }) => voice.say("rises", { tier: voice.named("names", to) }));
  const fills = decision.cards.filter((card) => card.completed > 0)
    .map(() => voice.say("fills", { reward: voice.named("names", "free-drink") }));
  const misses = nearMisses(voice, decided, view, cart);
  if (rises.length + fills.length + misses.length === 0) return null;
  return h("section", { class: "near", "aria-label": voice.say("near") },
    h("ul", {}, [...rises, ...fills].map((text) => h("li", { class: "reached" }, text)), misses.map((text) => h("li", {}, text))));
}

function offers(voice, decision) {
  const found = decision.offers ?? [];
  const applied = found.filter((one) => one.code === "granted" && !isZero(one.amount));
  const away = found.filter((one) => one.code === "offer.displaced");
  const used = decision.discounts.filter((one) => one.kind === "reward" && !(isZero(one.amount) && isZero(one.shipping)));
  if (applied.length + away.length + used.length === 0) return null;
  const name = (id) => voice.named("offers", id);
  return h("section", { class: "offers", "aria-labelledby": "offers-title" },
    h("h3", { id: "offers-title" }, voice.say("savings")),
    h("ul", {}, applied.map((one) => h("li", {}, h("span", {}, name(one.offer)), h("span", {}, `−${voice.amount(one.amount)}`))),
      used.map((one) => h("li", {}, h("span", {}, voice.named("names", one.id)), h("span", {}, `−${voice.amount(one.amount)}`)))),
    away.map((one) => h("p", { class: "aside" }, one.by
      ? voice.say("displaced", { offer: name(one.offer), by: name(one.by) }) : voice.say("displaced_short", { offer: name(one.offer) }))),
    decision.choice?.optimal && decision.choice.tries > 1 && h("p", { class: "aside" }, voice.say("choice", { tries: decision.choice.tries })));
}

function code(voice, cart, decision, act) {
  const enter = (event) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget).get("code").trim().toUpperCase();
    act.change((cart) => { cart.code = text; });
  };
  if (cart.code) {
    const label = voice.say("remove", { code: cart.code });
    return h("div", { class: "code" },
      h("p", { class: "verdict" }, verdict(voice, decision, cart.code)),
      h("button", { class: "plain", type: "button", "data-key": "code", "aria-label": label, title: label, onclick: () => act.change((cart) => { cart.code = ""; }) }, "×"));
  }
  return h("form", { class: "code", onsubmit: enter },
    h("label", { class: "unseen", for: "code" }, voice.say("code")),
    h("input", { id: "code", name: "code", type: "text", "data-key": "code", placeholder: voice.say("code"), autocomplete: "off", autocapitalize: "characters", maxlength: "40", required: true }),
    h("button", { class: "plain", type: "submit" }, voice.say("apply")));
}

function verdict(voice, decision, code) {
  const found = decision.codes?.find((one) => one.code === code);
  const offer = decision.offers?.find((one) => one.offer === found?.offer);
  const values = { code, offer: voice.named("offers", found?.offer) };
  switch (found?.reasons[0]) {
    case "granted":
      return voice.say("code_good", { code, offer: `−${voice.amount(offer?.amount ?? "0.00")}` });
    case "code.unknown":
      return voice.say("code_bad", values);
    case "offer.displaced":
      return voice.say("code_away", values);
    case "condition.min_amount":
      return offer?.missing?.amount
        ? voice.say("code_missing", { code, amount: voice.amount(offer.missing.amount) }) : voice.say("code_other", values);
    default:
      return voice.say("code_other", values);
  }
}

function rewards(voice, cart, view, decision, act) {
  if (!view) return null;
  const name = (id) => voice.named("names", id);
  const can = new Map(view.rewards.map(({ id }) => [id, voice.say("ready")]));
  for (const { id, cost } of view.affordable) if (!can.has(id)) can.set(id, voice.count("points", cost));
  const choices = [...can].map(([id, price]) => {
    const refused = decision.refused.find((one) => one.about === "reward" && one.id === id);
    const why = refused && (voice.texts.refused[refused.code] ?? voice.texts.refused.other);
    return option(`reward-${id}`, cart.claims.has(id), name(id), price, why, (use) => (cart) => void (use ? cart.claims.add(id) : cart.claims.delete(id)), act);
  });
  const wallet = view.wallets[0];
  if (wallet?.worth && !isZero(wallet.worth)) {
    const refused = decision.refused.find((one) => one.about === "payment");
    const why = refused && (voice.texts.refused[refused.code] ?? voice.texts.refused.other);
    const worth = voice.say("pay_points_of", { points: voice.count("points", wallet.available), amount: voice.amount(wallet.worth) });
    choices.push(option("pay-points", cart.payPoints !== null, voice.say("pay_points"), worth, why, (use) => (cart) => { cart.payPoints = use ? wallet.id : null; }, act));
  }
  return h("fieldset", { class: "rewards" }, h("legend", {}, voice.say("rewards")),
    choices.length > 0 ? choices : h("p", { class: "aside" }, voice.say("nothing_ready")));
}

function option(key, checked, name, about, why, how, act) {
  const told = `${key}-why`;
  return h("div", { class: "option" },
    h("label", { class: "choice" },
      h("input", { type: "checkbox", "data-key": key, checked, "aria-describedby": why ? told : null, onchange: (event) => act.change(how(event.target.checked)) }),
      h("span", {}, name), h("span", { class: "aside" }, about)),
    why && h("p", { class: "why", id: told }, why));
}

function totals(voice, decision) {
  const { totals } = decision;
  const points = decision.discounts.filter((one) => one.kind === "points").reduce((sum, one) => sum + Number(one.amount), 0);
  const row = (name, value, kind) => [h("dt", { class: kind }, name), h("dd", { class: kind }, value)];
  const shippingOff = decision.discounts.some((one) => !isZero(one.shipping));
  return h("dl", { class: "totals" },
    row(voice.say("goods"), voice.amount(totals.list)),
    !isZero(totals.discount) && row(voice.say("discount"), `−${voice.amount(totals.discount)}`, "saving"),
    (!isZero(totals.shipping) || shippingOff) && row(voice.say("shipping"), isZero(totals.shipping) ? voice.say("free") : voice.amount(totals.shipping)),
    points > 0 && row(voice.say("paid_points", { points: voice.count("points", decision.wallets[0].spent) }), "✓"),
    row(voice.say("total"), voice.amount(totals.due), "due"));
}

function earned(voice, decision) {
  const [wallet] = decision.wallets;
  const head = [h("span", {}, voice.say("earns")), h("strong", {}, brings(voice, decision))];
  const parts = (wallet?.parts ?? []).filter((part) => !isZero(part.points));
  if (parts.length < 2) return h("p", { class: "earned" }, head);
  return h("details", { class: "earned" },
    h("summary", { "data-key": "why", title: voice.say("why") }, head),
    h("ul", {}, parts.map(({ rule, points }) => h("li", {}, h("span", {}, voice.named("rules", rule)), h("span", {}, voice.count("points", points))))));
}

/** The way to the cart on a phone. */
export function bar(voice, cart, decided) {
  if (!decided) return [];
  return [
    h("span", {}, `${voice.say("cart")} · ${voice.count("items", cart.size)}`),
    h("span", {}, `${voice.count("points", decided.decision.wallets[0]?.earned ?? 0)} · `, h("strong", {}, voice.amount(decided.decision.totals.due))),
  ];
}

/** What an order brought, as the server recorded it. */
export function receipt(dialog, voice, decision, done) {
  const issued = done.answer.lines.filter((line) => line.reward_issued).map((line) => line.reward_issued.reward);
  dialog.replaceChildren(
    h("h2", { id: "receipt-title" }, voice.say("thanks")),
    h("p", {}, voice.say("receipt", { id: done.answer.key, total: voice.amount(decision.totals.due) })),
    h("p", { class: "brought" }, voice.say("receipt_earned", { brings: brings(voice, decision) })),
    ...issued.map((id) => h("p", { class: "brought" }, voice.say("receipt_reward", { reward: voice.named("names", id) }))),
    h("button", { class: "order", type: "button", onclick: () => dialog.close() }, voice.say("close")));
  dialog.showModal();
}
