// The entry that works at once: the engine's bytes are in the module.

import { decoded, start } from "./instance.js";
import * as glue from "./loyalty_glue.js";
import text from "./loyalty_bytes.js";

start(glue, new WebAssembly.Module(decoded(text)));

export * from "./api.js";
