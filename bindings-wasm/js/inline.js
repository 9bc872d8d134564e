// The entry that works at once: the engine's bytes are in the module.

import { decoded } from "./bytes.js";
import { start } from "./engine.js";
import * as glue from "./loyalty_glue.js";
import text from "./loyalty_bytes.js";

start(glue, new WebAssembly.Module(decoded(text)));

export * from "./api.js";
