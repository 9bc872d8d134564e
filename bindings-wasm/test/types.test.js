// The declared types, against the compiler and everything that the vectors hand in and get back.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import * as api from "./package.js";
import * as analytics from "loyalty-core/analytics";
import * as shop from "loyalty-core/shop";
import { root, text } from "./package.js";
import { run } from "./vectors.js";

const tools = process.env.LOYALTY_NPM_TOOLS ?? new URL("../tools/node_modules", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "loyalty-core-types-"));
after(() => rmSync(folder, { recursive: true }));

before(() => {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(new URL("bindings-wasm", root).pathname, join(folder, "node_modules/loyalty-core"));
  cpSync(new URL("types/use.ts", import.meta.url), join(folder, "use.ts"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
});

function compiled(file, ...more) {
  const compiler = join(tools, "typescript/bin/tsc");
  const settings = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const target = ["--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--types", ""];
  const done = spawnSync(process.execPath, [compiler, ...settings, ...target, ...more, file], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
}

test("strict code compiles for Node and for bundlers", () => {
  compiled("use.ts", "--module", "nodenext", "--moduleResolution", "nodenext");
  compiled("use.ts", "--module", "esnext", "--moduleResolution", "bundler");
});

test("everything in the vectors has its type", () => {
  const lines = [
    'import type { Act, Answer, DecisionData, Facts, PlainAct, Purchase, SchemeDocument, StandingData, TransferAct } from "loyalty-core";',
  ];
  let count = 0;
  const put = (value, type) => {
    lines.push(`(${JSON.stringify(value)}) satisfies ${type};`);
    count += 1;
  };
  const types = { scheme: "SchemeDocument", quote: "Purchase", act: "Act", transfer: "TransferAct", merge: "PlainAct", facts: "Facts" };
  for (const name of readdirSync(new URL("vectors/", root)).filter((name) => name.endsWith(".json"))) {
    for (const one of JSON.parse(text(`vectors/${name}`)).cases) {
      if (one.id === "errors") continue;
      put(one.scheme, types.scheme);
      const { steps } = run(one);
      for (const [place, step] of one.steps.entries()) {
        const { said } = steps[place];
        if (!said.error?.code.startsWith("read.")) {
          for (const [field, type] of Object.entries(types)) if (step[field]) put(step[field], type);
        }
        if (said.decision) put(said.decision, "DecisionData");
        if (said.answer) put(said.answer, "Answer");
        if (said.standing) put(said.standing, "StandingData");
      }
    }
  }
  assert.ok(count > 400, `${count} values`);
  writeFileSync(join(folder, "vectors.ts"), lines.join("\n"));
  compiled("vectors.ts", "--module", "nodenext", "--moduleResolution", "nodenext");
});

for (const [file, there] of Object.entries({ "api.d.ts": api, "analytics.d.ts": analytics, "shop.d.ts": shop })) {
  test(`everything that ${file} declares is there`, () => declaredIsThere(text(`bindings-wasm/js/${file}`), there));
}

function declaredIsThere(declared, api) {
  const names = [...declared.matchAll(/^export (?:class|function) (\w+)/gm)].map((found) => found[1]);
  assert.deepEqual(names.filter((name) => typeof api[name] !== "function"), []);
  for (const [, name, body] of declared.matchAll(/^export class (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    const methods = [...body.matchAll(/^ {2}(?:get )?(\w+)\(/gm)].map((found) => found[1]);
    const statics = [...body.matchAll(/^ {2}static (\w+)\(/gm)].map((found) => found[1]);
    for (const method of methods.filter((method) => method !== "constructor")) {
      assert.ok(method in api[name].prototype, `${name}.${method}`);
    }
    for (const method of statics) assert.equal(typeof api[name][method], "function", `${name}.${method}`);
    const known = new Set([...methods, "constructor", "name"]);
    const there = Object.getOwnPropertyNames(api[name].prototype);
    assert.deepEqual(there.filter((method) => !known.has(method)), [], `${name} has more than is declared`);
  }
}
