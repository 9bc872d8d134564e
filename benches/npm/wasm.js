// What a file of wasm is made of: bytes, numbers, sections; and the instance that the package's glue makes of one.
import { start } from "../../bindings-wasm/dist/instance.js";

/** Starts the package with a module; its instance, which the glue keeps to itself. */
export function started(glue, module) {
  let instance;
  const Instance = WebAssembly.Instance;
  WebAssembly.Instance = class extends Instance {
    constructor(...values) {
      super(...values);
      instance = this;
    }
  };
  start(glue, module);
  WebAssembly.Instance = Instance;
  return instance;
}

/** Bytes that are read from their beginning on. */
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  leb() {
    let [value, shift] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  }

  skip(count = 1) {
    for (let left = count; left > 0; left -= 1) this.leb();
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

export const leb = (value) => {
  const bytes = [];
  do {
    bytes.push(value % 128 | (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return bytes;
};

export const section = (id, bytes) => Buffer.concat([Buffer.from([id, ...leb(bytes.length)]), bytes]);
