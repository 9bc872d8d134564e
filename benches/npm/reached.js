// How small a file could get: which functions the twelve rules reach, and the file with these alone.
//
//   node benches/npm/reached.js            a table in Markdown
//
// Every function of a copy of the file sets a mark when it is called. In another copy those without one are empty.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import * as api from "../../bindings-wasm/dist/api.js";
import { CART, NOW, SCHEME, member } from "./cart.js";
import { Reader, leb, section, started } from "./wasm.js";

const EMPTY = Uint8Array.of(0, 0, 0x0b); // no locals, unreachable

/** A copy of a file whose parts are what `change` makes of them. */
function copied(bytes, change) {
  const module = new Reader(bytes);
  const parts = [module.take(8)];
  while (module.at < bytes.length) {
    const [id, length] = [module.take(1)[0], module.leb()];
    const body = module.take(length);
    parts.push(section(id, change(id, body) ?? body));
  }
  return Buffer.concat(parts);
}

/** A list whose count has grown, with more items at its end. */
function longer(body, more) {
  const items = new Reader(body);
  const count = items.leb();
  return [count, Buffer.concat([Buffer.from(leb(count + more.length)), body.subarray(items.at), ...more])];
}

/** The code, each function made anew. */
function code(body, made) {
  const items = new Reader(body);
  const count = items.leb();
  const parts = [Buffer.from(leb(count))];
  for (let place = 0; place < count; place += 1) {
    const of = made(items.take(items.leb()), place);
    parts.push(Buffer.from(leb(of.length)), Buffer.from(of));
  }
  return Buffer.concat(parts);
}

/** The file in which every function sets a mark of its own, which it exports as `reached-` and its place. */
function marked(bytes, functions) {
  const places = Array.from({ length: functions }, (_, place) => place);
  let first = 0;
  return copied(bytes, (id, body) => {
    if (id === 6) {
      // Variables of 32 bits that begin at 0.
      const [count, all] = longer(body, places.map(() => Buffer.from([0x7f, 1, 0x41, 0, 0x0b])));
      first = count;
      return all;
    }
    if (id === 7) {
      const names = places.map((place) => [Buffer.from(`reached-${place}`), leb(first + place)]);
      return longer(body, names.map(([name, global]) => Buffer.from([...leb(name.length), ...name, 3, ...global])))[1];
    }
    if (id !== 10) return undefined;
    return code(body, (of, place) => {
      const at = new Reader(of);
      for (let left = at.leb(); left > 0; left -= 1) at.skip(2);
      // i32.const 1; global.set n
      const mark = [0x41, 1, 0x24, ...leb(first + place)];
      return Buffer.concat([of.subarray(0, at.at), Buffer.from(mark), of.subarray(at.at)]);
    });
  });
}

async function measured(name, run) {
  const bytes = readFileSync(new URL(`../../bindings-wasm/dist/${name}_bg.wasm`, import.meta.url));
  let functions = 0;
  copied(bytes, (id, body) => {
    if (id === 10) functions = new Reader(body).leb();
  });
  const glue = await import(`../../bindings-wasm/dist/${name}_glue.js`);
  const instance = started(glue, new WebAssembly.Module(marked(bytes, functions)));
  run();
  const reached = (place) => instance.exports[`reached-${place}`].value === 1;
  let count = 0;
  const least = copied(bytes, (id, body) => {
    if (id !== 10) return undefined;
    return code(body, (of, place) => {
      count += reached(place) ? 1 : 0;
      return reached(place) ? of : EMPTY;
    });
  });
  // As scripts/npm.sh does.
  const zipped = (of) => execFileSync("gzip", ["-9c"], { input: of, maxBuffer: of.length * 2 }).length;
  const shown = [functions, zipped(bytes), count, least.length, zipped(least)].map((number) => number.toLocaleString("en-US"));
  console.log(`| \`${name}_bg.wasm\` | ${shown.join(" | ")} |`);
}

const [what, snapshot] = process.argv.slice(2);
if (what === "loyalty") {
  // A record, a tier set by hand, a decision, what a page shows.
  await measured("loyalty", () => {
    const { scheme, account } = member(api);
    scheme.quote(account, CART, NOW);
    account.standing(scheme, NOW);
    account.publicView(scheme, NOW);
  });
} else if (what === "quote") {
  // From the document, the snapshot and the cart to one decision.
  await measured("quote", () => new api.Scheme(SCHEME).quote(api.Account.restore(snapshot), CART, NOW));
} else if (what === "snapshot") {
  const node = await import("../../bindings-wasm/dist/node.js");
  process.stdout.write(member(node).account.snapshot());
} else {
  const run = (...values) => execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...values], { encoding: "utf8" });
  console.log("| file | functions | gzipped | functions reached | bytes with these alone | gzipped |\n|---|---:|---:|---:|---:|---:|");
  process.stdout.write(run("quote", run("snapshot")) + run("loyalty"));
}
