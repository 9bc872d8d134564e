/**
 * For pages that quote and show: the engine as a file of its own, without acts and logs. `await init()` before
 * anything else.
 *
 * It compiles schemes, takes accounts of their snapshots, quotes, verifies, explains, and gives standings and
 * public views. What posts (`perform` and every act) or reads a log (`Account.replay`, `apply`, `audit`, `Group`)
 * throws `internal.quotes_only`.
 *
 * @packageDocumentation
 */
import type { EngineSource } from "./slim.js";

export * from "./api.js";
export type { EngineSource } from "./slim.js";

/**
 * Fetches and starts the engine; a second call does nothing.
 *
 * @param source where it is; by default `quote_bg.wasm` beside this module.
 */
export function init(source?: EngineSource | PromiseLike<EngineSource>): Promise<void>;

/** Starts the engine from its compiled module. */
export function initSync(module: WebAssembly.Module): void;
