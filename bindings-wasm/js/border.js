// JavaScript's values become the core's documents: JSON text, which the core's own reader checks.
//
// Every property is read once. Which fields hold points or moments stands in the table below, so that
// a whole number or a Date can stand for their text; all other fields cross as they are.

import { bad, LoyaltyError } from "./errors.js";

const DEPTH_MAX = 32;
const VALUES_MAX = 1 << 18;

const NUMBER = "number";
const MOMENT = "moment";
const list = (shape) => ({ list: shape });

const POINTS = { points: NUMBER };
const PURCHASE = {
  lines: list({ tax: NUMBER }),
  shipping: list({ tax: NUMBER }),
  pay_points: list(POINTS),
  occurred_at: MOMENT,
};

export const PLAIN = {};
export { PURCHASE };
export const ORDER = { at: MOMENT, cancelled_at: MOMENT, purchase: PURCHASE, returns: list({ at: MOMENT }) };
export const TRANSFER = POINTS;
export const ACTS = {
  record: { purchase: PURCHASE },
  event: { occurred_at: MOMENT },
  redeem: { on: { points: POINTS } },
  adjust: { change: { points: POINTS } },
  hold: { points: list(POINTS), until: MOMENT },
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

/** A text that has UTF-8: without half a pair of surrogates. */
export function well(value, path, what = "a text") {
  if (typeof value !== "string") throw bad("input.type", path, named(value), what);
  if (/\p{Surrogate}/u.test(value)) {
    throw bad("input.text", path, "half a pair of surrogates", "text that Unicode has");
  }
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
  return above === null || Object.getPrototypeOf(above) === null;
}

class Walk {
  constructor(zone) {
    this.zone = zone;
    this.count = 0;
  }

  text(value, kind, path, depth) {
    this.count += 1;
    if (this.count > VALUES_MAX) {
      throw bad("read.too_large", path, `more than ${VALUES_MAX} values`, "fewer");
    }
    switch (typeof value) {
      case "string":
        return JSON.stringify(well(value, path));
      case "boolean":
        return value ? "true" : "false";
      case "number":
      case "bigint":
        return this.number(value, kind, path);
      case "object":
        break;
      default:
        throw bad("input.type", path, named(value), "a value that JSON has");
    }
    if (value === null) return "null";
    if (depth > DEPTH_MAX) {
      throw bad("read.too_deep", path, `more than ${DEPTH_MAX} levels`, "fewer");
    }
    if (Array.isArray(value)) return this.list(value, kind?.list, path, depth);
    if (isDate(value) && kind === MOMENT) return JSON.stringify(dated(value, this.zone, path));
    if (!isPlain(value)) throw bad("input.type", path, named(value), "a plain object");
    return this.object(value, kind, path, depth);
  }

  number(value, kind, path) {
    const whole = typeof value === "bigint" ? value : Number.isSafeInteger(value) && BigInt(value);
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    if (whole === false || whole > most || whole < -most) {
      const allowed = 'a whole number within 2^53 - 1; amounts, points and rates also as text: "4.50"';
      throw bad("input.number", path, `the number ${String(value)}`, allowed);
    }
    return kind === NUMBER ? `"${whole}"` : `${whole}`;
  }

  list(value, kind, path, depth) {
    const items = [];
    const count = value.length;
    for (let place = 0; place < count; place += 1) {
      items.push(this.text(value[place], kind, `${path}/${place}`, depth + 1));
    }
    return `[${items.join(",")}]`;
  }

  object(value, kind, path, depth) {
    const fields = [];
    for (const name of Object.keys(value)) {
      const item = value[name];
      if (item === undefined) continue;
      const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const known = kind && Object.hasOwn(kind, name) ? kind[name] : undefined;
      fields.push(`${JSON.stringify(well(name, at))}:${this.text(item, known, at, depth + 1)}`);
    }
    return `{${fields.join(",")}}`;
  }
}

/** A document as JSON: of an object, or as it is when it is JSON already. */
export function json(value, shape, zone, what) {
  if (typeof value === "string") return well(value, "");
  if (typeof value !== "object" || value === null) {
    throw bad("input.type", "", named(value), `${what} as an object, or as its JSON text`);
  }
  try {
    return new Walk(zone).text(value, shape, "", 0);
  } catch (error) {
    if (error instanceof LoyaltyError) throw error;
    throw bad("input.unreadable", "", `${what} that throws when it is read`, "plain values", error);
  }
}
