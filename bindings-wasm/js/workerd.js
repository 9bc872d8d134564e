// The entry of runtimes that compile a module when they deploy it, and none later.

import module from "./loyalty_bg.wasm";
import { start } from "./instance.js";
import * as glue from "./loyalty_glue.js";

start(glue, module);

export * from "./api.js";
