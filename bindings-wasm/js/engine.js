// The instance of the engine. A trap drops it: what lives in it is built again when it is next used.

import * as glue from "./glue.js";
import { LoyaltyError } from "./errors.js";

// How many instances there have been; 0 before the first.
let generation = 0;

export function start(module) {
  if (generation > 0) return;
  glue.initSync({ module });
  generation = 1;
}

/** Calls a function of the engine. */
export function call(name, ...values) {
  if (generation === 0) {
    throw new LoyaltyError({
      code: "internal.not_started",
      message: "the engine has not been started: await init() of the slim entry first",
    });
  }
  try {
    return glue[name](...values);
  } catch (thrown) {
    if (typeof thrown === "string") throw new LoyaltyError(JSON.parse(thrown));
    generation += 1;
    glue.__wbg_reset_state();
    const message = "a fault of the library, please report it; the engine was started again";
    throw new LoyaltyError({ code: "internal.trap", message }, thrown);
  }
}

// Some runtimes have no such registry: there, what is not freed stays.
const forget = globalThis.FinalizationRegistry
  ? new FinalizationRegistry((handle) => handle.free())
  : { register() {} };

/** Something that lives in the instance, and how to build it there. It must not hold its owner. */
export class Handle {
  #build;
  #drop;
  #number = 0;
  #generation = 0;

  constructor(owner, build, drop) {
    this.#build = build;
    this.#drop = drop;
    forget.register(owner, this);
  }

  /** The number under which it was just built. */
  set(number) {
    this.#number = number;
    this.#generation = generation;
  }

  get number() {
    if (this.#number === 0 || this.#generation !== generation) this.set(this.#build());
    return this.#number;
  }

  free() {
    if (this.#number !== 0 && this.#generation === generation) call(this.#drop, this.#number);
    this.#number = 0;
  }
}
