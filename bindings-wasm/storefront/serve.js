// Starts the example server and the page, for start.js and for the tests.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));

/** What the member `demo` has bought before: a filled card and a half, and points. */
const EARLIER = [
  { id: "earlier-1", lines: [{ sku: "espresso", quantity: 8 }, { sku: "latte", quantity: 5 }] },
  { id: "earlier-2", lines: [{ sku: "bag-of-beans", quantity: 4 }] },
  { id: "earlier-3", lines: [{ sku: "pour-over", quantity: 1 }, { sku: "mug", quantity: 1 }] },
];

/** The example server on a port that is free, with its ledgers in memory. */
async function shopServer(binary) {
  const child = spawn(binary, ["0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((_, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the example server ended with ${code}`)));
  });
  ended.catch(() => {});
  const line = new Promise((done) => createInterface(child.stdout).once("line", done));
  const address = (await Promise.race([line, ended])).split(" ").at(-1);
  return { address, stop: () => child.kill() };
}

/** What `demo` has bought before, for a member. */
export async function buyEarlier(address, member) {
  for (const order of EARLIER) {
    const answer = await fetch(`${address}/members/${member}/purchases`, { method: "POST", body: JSON.stringify(order) });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/** Server and page: where they are, and how to end them. */
export async function serve(binary, port = 0) {
  const shop = await shopServer(binary);
  try {
    process.env.SHOP_SERVER = shop.address;
    await buyEarlier(shop.address, "demo");
    await build({ root, logLevel: "warn" });
    const page = await preview({ root, logLevel: "warn", preview: { port } });
    const { port: found } = page.httpServer.address();
    const stop = async () => {
      await page.close();
      shop.stop();
    };
    return { page: `http://127.0.0.1:${found}/`, shop: shop.address, stop };
  } catch (error) {
    shop.stop();
    throw error;
  }
}
