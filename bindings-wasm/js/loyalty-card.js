// <loyalty-card>: shows the public view of an account. One file that imports nothing and needs no wasm.

const SVG = "http://www.w3.org/2000/svg";

/** What the card says, by language. `{…}` stands for a value. */
const TEXTS = {
  en: {
    points: { one: "point", other: "points" },
    worth: "worth {amount}",
    pending: "{points} on the way",
    coming: "+{points} with this cart",
    stamps: "{count} of {target} stamps",
    stamps_coming: "{count} of {target} stamps, {more} more with this cart",
    stamps_filled: "{count} of {target} stamps; this cart fills the card",
    card_reward: "The full card brings: {reward}",
    to_next: "{amount} more to {tier}",
    top: "The highest tier",
    progress: "{ladder}: progress",
    visits: "{count} visits",
    items: "{count} items",
    ready: "Ready to use",
    until: "through {date}",
    affordable: "For your points",
    lapse: "{points} lapse after {date}, {when}",
    paused: "This account is paused.",
  },
  fi: {
    points: { one: "piste", other: "pistettä" },
    worth: "arvo {amount}",
    pending: "{points} tulossa",
    coming: "+{points} tästä ostoskorista",
    stamps: "{count}/{target} leimaa",
    stamps_coming: "{count}/{target} leimaa, {more} lisää tästä ostoskorista",
    stamps_filled: "{count}/{target} leimaa; tämä ostoskori täyttää kortin",
    card_reward: "Täydestä kortista saat: {reward}",
    to_next: "{amount} tasoon {tier}",
    top: "Ylin taso",
    progress: "{ladder}: edistyminen",
    visits: "{count} käyntiä",
    items: "{count} tuotetta",
    ready: "Käytettävissä",
    until: "{date} asti",
    affordable: "Pisteilläsi",
    lapse: "{points} vanhenee {date} jälkeen, {when}",
    paused: "Tili on keskeytetty.",
  },
};

