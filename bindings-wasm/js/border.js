// JavaScript's values become the core's documents: JSON text, which the core's own reader checks.
//
// Every property is read once. Which fields hold points or moments stands in the table below, so that
// a whole number or a Date can stand for their text; all other fields cross as they are.

export class LoyaltyError extends Error {
  constructor(said, cause) {
    super(said.message, cause === undefined ? undefined : { cause });
    this.code = said.code;
    this.path = said.path ?? null;
    if (said.found !== undefined) this.found = said.found;
    if (said.allowed !== undefined) this.allowed = said.allowed;
    if (said.problems !== undefined) this.problems = said.problems;
    if (said.row !== undefined) this.row = said.row;
    if (said.whole_groups !== undefined) this.wholeGroups = said.whole_groups;
  }
}
Object.defineProperty(LoyaltyError.prototype, "name", { value: "LoyaltyError" });

/** A value that was handed over and cannot be used. */
export function bad(code, path, found, allowed, cause) {
  const place = path === "" ? "" : `at ${path}: `;
  const message = `${place}found ${found}, allowed ${allowed}`;
  return new LoyaltyError({ code, path, message, found, allowed }, cause);
}

const DEPTH_MAX = 32;
const VALUES_MAX = 1 << 18;

const NUMBER = "number";
const MOMENT = "moment";
const list = (shape) => ({ __proto__: null, list: shape });

// Without a prototype, so that no name of a field is found there.
const POINTS = { __proto__: null, points: NUMBER };
const TAX = { __proto__: null, tax: NUMBER };
const PURCHASE = {
  __proto__: null,
  lines: list(TAX),
  shipping: list(TAX),
  pay_points: list(POINTS),
  occurred_at: MOMENT,
};

export const PLAIN = { __proto__: null };
export { PURCHASE };
const BACK = { __proto__: null, at: MOMENT };
export const ORDER = { __proto__: null, at: MOMENT, cancelled_at: MOMENT, purchase: PURCHASE, returns: list(BACK) };
export const TRANSFER = POINTS;
export const ACTS = {
  __proto__: null,
  record: { __proto__: null, purchase: PURCHASE },
  event: { __proto__: null, occurred_at: MOMENT },
  redeem: { __proto__: null, on: { __proto__: null, points: POINTS } },
  adjust: { __proto__: null, change: { __proto__: null, points: POINTS } },
  hold: { __proto__: null, points: list(POINTS), until: MOMENT },
};

const offsets = new Map();

