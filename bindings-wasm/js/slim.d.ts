/**
 * The same with the engine as a file of its own: `await init()` before anything else.
 *
 * @packageDocumentation
 */
export * from "./api.js";

/** What the engine can be started from: its place, an answer of `fetch`, its bytes, or its compiled module. */
export type EngineSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Fetches and starts the engine; a second call does nothing.
 *
 * @param source where it is; by default `loyalty_bg.wasm` beside this module.
 */
export function init(source?: EngineSource | PromiseLike<EngineSource>): Promise<void>;

/** Starts the engine from its compiled module. */
export function initSync(module: WebAssembly.Module): void;
