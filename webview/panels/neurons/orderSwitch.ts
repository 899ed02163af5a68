/** What neurons are ranked by. */
import { neuronOrders, type NeuronOrder, type NeuronsResult } from "../../../src/protocol/neurons";
import type { Host } from "../../shared/host";
import { quoted } from "../../shared/tokenText";
import { Dropdown } from "../../shared/ui";
import { logUnit } from "../../shared/logUnit";

const labels: Readonly<Record<NeuronOrder, string>> = {
  z: "z-score of the activation",
  write: "what it writes: |activation| · length",
  logProb: "direct effect on a log-probability",
  logitDiff: "direct effect on a logit difference",
};

/** A dropdown that shows the order of a ranking and asks for another. */
export class OrderSwitch {
  readonly element: HTMLElement;
  private readonly dropdown: Dropdown;
  private by: NeuronOrder = "z";

  constructor(host: Host) {
    this.dropdown = new Dropdown("Rank by", (value) => {
      const by = neuronOrders.find((order) => order === value);
      if (by !== undefined && by !== this.by) host.ask("neurons/order", { by });
    });
    this.element = this.dropdown.element;
    this.element.classList.add("no-export");
  }

  /** Shows the order of a ranking. */
  update({ by }: NeuronsResult): void {
    this.by = by;
    this.dropdown.update(
      neuronOrders.map((value) => ({ value, label: labels[value] })),
      by,
    );
  }
}

/** What the scores of an order are; null for z, which has words of its own. */
export function orderSentence({ by, effect, window }: NeuronsResult): string | null {
  if (by === "write")
    return "Score: mean |activation| on the selection times the length of what the neuron writes (‖W_out‖).";
  if (!effect) return null;
  const { target, measure, ablation } = effect;
  const at = window.tokens[target.position];
  const where = at ? quoted(at.text, at.id) : `position ${target.position}`;
  const token = quoted(target.token.text, target.token.id);
  const minus = quoted(target.minus.text, target.minus.id);
  const what =
    measure === "logProb"
      ? `log-probability of ${token} in ${logUnit()}`
      : `logit of ${token} less that of ${minus}`;
  const less = ablation === "mean" ? "its mean over the rest of the text" : "zero";
  return (
    `Effect on the ${what}, after ${where}: what the neuron adds there beside ${less}, by the direct path (first order, norm scales frozen: an approximation). ` +
    "Exact: the neuron ablated on the whole selection, all after it recomputed. Choose another prediction in a neuron’s card."
  );
}
