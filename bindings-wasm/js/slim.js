// The entry that fetches the engine: await init() before anything else.

import { start } from "./engine.js";

export * from "./api.js";

async function compiled(source) {
  const found = await source;
  if (found instanceof WebAssembly.Module) return found;
  if (ArrayBuffer.isView(found) || found instanceof ArrayBuffer) return WebAssembly.compile(found);
  const answer = found instanceof Response ? found : await fetch(found);
  if (!answer.ok) throw new Error(`the engine could not be fetched: ${answer.status} ${answer.url}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}

export async function init(source = new URL("./loyalty_bg.wasm", import.meta.url)) {
  start(await compiled(source));
}

export function initSync(module) {
  start(module);
}
