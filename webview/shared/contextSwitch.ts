/** The switch for what the model sees before the text: a row of choices, and the field of the custom prefix. */
import type { RunContext } from "../../src/protocol/model";
import type { RunChoice } from "../../src/protocol/panelApi";
import { h, setText } from "./dom";
import { contextLabels } from "./ranOn";
import { TextArea } from "./ui";

/** A sentence on each context, as one panel means it. */
export type ContextHints = Readonly<Record<RunContext["kind"], string>>;

const kinds = Object.keys(contextLabels) as RunContext["kind"][];

/** Shows the host's choice and tells of another; it keeps none of its own but what is being typed. */
export class ContextSwitch {
  readonly element: HTMLElement;
  private readonly radios: ReadonlyMap<RunContext["kind"], HTMLInputElement>;
  private readonly prefix: TextArea;
  private readonly hint = h("p", { class: "context-hint" });
  private readonly ran = h("p", { class: "ran" });
  private choice: RunChoice | null = null;

  constructor(
    private readonly hints: ContextHints,
    private readonly onChoose: (choice: RunChoice) => void,
  ) {
    this.radios = new Map(
      kinds.map((kind) => [kind, h("input", { type: "radio", name: "context", value: kind })]),
    );
    const choices = kinds.map((kind) => {
      const radio = this.radios.get(kind)!;
      radio.addEventListener("change", () => this.choose({ context: kind }));
      return h("label", { class: "choice", title: hints[kind] }, radio, h("span", {}, contextLabels[kind]));
    });
    const row = h(
      "div",
      { class: "choices", role: "radiogroup", "aria-label": "What the model sees before the text" },
      ...choices,
    );
    this.prefix = new TextArea("Prefix", () => this.choose({ prefix: this.prefix.value }));
    this.element = h(
      "div",
      { class: "context", hidden: true },
      h("div", { class: "context-row" }, row, this.ran),
      this.hint,
      this.prefix.element,
    );
  }

  /**
   * Shows the host's choice and beside it what the shown result was run on; nothing where the host offers no choice.
   * What somebody is typing is left alone until the host has another prefix.
   */
  update(choice: RunChoice | undefined, ran: string): void {
    this.element.hidden = choice === undefined;
    setText(this.ran, ran);
    if (!choice) return;
    const before = this.choice;
    this.choice = choice;
    for (const [kind, radio] of this.radios) radio.checked = kind === choice.context;
    if (choice.prefix !== before?.prefix) this.prefix.value = choice.prefix;
    this.show(choice.context);
  }

  private choose(change: Partial<RunChoice>): void {
    if (!this.choice) return;
    const choice = { ...this.choice, ...change };
    if (choice.context === this.choice.context && choice.prefix === this.choice.prefix) return;
    // Known from now on, so that leaving the field behind its button asks nothing twice; the host has the last word.
    this.choice = choice;
    this.show(choice.context);
    this.onChoose(choice);
  }

  private show(kind: RunContext["kind"]): void {
    setText(this.hint, this.hints[kind]);
    this.hint.hidden = kind === "document";
    this.prefix.element.hidden = kind !== "prefix";
  }
}
