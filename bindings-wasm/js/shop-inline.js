// The entry of the shop module that works at once: its bytes are in the module.

import * as glue from "./shop_glue.js";
import { decoded, shop } from "./instance.js";
import text from "./shop_bytes.js";

shop.start(glue, new WebAssembly.Module(decoded(text)));

export * from "./shop.js";
