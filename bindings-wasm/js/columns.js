// Columns: typed arrays that are handed over, checked, and the columns of an answer.

import { bad, named, well } from "./border.js";

const DAY_MS = 86_400_000;

/** A day as a number since 1970-01-01: of such a number, or of a text such as "2026-11-21". */
export function day(value, path) {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
  if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const ms = Date.parse(`${value}T00:00:00Z`);
    if (dateOf(ms / DAY_MS) === value) return ms / DAY_MS;
  }
  const found = typeof value === "string" ? `the text ${value}` : named(value);
  throw bad("input.day", path, found, 'days since 1970-01-01, or a text such as "2026-11-21"');
}

/** The text of a day. */
export function dateOf(days) {
  const date = new Date(days * DAY_MS);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** A field of an object. */
export function field(value, name, path) {
  try {
    return value[name];
  } catch (error) {
    throw bad("input.unreadable", `${path}/${name}`, "a field that throws when it is read", "plain values", error);
  }
}

/** The fields of an object, none of them unknown. */
export function fields(value, known, path = "") {
  if (typeof value !== "object" || value === null) throw bad("input.type", path, named(value), "an object");
  const taken = {};
  for (const name of Object.keys(value)) {
    const one = field(value, name, path);
    if (one == null) continue;
    if (!known.includes(name)) throw bad("input.field", `${path}/${name}`, "an unknown field", known.join(", "));
    taken[name] = one;
  }
  return taken;
}

export function count(value, path, least = 0) {
  if (Number.isInteger(value) && value >= least && value < 2 ** 32) return value;
  throw bad("input.number", path, named(value), `a whole number from ${least}`);
}

export function number(value, path) {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw bad("input.number", path, named(value), "a finite number");
}

export function array(value, types, path) {
  if (types.some((type) => value instanceof type)) return value;
  throw bad("input.type", path, named(value), types.map((type) => type.name).join(" or "));
}

/** Whole numbers of 64 bits, of themselves or of a Float64Array of safe integers. */
export function minor(value, path) {
  if (array(value, [BigInt64Array, Float64Array], path) instanceof BigInt64Array) return value;
  const wide = new BigInt64Array(value.length);
  const halves = new Int32Array(wide.buffer);
  for (let row = 0; row < value.length; row += 1) {
    const one = value[row];
    if (!Number.isSafeInteger(one)) {
      throw bad("input.number", `${path}/${row}`, `the number ${one}`, "minor units: a whole number within 2^53 - 1");
    }
    halves[2 * row] = one;
    halves[2 * row + 1] = Math.floor(one / 2 ** 32);
  }
  return wide;
}

const NONE = 2 ** 32 - 1;

/** Numbers of 64 bits without a sign; the largest of 32 bits stands for the largest. */
export function orders(value, path) {
  if (array(value, [BigUint64Array, Uint32Array], path) instanceof BigUint64Array) return value;
  const halves = new Uint32Array(2 * value.length);
  for (let row = 0; row < value.length; row += 1) {
    halves[2 * row] = value[row];
    if (value[row] === NONE) halves[2 * row + 1] = NONE;
  }
  return new BigUint64Array(halves.buffer);
}

/** Texts by their code points, as their UTF-8 is ordered. */
function byCodePoint(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (a === b) continue;
    // Halves of surrogates stand for what comes after all other units.
    const [high, low] = [a >= 0xd800 && a < 0xe000, b >= 0xd800 && b < 0xe000];
    return high === low ? a - b : high ? 1 : -1;
  }
  return one.length - other.length;
}

/** The numbers of customers, from 0 in the order of their keys, and the keys. */
export function numbered(column, path) {
  if (Array.isArray(column)) {
    for (const [row, key] of column.entries()) well(key, `${path}/${row}`, "a text");
    const keys = [...new Set(column)].sort(byCodePoint);
    const places = new Map(keys.map((key, place) => [key, place]));
    return { keys, customer: Uint32Array.from(column, (key) => places.get(key)) };
  }
  array(column, [Uint32Array, BigInt64Array], path);
  if (column instanceof BigInt64Array) {
    const keys = BigInt64Array.from(new Set(column)).sort();
    const places = new Map(Array.from(keys, (key, place) => [key, place]));
    const customer = new Uint32Array(column.length);
    for (let row = 0; row < column.length; row += 1) customer[row] = places.get(column[row]);
    return { keys, customer };
  }
  const sorted = column.slice().sort();
  let size = 0;
  for (let row = 0; row < sorted.length; row += 1) {
    if (row === 0 || sorted[row] !== sorted[row - 1]) sorted[size++] = sorted[row];
  }
  const keys = sorted.slice(0, size);
  const customer = new Uint32Array(column.length);
  for (let row = 0; row < column.length; row += 1) {
    let [low, high] = [0, size - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle] < column[row]) low = middle + 1;
      else high = middle;
    }
    customer[row] = low;
  }
  return { keys, customer };
}

const TYPES = { u8: Uint8Array, u32: Uint32Array, i32: Int32Array, i64: BigInt64Array, f64: Float64Array };
const padded = (at) => Math.ceil(at / 8) * 8;

/** An answer: its fields, and its columns over the bytes that came. */
export function table(bytes) {
  const { buffer } = bytes;
  const length = new DataView(buffer).getUint32(0, true);
  const { columns, ...said } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = padded(4 + length);
  for (const [name, type, size] of columns) {
    const one = new TYPES[type](buffer, at, size);
    said[name] = one;
    at = padded(at + one.byteLength);
  }
  return said;
}
