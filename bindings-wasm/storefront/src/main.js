// The page: one cart, one decision on it, and everything shown from the two.

import "loyalty-core/loyalty-card";
import { Cart } from "./cart.js";
import { replace } from "./dom.js";
import { bar, brings, cartPanel, languages, products, receipt } from "./page.js";
import { Shop } from "./shop.js";
import { LANGUAGES, Voice } from "./texts.js";

const place = (id) => document.getElementById(id);
const asked = new URLSearchParams(location.search);

const state = {
  language: chosen(asked.get("lang") ?? navigator.language.slice(0, 2)),
  cart: new Cart(),
  shop: null,
  voice: null,
  view: null,
  decided: null,
  notice: null,
  placing: false,
};

function chosen(language) {
  return Object.hasOwn(LANGUAGES, language) ? language : "en";
}

/** Changes the cart, decides and shows anew. */
async function change(how = () => {}, notice = null) {
  how(state.cart);
  state.cart.keep();
  state.notice = notice;
  await decide();
  show();
}

let asking = 0;

async function decide() {
  asking += 1;
  const mine = asking;
  const decided = state.cart.size > 0 ? await state.shop.decide(state.cart) : null;
  // An answer that took longer than the next question is not shown.
  if (mine === asking) state.decided = decided;
}

async function order() {
  const shown = state.decided;
  state.placing = true;
  show();
  try {
    await decide();
    if (state.decided.digest !== shown.digest) throw Object.assign(new Error(), { code: "decision.conflict", again: true });
    const done = await state.shop.place(state.cart, state.decided.proof);
    const { decision } = state.decided;
    state.cart.clear();
    state.cart.keep();
    await refresh();
    receipt(place("receipt"), state.voice, decision, done);
  } catch (refusal) {
    state.notice = refusal;
    if (refusal.again) await refresh();
  } finally {
    state.placing = false;
    show();
  }
}

/** The account as the server has it, and what follows from it. */
async function refresh() {
  await state.shop.reload();
  state.view = state.shop.view();
  await decide();
}

function speak(language) {
  state.language = chosen(language);
  state.voice = new Voice(state.language, state.shop.currency);
  document.documentElement.lang = state.language;
  document.title = state.voice.say("title");
  place("skip").textContent = state.voice.say("skip");
  place("lead").textContent = state.voice.say("lead");
  place("club-title").textContent = state.voice.say("your_card");
  place("languages").setAttribute("aria-label", state.voice.say("language"));
  replace(place("languages"), languages(state.language, (next) => (speak(next), show())));
}

function show() {
  const { voice, cart, shop, view, decided } = state;
  const act = { change, order };
  replace(place("products"), products(voice, shop, cart, act));
  replace(place("cart"), cartPanel(voice, state, act));
  replace(place("bar"), bar(voice, cart, decided));
  place("bar").hidden = cart.size === 0;
  const card = place("card");
  card.view = view;
  card.now = view?.at ?? null;
  card.decision = decided?.decision ?? null;
  card.names = voice.texts.names;
  card.lang = voice.locale;
  if (!view) card.textContent = voice.say("card_missing");
  const live = decided ? summary(voice, cart, decided.decision) : voice.say("empty");
  if (place("live").textContent !== live) place("live").textContent = live;
}

function summary(voice, cart, decision) {
  return voice.say("summary", {
    items: voice.count("items", cart.size),
    total: voice.amount(decision.totals.due),
    brings: brings(voice, decision),
  });
}

try {
  state.shop = await Shop.open(asked.get("member") ?? "demo");
  state.view = state.shop.view();
  // What the shop no longer sells is not in the cart.
  for (const sku of state.cart.units.keys()) if (!state.shop.articles.has(sku)) state.cart.set(sku, 0);
  speak(state.language);
  await change();
  document.body.dataset.ready = "1";
} catch (problem) {
  const { problems } = LANGUAGES[state.language];
  place("products").textContent = problems[problem.code] ?? problems.network;
  throw problem;
}
