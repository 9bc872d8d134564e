// The entry that fetches the analytics: await init() before anything else.

import * as glue from "./analytics_glue.js";
import { analytics, compiled } from "./instance.js";

export * from "./analytics.js";

export async function init(source = new URL("./analytics_bg.wasm", import.meta.url)) {
  analytics.start(glue, await compiled(source));
}

export function initSync(module) {
  analytics.start(glue, module);
}
