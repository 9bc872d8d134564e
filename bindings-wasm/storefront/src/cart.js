// The cart: what the member wants. It knows no price and no rule.

const KEPT = "corner-cafe-cart";
const UNITS_MAX = 99;

const identity = () => `order-${Date.now().toString(36)}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`;

export class Cart {
  constructor() {
    this.clear();
    try {
      const { units, delivery, code } = JSON.parse(localStorage.getItem(KEPT));
      this.units = new Map(units);
      this.delivery = delivery;
      this.code = code;
    } catch {
      // nothing was kept, or it cannot be read
    }
  }

  clear() {
    this.id = identity();
    this.units = new Map();
    this.delivery = false;
    this.code = "";
    this.claims = new Set();
    this.payPoints = null;
  }

  keep() {
    const { delivery, code } = this;
    localStorage.setItem(KEPT, JSON.stringify({ units: [...this.units], delivery, code }));
  }

  get size() {
    return [...this.units.values()].reduce((sum, count) => sum + count, 0);
  }

  set(sku, count) {
    if (count <= 0) this.units.delete(sku);
    else this.units.set(sku, Math.min(count, UNITS_MAX));
  }

  #wishes() {
    return {
      codes: this.code ? [this.code] : [],
      claims: [...this.claims].map((reward) => ({ reward })),
      pay_points: this.payPoints ? [{ wallet: this.payPoints }] : [],
    };
  }

  /** What the server is told: no price, no total. */
  order() {
    const lines = [...this.units].map(([sku, quantity]) => ({ sku, quantity }));
    return { id: this.id, lines, delivery: this.delivery, ...this.#wishes() };
  }

  /** The same at the shop's prices, for the engine in this page. */
  purchase({ articles, currency, delivery }) {
    const lines = [...this.units].map(([sku, quantity]) => {
      const { price, category } = articles.get(sku);
      return { sku, categories: [category], price, quantity };
    });
    const shipping = this.delivery ? [{ method: "delivery", amount: delivery }] : [];
    return { id: this.id, currency, lines, shipping, ...this.#wishes() };
  }
}
