// What an entry that quotes is asked, and what it answers. No module of Node, so that a browser can run it too.
import { Account, LoyaltyError, Scheme } from "loyalty-core";

const said = (ask) => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof LoyaltyError) return `${error.code} ${error.path ?? ""}`;
    throw error;
  }
};

/** The answers to a question of a step of a case: its decision, where the member stands, what a page may show. */
export function answer({ scheme: document, account: snapshot, purchase, facts, at }) {
  const [scheme, account] = [new Scheme(document), Account.restore(snapshot)];
  const answers = [
    () => account.standing(scheme, at).json,
    () => JSON.stringify(account.publicView(scheme, at)),
    () => account.snapshot(),
  ];
  if (purchase) {
    answers.push(
      () => scheme.quote(account, purchase, at, { facts }).json,
      () => scheme.verify(account, purchase, scheme.quote(account, purchase, at, { facts }), { facts }).canonical(),
      () => JSON.stringify(scheme.basket(purchase, { facts }).numbers(account, new Date(at))),
    );
  }
  return answers.map(said);
}
