// The entry of the analytics that works at once: their bytes are in the module.

import * as glue from "./analytics_glue.js";
import { analytics, decoded } from "./instance.js";
import text from "./analytics_bytes.js";

analytics.start(glue, new WebAssembly.Module(decoded(text)));

export * from "./analytics.js";
