// The entry of the shop module that works at once: its bytes are in the module.

import { shop } from "./shop-instance.js";
import * as glue from "./shop_glue.js";
import text from "./shop_bytes.js";
import { decoded } from "./bytes.js";

shop.start(glue, new WebAssembly.Module(decoded(text)));

export * from "./shop.js";
