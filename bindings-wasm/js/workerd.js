// The entry of runtimes that compile a module when they deploy it, and none later.

import module from "./loyalty_bg.wasm";
import { start } from "./engine.js";

start(module);

export * from "./api.js";
