// The entry that fetches the shop module: await init() before anything else.

import * as glue from "./shop_glue.js";
import { compiled, shop } from "./instance.js";

export * from "./shop.js";

export async function init(source = new URL("./shop_bg.wasm", import.meta.url)) {
  shop.start(glue, await compiled(source));
}

export function initSync(module) {
  shop.start(glue, module);
}
