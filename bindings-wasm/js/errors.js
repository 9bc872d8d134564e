// What the package throws.

export class LoyaltyError extends Error {
  constructor(said, cause) {
    super(said.message, cause === undefined ? undefined : { cause });
    this.code = said.code;
    this.path = said.path ?? null;
    if (said.found !== undefined) this.found = said.found;
    if (said.allowed !== undefined) this.allowed = said.allowed;
    if (said.problems !== undefined) this.problems = said.problems;
    if (said.row !== undefined) this.row = said.row;
    if (said.whole_groups !== undefined) this.wholeGroups = said.whole_groups;
  }
}
Object.defineProperty(LoyaltyError.prototype, "name", { value: "LoyaltyError" });

/** A value that was handed over and cannot be used. */
export function bad(code, path, found, allowed, cause) {
  const place = path === "" ? "" : `at ${path}: `;
  const message = `${place}found ${found}, allowed ${allowed}`;
  return new LoyaltyError({ code, path, message, found, allowed }, cause);
}
