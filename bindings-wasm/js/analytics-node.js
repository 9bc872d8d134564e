// The entry of Node: the bytes of the analytics are in the file beside this one.

import { readFileSync } from "node:fs";
import { analytics } from "./instance.js";
import * as glue from "./analytics_glue.js";

analytics.start(glue, new WebAssembly.Module(readFileSync(new URL("./analytics_bg.wasm", import.meta.url))));

export * from "./analytics.js";
