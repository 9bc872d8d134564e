// The entry of Node: the bytes of the shop module are in the file beside this one.

import { readFileSync } from "node:fs";
import { shop } from "./instance.js";
import * as glue from "./shop_glue.js";

shop.start(glue, new WebAssembly.Module(readFileSync(new URL("./shop_bg.wasm", import.meta.url))));

export * from "./shop.js";
