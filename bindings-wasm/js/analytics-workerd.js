// The entry of the analytics for runtimes that compile a module when they deploy it, and none later.

import module from "./analytics_bg.wasm";
import { analytics } from "./analytics-instance.js";
import * as glue from "./analytics_glue.js";

analytics.start(glue, module);

export * from "./analytics.js";