const STYLE = `
:host {
  --_accent: var(--loyalty-card-accent, #8a3b1e);
  --_ink: var(--loyalty-card-ink, #2a211c);
  --_muted: var(--loyalty-card-muted, #66594f);
  --_paper: var(--loyalty-card-paper, #fffdf9);
  --_line: var(--loyalty-card-line, #e4dacd);
  display: block;
  container-type: inline-size;
  color: var(--_ink);
  font: var(--loyalty-card-font, inherit);
}
:host([hidden]) { display: none; }
section {
  display: grid;
  gap: 1.1rem;
  padding: 1.25rem;
  background: var(--_paper);
  border: 1px solid var(--_line);
  border-radius: var(--loyalty-card-radius, 14px);
}
h2, h3, p, ul { margin: 0; padding: 0; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1rem; }
h2 { font-size: 1.05rem; font-weight: 650; }
h3 { font-size: 0.875rem; font-weight: 600; }
.tier { color: var(--_accent); font-size: 0.875rem; font-weight: 600; }
.points { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.5rem; }
.number { font-size: 2.25rem; line-height: 1.1; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.muted { color: var(--_muted); font-size: 0.875rem; }
.coming { color: var(--_accent); font-size: 0.875rem; font-weight: 600; }
.block { display: grid; gap: 0.4rem; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-size: 0.875rem; }
.stamps { display: flex; flex-wrap: wrap; gap: 0.4rem; }
.stamps svg { width: 1.75rem; height: 1.75rem; }
.stamps circle { fill: none; stroke: var(--_line); stroke-width: 2; }
.stamps path { fill: none; stroke: none; }
.stamps .filled circle { fill: var(--_accent); stroke: var(--_accent); }
.stamps .filled path { stroke: var(--_paper); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.stamps .more circle { stroke: var(--_accent); stroke-dasharray: 3.2 3.1; }
.stamps .more path { stroke: var(--_accent); stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.track { height: 0.5rem; border-radius: 1rem; background: var(--_line); overflow: hidden; }
.bar { height: 100%; width: 0; border-radius: inherit; background: var(--_accent); }
ul { list-style: none; display: grid; gap: 0.2rem; font-size: 0.9375rem; }
li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
@media (prefers-reduced-motion: no-preference) {
  .bar { transition: width 0.35s ease; }
  .stamps .filled, .stamps .more { animation: stamp 0.25s ease-out; }
  @keyframes stamp { from { transform: scale(0.8); opacity: 0.4; } }
}
@media (forced-colors: active) {
  .stamps circle { stroke: CanvasText; }
  .stamps .filled circle { fill: Highlight; stroke: Highlight; }
  .bar { background: Highlight; }
}
`;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function make(tag, { part, className, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (part) element.setAttribute("part", part);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

function stamp(state) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 28");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("part", state === "empty" ? "stamp" : `stamp stamp-${state}`);
  svg.setAttribute("class", state);
  const circle = document.createElementNS(SVG, "circle");
  for (const [name, value] of [["cx", 14], ["cy", 14], ["r", 12]]) circle.setAttribute(name, value);
  const tick = document.createElementNS(SVG, "path");
  tick.setAttribute("d", state === "more" ? "M14 9.5v9M9.5 14h9" : "M9 14.4l3.5 3.4L19 10.8");
  svg.append(circle, tick);
  return svg;
}

/** A deadline's day: for a day that begins, the one before, which is the last that counts. */
function lastDay(deadline) {
  if (deadline.length > 10) return new Date(`${deadline.slice(0, 10)}T00:00:00Z`);
  return new Date(Date.parse(`${deadline}T00:00:00Z`) - 86_400_000);
}

/** Whether a deadline is past at a moment: by the day of its civil time, or by the instant. */
function isPast(deadline, now) {
  return deadline.length > 10 ? Date.parse(deadline) <= Date.parse(now) : deadline <= now.slice(0, 10);
}

export class LoyaltyCard extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ["view", "now", "lang"];

  #view = null;
  #now = null;
  #decision = null;
  #texts = {};
  #names = {};
  #sheet;
  #due = false;

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this.#sheet = new CSSStyleSheet();
    this.#sheet.replaceSync(STYLE);
    this.shadowRoot.adoptedStyleSheets = [this.#sheet];
  }

  connectedCallback() {
    // What a page set before this module was there.
    for (const name of ["view", "now", "decision", "texts", "names"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    this.#render();
  }

  attributeChangedCallback(name, _, value) {
    if (name === "view") this.#view = read(value);
    if (name === "now") this.#now = value;
    this.#later();
  }

  /** `account.publicView(scheme, now)`, or its JSON. */
  get view() {
    return this.#view;
  }

  set view(view) {
    this.#view = typeof view === "string" ? read(view) : view;
    this.#later();
  }

  /** The server's moment: what has lapsed by then is not shown. The view's own when it is not given. */
  get now() {
    return this.#now ?? this.#view?.at ?? null;
  }

  set now(now) {
    this.#now = now;
    this.#later();
  }

  /** A decision on a cart: what it would add is shown beside what there is. */
  get decision() {
    return this.#decision;
  }

  set decision(decision) {
    this.#decision = decision;
    this.#later();
  }

  /** Texts in place of the card's own, by their names. */
  get texts() {
    return this.#texts;
  }

  set texts(texts) {
    this.#texts = texts ?? {};
    this.#later();
  }

  /** Names in place of the scheme's, by id: those of its rewards, cards, ladders and tiers. */
  get names() {
    return this.#names;
  }

  set names(names) {
    this.#names = names ?? {};
    this.#later();
  }

  get #language() {
    return this.closest("[lang]")?.lang || "en";
  }

  /** Several changes at once are shown once. */
  #later() {
    if (this.#due || !this.isConnected) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.#render();
    });
  }

  #render() {
    if (!this.#view) {
      this.shadowRoot.replaceChildren(document.createElement("slot"));
      return;
    }
    const page = new Page(this.#view, this.now, this.#decision, this.#language, this.#texts, this.#names);
    this.shadowRoot.replaceChildren(page.whole());
    for (const bar of this.shadowRoot.querySelectorAll(".bar")) bar.style.width = `${bar.dataset.share}%`;
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

class Page {
  constructor(view, now, decision, language, texts, names) {
    Object.assign(this, { view, now, decision, language, names });
    this.texts = { ...(TEXTS[language.split("-")[0]] ?? TEXTS.en), ...texts };
    this.plural = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(language);
    this.amounts = new Intl.NumberFormat(language, { style: "currency", currency: view.currency });
  }

  say(name, values = {}) {
    return fill(this.texts[name], values);
  }

  name({ id, name }) {
    return this.names[id] ?? name;
  }

  /** A day, with its year unless that is this one. */
  day(date) {
    const year = date.getUTCFullYear() === Number(this.now.slice(0, 4)) ? undefined : "numeric";
    return new Intl.DateTimeFormat(this.language, { day: "numeric", month: "long", year, timeZone: "UTC" }).format(date);
  }

  points(wallet, points) {
    const own = this.language.startsWith("en") ? wallet.unit : undefined;
    const units = own ?? this.texts.points;
    return [this.numbers.format(points), units[this.plural.select(points)] ?? units.other];
  }

  whole() {
    const { view } = this;
    const tiers = view.ladders.filter((ladder) => ladder.tier).map((ladder) => this.name(ladder.tier));
    const header = make("header", { part: "header" },
      make("h2", { part: "name" }, this.name(view.scheme)),
      tiers.length > 0 && view.status === "active" ? make("span", { part: "tier", className: "tier" }, tiers.join(" · ")) : null,
    );
    return make("section", { part: "card", "aria-label": this.name(view.scheme) },
      header,
      view.status === "active" ? null : make("p", { part: "status", className: "muted" }, this.say("paused")),
      ...view.wallets.map((wallet) => this.wallet(wallet)),
      ...view.cards.filter((card) => !card.expiry || !isPast(card.expiry, this.now)).map((card) => this.card(card)),
      ...view.ladders.map((ladder) => this.ladder(ladder)),
      this.rewards(),
      this.affordable(),
    );
  }

  wallet(wallet) {
    const coming = this.decision?.wallets.find((one) => one.wallet === wallet.id)?.earned ?? "0";
    const [number, unit] = this.points(wallet, wallet.available);
    const next = wallet.expiries.find((one) => !isPast(one.at, this.now));
    return make("div", { className: "block", part: "wallet" },
      make("p", { className: "points", part: "points" }, make("span", { className: "number", part: "number" }, number), make("span", {}, unit),
        wallet.worth ? make("span", { className: "muted", part: "worth" }, this.say("worth", { amount: this.amounts.format(wallet.worth) })) : null),
      Number(coming) > 0
        ? make("p", { className: "coming", part: "coming" }, this.say("coming", { points: this.points(wallet, coming).join(" ") })) : null,
      Number(wallet.pending) > 0
        ? make("p", { className: "muted", part: "pending" }, this.say("pending", { points: this.points(wallet, wallet.pending).join(" ") })) : null,
      next ? make("p", { className: "muted", part: "expiry" }, this.lapse(wallet, next)) : null,
    );
  }

  lapse(wallet, { at, points }) {
    const last = lastDay(at);
    const days = Math.round((last - Date.parse(`${this.now.slice(0, 10)}T00:00:00Z`)) / 86_400_000);
    const relative = new Intl.RelativeTimeFormat(this.language, { numeric: "auto" });
    const when = days < 60 ? relative.format(days, "day") : relative.format(Math.round(days / 30.44), "month");
    return this.say("lapse", { points: this.points(wallet, points).join(" "), date: this.day(last), when });
  }

  card(card) {
    const coming = this.decision?.cards.find((one) => one.card === card.id);
    const more = Math.min(Math.max(coming?.stamps ?? 0, 0), card.target - card.stamps);
    const values = { count: card.stamps, target: card.target, more };
    const kind = more === 0 ? "stamps" : coming.completed > 0 ? "stamps_filled" : "stamps_coming";
    const label = this.say(kind, values);
    const row = make("div", { className: "stamps", part: "stamps", role: "img", "aria-label": label });
    // A card of very many stamps is told in words alone.
    for (let place = 0; place < card.target && card.target <= 30; place += 1) {
      row.append(stamp(place < card.stamps ? "filled" : place < card.stamps + more ? "more" : "empty"));
    }
    const rewards = card.rewards.map((one) => this.name(one)).join(", ");
    return make("div", { className: "block", part: "stamp-card" },
      make("div", { className: "row" }, make("h3", {}, this.name(card)), make("span", { className: "muted", "aria-hidden": "true" }, this.say("stamps", values))),
      row,
      rewards ? make("p", { className: "muted" }, this.say("card_reward", { reward: rewards })) : null,
    );
  }

  ladder(ladder) {
    const amount = (value) => {
      if (ladder.measure === "amount") return this.amounts.format(value);
      if (ladder.measure === "points") return this.points({}, value).join(" ");
      return this.say(ladder.measure, { count: this.numbers.format(value) });
    };
    const label = ladder.next ? this.say("to_next", { amount: amount(ladder.to_next), tier: this.name(ladder.next) }) : this.say("top");
    const whole = ladder.next ? Number(ladder.value) + Number(ladder.to_next) : 1;
    const share = ladder.next ? Math.floor((100 * Number(ladder.value)) / (whole || 1)) : 100;
    const bar = make("div", { className: "bar", part: "bar", "data-share": share });
    return make("div", { className: "block", part: "ladder" },
      make("div", { className: "row" }, make("h3", {}, this.name(ladder)), make("span", { className: "muted" }, label)),
      make("div", {
        className: "track", part: "track", role: "progressbar", "aria-label": this.say("progress", { ladder: this.name(ladder) }),
        "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": share, "aria-valuetext": label,
      }, bar),
    );
  }

  rewards() {
    const ready = this.view.rewards.filter((one) => !one.expiry || !isPast(one.expiry, this.now));
    if (ready.length === 0) return null;
    const items = ready.map((one) => make("li", { part: "reward" },
      make("span", {}, one.count > 1 ? `${one.count} × ${this.name(one)}` : this.name(one)),
      one.expiry ? make("span", { className: "muted" }, this.say("until", { date: this.day(lastDay(one.expiry)) })) : null));
    return make("div", { className: "block", part: "rewards" }, make("h3", {}, this.say("ready")), make("ul", {}, ...items));
  }

  affordable() {
    const { affordable, wallets } = this.view;
    if (affordable.length === 0) return null;
    const items = affordable.map((one) => make("li", { part: "reward" },
      make("span", {}, this.name(one)),
      make("span", { className: "muted" }, this.points(wallets.find((wallet) => wallet.id === one.wallet) ?? {}, one.cost).join(" "))));
    return make("div", { className: "block", part: "affordable" }, make("h3", {}, this.say("affordable")), make("ul", {}, ...items));
  }
}

if (globalThis.customElements && !customElements.get("loyalty-card")) customElements.define("loyalty-card", LoyaltyCard);
