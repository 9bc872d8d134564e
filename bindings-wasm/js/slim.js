// The entry that fetches the engine: await init() before anything else.

import { compiled, start } from "./instance.js";
import * as glue from "./loyalty_glue.js";

export * from "./api.js";

export async function init(source = new URL("./loyalty_bg.wasm", import.meta.url)) {
  start(glue, await compiled(source));
}

export function initSync(module) {
  start(glue, module);
}
