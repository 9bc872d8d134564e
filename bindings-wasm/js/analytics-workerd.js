// The entry of the analytics for runtimes that compile a module when they deploy it, and none later.

import module from "./analytics_bg.wasm";
import * as glue from "./analytics_glue.js";
import { analytics } from "./instance.js";

analytics.start(glue, module);

export * from "./analytics.js";
