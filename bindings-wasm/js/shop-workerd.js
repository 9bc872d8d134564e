// The entry of the shop module for runtimes that compile a module when they deploy it, and none later.

import module from "./shop_bg.wasm";
import * as glue from "./shop_glue.js";
import { shop } from "./instance.js";

shop.start(glue, module);

export * from "./shop.js";
