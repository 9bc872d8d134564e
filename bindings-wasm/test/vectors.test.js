// Every case of vectors/ in JavaScript: the answers, and the bytes. vectors/README.md has the format.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { root, text } from "./package.js";
import { differences, run } from "./vectors.js";

const files = readdirSync(new URL("vectors/", root)).filter((name) => name.endsWith(".json")).sort();
const documents = files.map((name) => JSON.parse(text(`vectors/${name}`)));
const cases = documents.flatMap((document) => document.cases);
const digests = new Map(
  text("vectors/digests.txt").trim().split("\n").map((line) => line.split(" ")),
);

test("the files are of a format that is known", () => {
  for (const document of documents) {
    assert.equal(document.format, 1);
    assert.deepEqual(
      Object.keys(document).filter((key) => !["format", "title", "source", "cases"].includes(key)),
      [],
    );
  }
});

for (const one of cases) {
  test(one.id, () => {
    const { written, steps } = run(one);
    for (const [place, { expect, said }] of steps.entries()) {
      assert.ok(!said.error || expect.error, `step ${place}: ${JSON.stringify(said.error)}`);
      assert.deepEqual(differences(expect, said, `step ${place}`), []);
    }
    // The bytes of every decision, group, standing and error code are those of Rust.
    const digest = createHash("sha256").update(written.map((line) => `${line}\n`).join(""));
    assert.equal(digest.digest("hex"), digests.get(one.id));
  });
}

test("every case ran", () => {
  assert.ok(cases.length >= 74, `${cases.length} cases`);
  assert.deepEqual(cases.map((one) => one.id).sort(), [...digests.keys()].sort());
});
