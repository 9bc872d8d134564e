// The entry of Node: the bytes of the engine are in the file beside this one.

import { readFileSync } from "node:fs";
import { start } from "./instance.js";
import * as glue from "./loyalty_glue.js";

start(glue, new WebAssembly.Module(readFileSync(new URL("./loyalty_bg.wasm", import.meta.url))));

export * from "./api.js";
