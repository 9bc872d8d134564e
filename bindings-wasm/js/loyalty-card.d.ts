/**
 * `<loyalty-card>`: shows the public view of an account. Importing the module defines the element.
 *
 * @packageDocumentation
 */
import type { DecisionData, MomentText, PublicView } from "./documents.js";

/**
 * Attributes `view` (JSON), `now` and `lang`, and properties of the same meaning. Without a view it shows its own
 * content, so that a page has a text in its place.
 */
export class LoyaltyCard extends HTMLElement {
  /** `account.publicView(scheme, now)`, or its JSON. */
  get view(): PublicView | null;
  set view(view: PublicView | string | null);
  /** The server's moment: what has lapsed by then is not shown. The view's own when it is not given. */
  get now(): MomentText | null;
  set now(now: MomentText | null);
  /** A decision on a cart: what it would add is shown beside what there is. */
  get decision(): DecisionData | null;
  set decision(decision: DecisionData | null);
  /** Texts in place of the card's own, by their names; `{…}` stands for a value. */
  get texts(): Record<string, string | Record<string, string>>;
  set texts(texts: Record<string, string | Record<string, string>> | null);
  /** Names in place of the scheme's, by id. */
  get names(): Record<string, string>;
  set names(names: Record<string, string> | null);
}

declare global {
  interface HTMLElementTagNameMap {
    "loyalty-card": LoyaltyCard;
  }
}
