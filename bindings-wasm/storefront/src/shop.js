// The shop's server, and the engine in this page that decides as the server does.

const ROOT = "/api";
const UNDECIDED = new Set(["decision.head_moved", "decision.conflict", "shop.decision_old"]);

export class Refusal extends Error {
  constructor({ code = "other", message = "" }) {
    super(message);
    this.code = code;
    /** Whether the order may be sent again once it has been decided anew. */
    this.again = UNDECIDED.has(code);
  }
}

async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(ROOT + path, body && { method: "POST", body: JSON.stringify(body) });
  } catch {
    throw new Refusal({ code: "network" });
  }
  const said = await answer.json().catch(() => ({ code: "network" }));
  if (!answer.ok) throw new Refusal(said);
  return said;
}

/** The engine, or nothing where wasm is missing: the page then asks the server. */
async function engine() {
  try {
    const loyalty = await import("loyalty-core/quote");
    await loyalty.init();
    return loyalty;
  } catch {
    return null;
  }
}

export class Shop {
  #engine;
  #scheme = null;
  #account = null;
  #clock = { server: 0, here: 0 };

  static async open(member) {
    const [front, loyalty] = await Promise.all([ask("/shop"), engine()]);
    const shop = new Shop(member, front, loyalty);
    await shop.reload();
    return shop;
  }

  constructor(member, front, loyalty) {
    this.member = member;
    this.articles = new Map(front.articles.map((article) => [article.sku, article]));
    this.delivery = front.delivery;
    this.#engine = loyalty;
    this.#scheme = loyalty && new loyalty.Scheme(front.scheme);
    this.currency = JSON.parse(front.scheme).currency;
  }

  /** Takes the account as the server has it now. */
  async reload() {
    const { now, snapshot } = await ask(`/members/${this.member}/account`);
    this.#clock = { server: Date.parse(now), here: performance.now() };
    if (this.#engine) this.#account = this.#engine.Account.restore(snapshot);
  }

  /** The server's time, carried on by this page's own count of milliseconds. */
  get now() {
    return new Date(this.#clock.server + Math.floor(performance.now() - this.#clock.here));
  }

  /** The public view of the account; nothing without the engine. */
  view() {
    return this.#account && this.#account.publicView(this.#scheme, this.now);
  }

  /** What a cart brings: the decision, what the account would be after it, and what the order hands over. */
  async decide(cart) {
    const order = cart.order();
    if (!this.#engine) {
      const { decision, digest } = await ask(`/members/${this.member}/quote`, order);
      return { decision, after: null, digest, proof: { expected_decision: digest } };
    }
    const purchase = cart.purchase(this);
    const decision = this.#scheme.quote(this.#account, purchase, this.now);
    return {
      decision,
      after: this.#after(purchase),
      digest: decision.outputsDigest(),
      proof: { decision: decision.canonical() },
    };
  }

  #after(purchase) {
    try {
      return this.#scheme.record(this.#account, purchase, this.now).account.publicView(this.#scheme, this.now);
    } catch {
      return null; // a claim that is refused: there is nothing after it
    }
  }

  /** Places the order as it was decided. */
  place(cart, proof) {
    return ask(`/members/${this.member}/purchases`, { ...cart.order(), ...proof });
  }
}
