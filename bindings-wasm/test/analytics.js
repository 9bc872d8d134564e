// Asks what analytics/tests/digests.rs asks, and gives what is hashed there. No module of Node, so that a
// browser can run it too.
import { Orders, PurchaseModel, SpendModel, dayOf, survival } from "loyalty-core/analytics";

/** The columns of the CDNOW log. */
export function cdnow(log) {
  const rows = log.split("\n").filter((line) => line.trim() !== "").map((line) => line.trim().split(/\s+/));
  const date = ([, , text]) => dayOf(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
  return {
    customer: Uint32Array.from(rows, (row) => Number(row[1])),
    day: Int32Array.from(rows, date),
    amount_minor: Float64Array.from(rows, (row) => Number(row[4].replace(".", ""))),
  };
}

const utf8 = new TextEncoder();

/** What is hashed of an answer: names and bytes of its columns. */
export function parts(answer) {
  const found = [];
  for (const [name, values] of Object.entries(answer)) {
    if (name === "segment") found.push(`${name}\n`, ...values.map((value) => `${value}\n`));
    else if (ArrayBuffer.isView(values)) found.push(`${name}\n`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return found.map((part) => (typeof part === "string" ? utf8.encode(part) : part));
}

/** Every question: its name, and what is hashed. */
export function answers(log) {
  const columns = cdnow(log);
  const orders = new Orders(columns);
  const [middle, end] = [{ as_of: "1997-09-30" }, { as_of: "1998-06-30" }];
  const found = [];
  const put = (name, answer) => found.push([name, typeof answer === "string" ? [utf8.encode(answer)] : parts(answer)]);

  const summary = orders.summarize({ ...middle, holdout_end: "1998-06-30" });
  put("summarize", summary);
  for (const [name, period] of [["month", "month"], ["rolling-30", 30]]) {
    for (const measure of ["customers", "orders", "net_minor"]) {
      put(`cohorts-${name}-${measure}`, orders.cohorts({ ...end, period, measure }));
    }
    put(`retention-${name}`, orders.retention({ ...end, period }));
  }
  for (const ties of ["mid", "below", "at_or_below", "ntile"]) put(`rfm-${ties}`, orders.rfm({ ...end, ties }));
  const spend = SpendModel.fit(summary);
  put("fit-gamma_gamma", spend.json);
  const { expected_spend_minor } = spend.predict(summary);
  put("expected-spend", { expected_spend_minor });
  for (const model of ["bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"]) {
    const fit = PurchaseModel.fit(model, summary);
    put(`fit-${model}`, PurchaseModel.fromJson(fit.json).json);
    const { customer, ...told } = fit.predict(summary, { t: 39 });
    put(`predict-${model}`, told);
    const { clv_minor } = fit.clv(summary, { spend, days: 365, margin_rate: 0.3, reward_rate: 0.02 });
    put(`clv-${model}`, { clv_minor });
  }
  const seen = Uint8Array.from(summary.frequency, (x) => Number(x > 0));
  const days = summary.age_days.map((age, at) => (seen[at] ? summary.recency_days[at] : age));
  put("survival", survival({ days, seen }));
  put("report", orders.report({ ...end, title: "CDNOW", currency: "USD" }));
  return found;
}
