// The entry of pages that quote and show: an engine without acts and logs, which it fetches. await init() first.

import { compiled, start } from "./instance.js";
import * as glue from "./quote_glue.js";

export * from "./api.js";

export async function init(source = new URL("./quote_bg.wasm", import.meta.url)) {
  start(glue, await compiled(source));
}

export function initSync(module) {
  start(glue, module);
}
