// How a module's bytes get to where they are used.

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
