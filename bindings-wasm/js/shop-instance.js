// The instance of what surrounds the engine in a shop.

import { Instance } from "./instance.js";

export const shop = new Instance("loyalty-core/shop/slim");
