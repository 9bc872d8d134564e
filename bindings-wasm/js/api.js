// What users see: schemes, accounts, groups and decisions over the engine's texts.

import { ACTS, LoyaltyError, PLAIN, PURCHASE, TRANSFER, bad, instant, isDate, json, moment, named, well } from "./border.js";
import { Handle, call } from "./instance.js";

export { LoyaltyError };

// What only this module may do with an object: its constructor's first value.
const MADE = Symbol("made");

// After so many groups an account keeps its snapshot to be built from, and no longer the groups.
const GROUPS_KEPT = 32;

function of(value, type, path) {
  if (value instanceof type) return value;
  throw bad("input.type", path, value === null ? "null" : typeof value, `a ${type.name} of this package`);
}

export class Scheme {
  #document;
  #handle;

  constructor(document) {
    const [number, digest, text] = call(
      "scheme_new",
      json(document, PLAIN, "Etc/UTC", "a scheme document"),
    ).split("\n");
    const read = JSON.parse(text);
    this.#document = text;
    this.#handle = new Handle(
      this,
      () => Number(call("scheme_new", text).split("\n", 1)[0]),
      "scheme_free",
    );
    this.#handle.set(Number(number));
    this.id = read.id;
    this.name = read.name;
    this.version = read.version ?? null;
    this.currency = read.currency;
    this.timeZone = read.time_zone;
    this.digest = digest;
    Object.freeze(this);
  }

  get json() {
    return this.#document;
  }

  toJSON() {
    return JSON.parse(this.#document);
  }

  quote(account, purchase, now, options = {}) {
    const { explain = true, facts, pool } = options;
    const asked = {
      scheme: this,
      account: of(account, Account, "/account"),
      purchase: json(purchase, PURCHASE, this.timeZone, "a purchase"),
      facts: this.#facts(facts),
      at: moment(now, this.timeZone, "/now"),
      pool: pool ?? null,
    };
    return new Decision(MADE, asked, Scheme.#quoted(asked, Boolean(explain), "json"));
  }

  basket(purchase, options = {}) {
    const text = json(purchase, PURCHASE, this.timeZone, "a purchase");
    const make = () => Number(call("basket_new", this.#handle.number, text));
    return new Basket(MADE, this, text, make, this.#facts(options.facts), options.pool ?? null);
  }

  static #quoted(asked, explain, form) {
    const { scheme, account, purchase, facts, at, pool } = asked;
    const [one, other, shared] = [scheme.#handle.number, Account._(account), Account._(pool)];
    return call("quote", one, other, purchase, facts, at, explain, shared, form);
  }

  static _(asked, explain, form) {
    return Scheme.#quoted(asked, explain, form);
  }

  #facts(facts) {
    return facts == null ? undefined : json(facts, PLAIN, this.timeZone, "facts");
  }

  verify(account, purchase, claimed, options = {}) {
    const text = claimed instanceof Decision ? claimed.canonical() : well(claimed, "/claimed");
    const asked = {
      scheme: this,
      account: of(account, Account, "/account"),
      purchase: json(purchase, PURCHASE, this.timeZone, "a purchase"),
      facts: this.#facts(options.facts),
      pool: options.pool ?? null,
    };
    const pool = Account._(asked.pool);
    const [number, other] = [this.#handle.number, Account._(account)];
    const made = call("verify", number, other, asked.purchase, asked.facts, text, pool);
    asked.at = JSON.parse(made).at;
    return new Decision(MADE, asked, made);
  }

  whyNot(account, purchase, rule, now, options = {}) {
    const text = json(purchase, PURCHASE, this.timeZone, "a purchase");
    const facts = this.#facts(options.facts);
    const at = moment(now, this.timeZone, "/now");
    const [number, other] = [this.#handle.number, Account._(of(account, Account, "/account"))];
    const pool = Account._(options.pool ?? null);
    const said = call("why_not", number, other, text, facts, at, well(rule, "/rule"), pool);
    return said === "" ? null : JSON.parse(said);
  }

  standing(account, now) {
    const at = moment(now, this.timeZone, "/now");
    const number = this.#handle.number;
    return new Standing(MADE, call("standing", number, Account._(of(account, Account, "/account")), at));
  }

  perform(account, act, now, options = {}) {
    const text = json(act, ACTS, this.timeZone, "an act");
    const at = moment(now, this.timeZone, "/now");
    const earlier = Array.from(options.earlier ?? [], (one) => of(one, Scheme, "/earlier").#handle.number);
    const number = this.#handle.number;
    const other = Account._(of(account, Account, "/account"));
    const pool = Account._(options.pool ?? null);
    const said = call("perform", number, Uint32Array.from(earlier), other, text, at, pool);
    return new Posted(MADE, account, said.split("\n"));
  }

  record(account, purchase, now, options = {}) {
    const { facts, expected_head, expected_decision, ...rest } = options;
    const whole = typeof purchase === "string" ? JSON.parse(well(purchase, "")) : purchase;
    const record = { purchase: whole, facts: facts ?? undefined, expected_head, expected_decision };
    return this.perform(account, { record }, now, rest);
  }

  transfer(from, to, act, now) {
    return this.#pair("transfer", from, to, act, TRANSFER, now);
  }

  merge(survivor, other, act, now) {
    return this.#pair("merge", survivor, other, act, PLAIN, now);
  }

  #pair(name, one, other, act, shape, now) {
    const text = json(act, shape, this.timeZone, "an act");
    const at = moment(now, this.timeZone, "/now");
    const number = this.#handle.number;
    const first = Account._(of(one, Account, "/account"));
    const second = Account._(of(other, Account, "/other"));
    const said = call(name, number, first, second, text, at).split("\n");
    return [new Posted(MADE, one, said.slice(0, 6)), new Posted(MADE, other, said.slice(6))];
  }

  free() {
    this.#handle.free();
  }
}

// The other acts: their names in JavaScript, and in documents.
for (const [method, kind] of [
  ["event", "event"],
  ["fulfil", "fulfil"],
  ["enrol", "enrol"],
  ["redeem", "redeem"],
  ["refund", "refund"],
  ["cancel", "cancel"],
  ["adjust", "adjust"],
  ["grant", "grant"],
  ["reinstate", "reinstate"],
  ["assignTier", "assign_tier"],
  ["suspend", "suspend"],
  ["resume", "resume"],
  ["close", "close"],
  ["hold", "hold"],
  ["capture", "capture"],
  ["release", "release"],
  ["due", "due"],
]) {
  const perform = {
    [method](account, act, now, options) {
      return this.perform(account, { [kind]: act }, now, options);
    },
  };
  Object.defineProperty(Scheme.prototype, method, { value: perform[method], writable: true, configurable: true });
}

/** Builds an account in the instance: its number, and what is shown of it. */
function built({ from, before, line }) {
  const lines = [];
  let base = { from, before, line };
  while (base.before) {
    lines.push(base.line);
    base = base.before;
  }
  let said = call(...base.from).split("\n");
  for (const next of lines.reverse()) {
    const after = call("account_apply", Number(said[0]), next).split("\n");
    call("account_free", Number(said[0]));
    said = after;
  }
  return said;
}

export class Account {
  #recipe;
  #handle;

  constructor(member, recipe, said) {
    if (member !== MADE) {
      recipe = { from: ["account_new", well(member, "/member")], depth: 0 };
      said = call(...recipe.from).split("\n");
    }
    const shown = JSON.parse(said[1]);
    if (recipe.depth >= GROUPS_KEPT) {
      recipe = { from: ["account_restore", call("account_snapshot", Number(said[0]))], depth: 0 };
    }
    this.#recipe = recipe;
    this.#handle = new Handle(this, () => Number(built(recipe)[0]), "account_free");
    this.#handle.set(Number(said[0]));
    this.member = shown.member;
    this.seq = shown.seq;
    this.hash = shown.hash;
    this.at = shown.at ?? null;
    this.status = shown.status;
    this.purchaseCount = shown.purchase_count;
    Object.freeze(this);
  }

  static #made(...from) {
    return new Account(MADE, { from, depth: 0 }, call(...from).split("\n"));
  }

  static replay(member, groups) {
    return Account.#made("account_replay", well(member, "/member"), log(groups));
  }

  static restore(snapshot) {
    return Account.#made("account_restore", well(snapshot, "/snapshot", "a snapshot as text"));
  }

  /** The number of an account in the instance; 0 for none. For this module. */
  static _(account) {
    return account === null ? 0 : of(account, Account, "/pool").#handle.number;
  }

  /** The account after a group, which lives in the instance already. For this module. */
  static _after(account, line, said) {
    const before = account.#recipe;
    return new Account(MADE, { before, line, depth: before.depth + 1 }, said);
  }

  apply(group) {
    const line = group instanceof Group ? group.json : well(group, "/group", "a Group, or its line of JSON");
    const said = call("account_apply", this.#handle.number, line).split("\n");
    return Account._after(this, line, said);
  }

  snapshot() {
    return call("account_snapshot", this.#handle.number);
  }

  audit() {
    return call("account_audit", this.#handle.number);
  }

  standing(scheme, now) {
    return of(scheme, Scheme, "/scheme").standing(this, now);
  }

  publicView(scheme, now) {
    return publicView(of(scheme, Scheme, "/scheme").toJSON(), scheme.standing(this, now));
  }

  free() {
    this.#handle.free();
  }
}

const LAPSES_MAX = 3;
const MEASURES = { spend: "amount", points_earned: "points", balance: "points", visits: "visits", items: "items" };

function byId(list = []) {
  const found = new Map(list.map((one) => [one.id, one]));
  return (id) => found.get(id) ?? { id };
}

const titled = ({ id, name }) => ({ id, name: name || id });

// A field that is not known is left out.
const told = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** What a page may show of a standing: names from the scheme, no member, no ledger. */
function publicView(document, standing) {
  const [wallet, card, ladder] = [document.wallets, document.cards, document.ladders].map(byId);
  const reward = byId(document.rewards);
  const ready = new Map();
  for (const { reward: id, expiry } of standing.rewards) {
    const same = `${id} ${expiry ?? ""}`;
    const one = ready.get(same) ?? told({ ...titled(reward(id)), count: 0, expiry });
    ready.set(same, { ...one, count: one.count + 1 });
  }
  return {
    scheme: titled(document),
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
      ...titled(card(id)),
      stamps,
      target,
      rewards: (card(id).rewards ?? []).map((one) => titled(reward(one))),
      expiry,
    })),
    ladders: standing.ladders.map(({ ladder: id, tier, value, next, to_next }) => {
      const whole = ladder(id);
      const tiers = byId(whole.tiers);
      return told({
        ...titled(whole),
        measure: MEASURES[Object.keys(whole.metric ?? {})[0]],
        tier: tier && titled(tiers(tier)),
        value,
        next: next && titled(tiers(next)),
        to_next,
      });
    }),
    rewards: [...ready.values()],
    affordable: standing.affordable.map(({ reward: id, cost }) => ({
      ...titled(reward(id)),
      cost,
      wallet: reward(id).cost?.wallet ?? document.wallets[0].id,
    })),
  };
}

function log(groups) {
  if (typeof groups === "string") return well(groups, "/groups");
  const line = (group, place) =>
    group instanceof Group ? group.json : well(group, `/groups/${place}`, "a Group, or its line of JSON");
  return Array.from(groups, line).join("\n");
}

export function verifyGroups(groups) {
  return Number(call("verify_groups", log(groups)));
}

export class Group {
  #line;
  #answer;

  constructor(line) {
    const [text, answer] = call("group_read", well(line, "/group", "a group's line of JSON")).split("\n");
    const read = JSON.parse(text);
    this.#line = text;
    this.#answer = answer;
    this.seq = read.seq;
    this.act = read.act;
    this.key = read.key;
    this.at = read.at;
    this.hash = read.hash;
    this.scheme = read.scheme ?? null;
    this.entries = read.entries;
    Object.freeze(this);
  }

  get json() {
    return this.#line;
  }

  get answer() {
    return JSON.parse(this.#answer);
  }

  toJSON() {
    return JSON.parse(this.#line);
  }
}

export class Posted {
  constructor(key, before, [outcome, seq, number, shown, line, pool]) {
    if (key !== MADE) throw new TypeError("a Posted comes from an act");
    this.repeated = outcome === "repeated";
    this.seq = Number(seq);
    this.account = this.repeated ? before : Account._after(before, line, [number, shown]);
    this.group = this.repeated ? null : new Group(line);
    this.pool = pool ? new Group(pool) : null;
    Object.freeze(this);
  }

  get answer() {
    return this.group && this.group.answer;
  }
}

/** Objects with the fields of a JSON text, which they keep. */
class Told {
  #text;

  constructor(key, text) {
    if (key !== MADE) throw new TypeError("this comes from the engine");
    this.#text = text;
    Object.assign(this, JSON.parse(text));
  }

  get json() {
    return this.#text;
  }
}

export class Standing extends Told {
  constructor(key, text) {
    super(key, text);
    Object.freeze(this);
  }
}

export class Decision extends Told {
  #asked;

  constructor(key, asked, text) {
    super(key, text);
    this.#asked = asked;
    Object.freeze(this);
  }

  canonical() {
    return Scheme._(this.#asked, false, "canonical");
  }

  outputsDigest() {
    return Scheme._(this.#asked, false, "outputs_digest");
  }

  toUcp(options = {}) {
    return JSON.parse(Scheme._(this.#asked, true, options.provisional ? "ucp_provisional" : "ucp"));
  }
}

const QUANTITY_MAX = 2 ** 32 - 1;

export class Basket {
  #purchase;
  #quantities;
  #zone;
  #facts;
  #pool;
  #handle;
  #wallets;
  #cards;

  constructor(key, scheme, text, make, facts, pool) {
    if (key !== MADE) throw new TypeError("a Basket comes from a scheme");
    const document = scheme.toJSON();
    this.scheme = scheme;
    this.#purchase = JSON.parse(text);
    const quantities = this.#purchase.lines.map(({ quantity }) => quantity ?? 1);
    this.#quantities = quantities;
    this.#zone = scheme.timeZone;
    this.#facts = facts;
    this.#pool = pool;
    this.#wallets = (document.wallets ?? []).map(({ id }) => id);
    this.#cards = (document.cards ?? []).map(({ id }) => id);
    const build = () => {
      const number = make();
      for (const [line, quantity] of quantities.entries()) call("basket_set", number, line, quantity);
      return number;
    };
    this.#handle = new Handle(this, build, "basket_free");
    this.#handle.set(build());
    Object.freeze(this);
  }

  set(line, quantity) {
    if (!(Number.isInteger(line) && line >= 0 && line < this.#quantities.length)) {
      throw bad("input.number", "/line", `the number ${String(line)}`, `the place of a line, 0 to ${this.#quantities.length - 1}`);
    }
    if (!(Number.isInteger(quantity) && quantity >= 0 && quantity <= QUANTITY_MAX)) {
      throw bad("input.number", "/quantity", `the number ${String(quantity)}`, "a whole number from 0");
    }
    call("basket_set", this.#handle.number, line, quantity);
    this.#quantities[line] = quantity;
    return this;
  }

  numbers(account, now) {
    if (!isDate(now)) throw bad("input.type", "/now", named(now), "a Date");
    const [ms, offset] = instant(now, this.#zone, "/now");
    const other = Account._(of(account, Account, "/account"));
    const said = call("basket_numbers", this.#handle.number, other, this.#facts, ms, offset, Account._(this.#pool));
    let place = 9;
    const wallets = this.#wallets.map((wallet) => ({ wallet, earned: said[place++], spent: said[place++] }));
    const cards = this.#cards.map((card) => ({
      card,
      stamps: said[place++],
      completed: said[place++],
      on_card: said[place++],
      target: said[place++],
    }));
    const [list, discount, goods, shipping, tax, total, points_tender, gift_card, due] = said;
    const totals = { list, discount, goods, shipping, tax, total, points_tender, gift_card, due };
    return { totals, wallets, cards, refused: said[place] };
  }

  purchase() {
    const quantities = this.#quantities;
    const lines = this.#purchase.lines.map((line, place) => ({ ...line, quantity: quantities[place] }));
    return { ...this.#purchase, lines: lines.filter(({ quantity }) => quantity > 0) };
  }

  quote(account, now, { explain = true } = {}) {
    const facts = this.#facts && JSON.parse(this.#facts);
    return this.scheme.quote(account, this.purchase(), now, { explain, facts, pool: this.#pool });
  }

  free() {
    this.#handle.free();
  }
}

for (const type of [Scheme, Account, Basket]) {
  if (Symbol.dispose) {
    Object.defineProperty(type.prototype, Symbol.dispose, { value: type.prototype.free, writable: true, configurable: true });
  }
}

export function version() {
  return call("version");
}
