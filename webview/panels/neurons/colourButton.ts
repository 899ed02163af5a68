/** The button that takes a neuron's colours off the editor, or puts them on again. */
import type { Host } from "../../shared/host";
import { button } from "../../shared/ui";

/** A neuron by its place. */
export interface NeuronPlace {
  readonly layer: number;
  readonly neuron: number;
}

/** A button that stays while the card is updated, so that it keeps the focus when its words change. */
export class ColourButton {
  readonly element: HTMLElement;
  private coloured = true;
  private place: NeuronPlace | null = null;

  constructor(
    private readonly host: Host,
    private readonly isSaved: () => boolean,
  ) {
    this.element = button("Clear colours", () => this.act());
    this.element.classList.add("colours");
  }

  /** Offers to clear the colours of the editor, or to colour it by this neuron where it shows none. */
  update({ layer, neuron }: NeuronPlace, coloured: boolean): void {
    this.place = { layer, neuron };
    this.coloured = coloured;
    // A saved view colours nothing.
    (this.element as HTMLButtonElement).disabled = this.isSaved();
    this.element.textContent = coloured ? "Clear colours" : "Colour the editor";
  }

  private act(): void {
    if (this.coloured) this.host.ask("editor/clear", {});
    else if (this.place) this.host.ask("neurons/choose", this.place);
  }
}
