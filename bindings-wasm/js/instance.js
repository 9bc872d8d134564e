// An instance of a wasm module. A trap drops it, and the next call finds a new one.

import { LoyaltyError } from "./errors.js";

/** What the module of this entry does not have. */
function absent() {
  const message = "this entry quotes and shows only: acts and logs are in the others";
  throw new LoyaltyError({ code: "internal.quotes_only", message });
}

export class Instance {
  #entry;
  #glue;
  /** How many instances there have been; 0 before the first. */
  generation = 0;

  /** `entry` is the one that has to be awaited. */
  constructor(entry) {
    this.#entry = entry;
  }

  /** Starts a module with its glue; the first one stays. */
  start(glue, module) {
    if (this.generation > 0) return;
    this.#glue = glue;
    glue.initSync({ module });
    this.generation = 1;
  }

  /** Calls a function of the module. */
  call(name, ...values) {
    return this.run((glue) => (glue[name] ?? absent)(...values));
  }

  /** Asks the module's glue. */
  run(ask) {
    if (this.generation === 0) {
      throw new LoyaltyError({
        code: "internal.not_started",
        message: `it has not been started: await init() of ${this.#entry} first`,
      });
    }
    try {
      return ask(this.#glue);
    } catch (thrown) {
      if (thrown instanceof LoyaltyError) throw thrown;
      if (typeof thrown === "string") throw new LoyaltyError(JSON.parse(thrown));
      this.generation += 1;
      this.#glue.__wbg_reset_state();
      const message = "a fault of the library, please report it; it was started again";
      throw new LoyaltyError({ code: "internal.trap", message }, thrown);
    }
  }
}
