// The instance of the analytics.

import * as glue from "./analytics_glue.js";
import { Instance } from "./instance.js";

export const analytics = new Instance(glue, "loyalty-core/analytics/slim");
