// The engine's instance. After a trap, what lived in it is built again when it is next used.

import { Instance } from "./instance.js";

const engine = new Instance("this entry");

/** Starts the engine with its glue. */
export const start = (glue, module) => engine.start(glue, module);

/** Calls a function of the engine. */
export const call = (name, ...values) => engine.call(name, ...values);

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
    this.#generation = engine.generation;
  }

  get number() {
    if (this.#number === 0 || this.#generation !== engine.generation) this.set(this.#build());
    return this.#number;
  }

  free() {
    if (this.#number !== 0 && this.#generation === engine.generation) call(this.#drop, this.#number);
    this.#number = 0;
  }
}
