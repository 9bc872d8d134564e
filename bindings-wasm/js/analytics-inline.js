// The entry of the analytics that works at once: their bytes are in the module.

import { analytics } from "./analytics-instance.js";
import * as glue from "./analytics_glue.js";
import text from "./analytics_bytes.js";
import { decoded } from "./bytes.js";

analytics.start(glue, new WebAssembly.Module(decoded(text)));

export * from "./analytics.js";
