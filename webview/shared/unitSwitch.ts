/** The switch between nats and bits: one for all panels, kept by the host as a setting. */
import { logUnits, type LogUnit } from "../../src/protocol/logUnit";
import { h, setText } from "./dom";

/** A button that names the unit in force and asks for the other one. */
export class UnitSwitch {
  readonly element = h("button", { type: "button", class: "tool unit", hidden: true });
  private shown: LogUnit = "nats";

  constructor(choose: (unit: LogUnit) => void) {
    this.element.addEventListener("click", () => choose(this.other));
  }

  /** Shows the unit; hidden where a panel has nothing in it. */
  update(unit: LogUnit | undefined): void {
    this.element.hidden = unit === undefined;
    if (unit === undefined) return;
    this.shown = unit;
    setText(this.element, unit);
    const words = `Log-probabilities, entropies and divergences are in ${unit}. Switch to ${this.other}, in all panels and the editor`;
    this.element.setAttribute("aria-label", words);
    this.element.title = words;
  }

  private get other(): LogUnit {
    return logUnits.find((unit) => unit !== this.shown) ?? "nats";
  }
}
