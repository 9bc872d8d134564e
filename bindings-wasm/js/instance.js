// Instances of wasm modules, and how their bytes get there. A trap drops one, and the next call finds a new one:
// what lived in it is built again when it is next used.

import { LoyaltyError } from "./border.js";

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

const engine = new Instance("this entry");

/** The instance of the analytics. */
export const analytics = new Instance("loyalty-core/analytics/slim");

/** The instance of what surrounds the engine in a shop. */
export const shop = new Instance("loyalty-core/shop/slim");

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

/** The bytes of their base64 form. */
export function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  if (globalThis.Buffer) return globalThis.Buffer.from(text, "base64");
  const units = atob(text);
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = units.charCodeAt(at);
  return bytes;
}

/** The module of its place, an answer, its bytes, or itself. */
export async function compiled(source) {
  const found = await source;
  if (found instanceof WebAssembly.Module) return found;
  if (ArrayBuffer.isView(found) || found instanceof ArrayBuffer) return WebAssembly.compile(found);
  const answer = found instanceof Response ? found : await fetch(found);
  if (!answer.ok) throw new Error(`the module could not be fetched: ${answer.status} ${answer.url}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}
