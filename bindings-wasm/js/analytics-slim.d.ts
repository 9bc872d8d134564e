/**
 * The analytics as a file of their own: `await init()` before anything else.
 *
 * @packageDocumentation
 */
import type { EngineSource } from "./slim.js";

export * from "./analytics.js";

/**
 * Fetches and starts the analytics; a second call does nothing.
 *
 * @param source where they are; by default `analytics_bg.wasm` beside this module.
 */
export function init(source?: EngineSource | PromiseLike<EngineSource>): Promise<void>;

/** Starts the analytics from their compiled module. */
export function initSync(module: WebAssembly.Module): void;
