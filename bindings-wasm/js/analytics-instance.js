// The instance of the analytics.

import { Instance } from "./instance.js";

export const analytics = new Instance("loyalty-core/analytics/slim");
