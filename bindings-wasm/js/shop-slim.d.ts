/**
 * The same as a file of its own: `await init()` before anything else.
 *
 * @packageDocumentation
 */
import type { EngineSource } from "./slim.js";

export * from "./shop.js";

/**
 * Fetches and starts the module; a second call does nothing.
 *
 * @param source where it is; by default `shop_bg.wasm` beside this module.
 */
export function init(source?: EngineSource | PromiseLike<EngineSource>): Promise<void>;

/** Starts it from its compiled module. */
export function initSync(module: WebAssembly.Module): void;
