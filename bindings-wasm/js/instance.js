// An instance of a wasm module. A trap drops it, and the next call finds a new one.

import { LoyaltyError } from "./errors.js";

export class Instance {
  #glue;
  #entry;
  /** How many instances there have been; 0 before the first. */
  generation = 0;

  /** Of the glue of a module; `entry` is the one that has to be awaited. */
  constructor(glue, entry) {
    this.#glue = glue;
    this.#entry = entry;
  }

  start(module) {
    if (this.generation > 0) return;
    this.#glue.initSync({ module });
    this.generation = 1;
  }

  /** Calls a function of the module. */
  call(name, ...values) {
    return this.run((glue) => glue[name](...values));
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
      if (typeof thrown === "string") throw new LoyaltyError(JSON.parse(thrown));
      this.generation += 1;
      this.#glue.__wbg_reset_state();
      const message = "a fault of the library, please report it; it was started again";
      throw new LoyaltyError({ code: "internal.trap", message }, thrown);
    }
  }
}