function clock(zone) {
  let found = offsets.get(zone);
  if (found === undefined) {
    try {
      found = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "iso8601",
        numberingSystem: "latn",
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch (error) {
      throw bad("input.zone", "", `the zone ${zone}`, "a zone that Intl has data for", error);
    }
    offsets.set(zone, found);
  }
  return found;
}

// Since 1972 offsets change at quarters of an hour only, so within one the last answer holds.
const QUARTER = 900_000;
let last = { zone: "", quarter: 0, offset: 0 };

/** A Date as an instant in milliseconds, with the offset that a zone has then. */
export function instant(date, zone, path) {
  const ms = date.getTime();
  if (!(ms >= -2208988800000 && ms <= 32503593600000)) {
    throw bad("time.range", path, "a Date outside the years 1900 to 2999", "a Date within them");
  }
  // The first use of Intl takes 25 ms.
  if (zone === "UTC" || zone === "Etc/UTC") return [ms, 0];
  const quarter = Math.floor(ms / QUARTER);
  if (last.quarter === quarter && last.zone === zone && ms >= 63072000000) return [ms, last.offset];
  const part = {};
  for (const { type, value } of clock(zone).formatToParts(date)) part[type] = Number(value);
  const civil = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  last = { zone, quarter, offset: civil - Math.floor(ms / 1000) * 1000 };
  return [ms, last.offset];
}

/** A Date as a moment: the instant with the civil time of a zone. */
function dated(date, zone, path) {
  const [ms, offset] = instant(date, zone, path);
  const size = Math.abs(offset) / 1000;
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  // Before 1972 some offsets have seconds.
  if (parts[2] === 0) parts.pop();
  const shown = parts.map((number) => String(number).padStart(2, "0")).join(":");
  const wall = new Date(ms + offset).toISOString().slice(0, -1);
  return `${wall}${offset < 0 ? "-" : "+"}${shown}`;
}

export function isDate(value) {
  return Object.prototype.toString.call(value) === "[object Date]";
}

/** A moment: a Date, or its text with an offset. */
export function moment(value, zone, path) {
  if (typeof value === "string") return well(value, path);
  if (isDate(value)) return dated(value, zone, path);
  throw bad("input.type", path, named(value), 'a Date, or a text such as "2026-11-21T12:00:00+02:00"');
}

/** Whether a text has half a pair of surrogates. */
const broken = String.prototype.isWellFormed
  ? (text) => !text.isWellFormed()
  : (text) => /\p{Surrogate}/u.test(text);

/** A text that has UTF-8: without half a pair of surrogates. */
export function well(value, path, what = "a text") {
  if (typeof value !== "string") throw bad("input.type", path, named(value), what);
  if (broken(value)) throw bad("input.text", path, "half a pair of surrogates", "text that Unicode has");
  return value;
}

export function named(value) {
  if (value === null) return "null";
  if (typeof value !== "object" && typeof value !== "function") {
    return typeof value === "string" ? "a text" : `${typeof value} ${String(value)}`;
  }
  return `a value of type ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

function isPlain(value) {
  const above = Object.getPrototypeOf(value);
  return above === Object.prototype || above === null || Object.getPrototypeOf(above) === null;
}

// What cannot stand in JSON as it is, or needs a closer look. Of a short text, a loop is faster than the expression.
const SPECIAL = /[\0-\x1f"\\\ud800-\udfff]/;
const SHORT = 48;

function isSpecial(text) {
  if (text.length > SHORT) return SPECIAL.test(text);
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000)) return true;
  }
  return false;
}

// Names of fields as they are written: documents have few.
const NAMES_MAX = 1000;
const names = new Map();

/** One walk that checks and writes. Places are put together only where something is wrong. */
class Walk {
  constructor(zone) {
    this.zone = zone;
    this.count = 0;
    /** The names and places that lead to what is written. */
    this.steps = [];
  }

  path(depth) {
    const steps = this.steps.slice(0, depth).map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
    return steps.map((step) => `/${step}`).join("");
  }

  text(text, depth) {
    return isSpecial(text) ? JSON.stringify(well(text, this.path(depth))) : `"${text}"`;
  }

  value(value, kind, depth) {
    this.count += 1;
    if (this.count > VALUES_MAX) {
      throw bad("read.too_large", this.path(depth), `more than ${VALUES_MAX} values`, "fewer");
    }
    switch (typeof value) {
      case "string":
        return this.text(value, depth);
      case "boolean":
        return value ? "true" : "false";
      case "number":
      case "bigint":
        return this.number(value, kind, depth);
      case "object":
        break;
      default:
        throw bad("input.type", this.path(depth), named(value), "a value that JSON has");
    }
    if (value === null) return "null";
    if (depth > DEPTH_MAX) {
      throw bad("read.too_deep", this.path(depth), `more than ${DEPTH_MAX} levels`, "fewer");
    }
    if (Array.isArray(value)) return this.list(value, kind?.list, depth);
    if (kind === MOMENT && isDate(value)) return `"${dated(value, this.zone, this.path(depth))}"`;
    if (!isPlain(value)) throw bad("input.type", this.path(depth), named(value), "a plain object");
    return this.object(value, kind, depth);
  }

  number(value, kind, depth) {
    const most = Number.MAX_SAFE_INTEGER;
    if (typeof value === "bigint" ? value > most || value < -most : !Number.isSafeInteger(value)) {
      const allowed = 'a whole number within 2^53 - 1; amounts, points and rates also as text: "4.50"';
      throw bad("input.number", this.path(depth), `the number ${String(value)}`, allowed);
    }
    return kind === NUMBER ? `"${value}"` : `${value}`;
  }

  list(value, kind, depth) {
    let text = "[";
    const count = value.length;
    for (let place = 0; place < count; place += 1) {
      this.steps[depth] = place;
      text += (place === 0 ? "" : ",") + this.value(value[place], kind, depth + 1);
    }
    return `${text}]`;
  }

  object(value, kind, depth) {
    let text = "{";
    for (const name of Object.keys(value)) {
      const item = value[name];
      if (item === undefined) continue;
      this.steps[depth] = name;
      const known = kind === undefined ? undefined : kind[name];
      text += (text === "{" ? "" : ",") + this.name(name, depth) + this.value(item, known, depth + 1);
    }
    return `${text}}`;
  }

  name(name, depth) {
    let written = names.get(name);
    if (written === undefined) {
      written = `${this.text(name, depth + 1)}:`;
      if (names.size < NAMES_MAX) names.set(name, written);
    }
    return written;
  }
}

/** A document as JSON: of an object, or as it is when it is JSON already. */
export function json(value, shape, zone, what) {
  if (typeof value === "string") return well(value, "");
  if (typeof value !== "object" || value === null) {
    throw bad("input.type", "", named(value), `${what} as an object, or as its JSON text`);
  }
  try {
    return new Walk(zone).value(value, shape, 0);
  } catch (error) {
    if (error instanceof LoyaltyError) throw error;
    throw bad("input.unreadable", "", `${what} that throws when it is read`, "plain values", error);
  }
}
