// The instance of what surrounds the engine in a shop.

import * as glue from "./shop_glue.js";
import { Instance } from "./instance.js";

export const shop = new Instance(glue, "loyalty-core/shop/slim");
