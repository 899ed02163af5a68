/** The choices above the text: head, score, wall, weights, arcs; how the page is arranged is remembered. */
import type { HeadsScoredOn } from "../../../src/protocol/attention";
import type { AttentionPanelData } from "../../../src/protocol/panelApi";
import { h } from "../../shared/dom";
import type { Host } from "../../shared/host";
import { Dropdown } from "../../shared/ui";
import { arcChoice, arcChoices } from "./arcs";
import { leasts } from "./help";
import { scoreByName, scoreNames, type ScoreName } from "./scores";

/** What is chosen for how the page looks. */
type Arranged = "weights" | "least" | "arcs" | "wall" | "score";

/** What the choices do beside being remembered. */
export interface PickerActions {
  readonly choose: (layer: number, head: number) => void;
  readonly scoreOn: (on: HeadsScoredOn) => void;
  /** The page is arranged in another way. */
  readonly arranged: () => void;
}

/** The row of choices. */
export class Pickers {
  readonly element: HTMLElement;
  private readonly layer: Dropdown;
  private readonly head: Dropdown;
  private readonly scores: Dropdown;
  private readonly scoredOn: Dropdown;
  private readonly weightsPicker: Dropdown;
  private readonly leastPicker: Dropdown;
  private readonly arcsPicker: Dropdown;
  private readonly wallPicker: Dropdown;
  private view: AttentionPanelData | null = null;

  constructor(
    private readonly host: Host,
    private readonly actions: PickerActions,
  ) {
    this.layer = new Dropdown("Layer", (value) =>
      actions.choose(Number(value), this.view?.pattern.head ?? 0),
    );
    this.head = new Dropdown("Head", (value) => actions.choose(this.view?.pattern.layer ?? 0, Number(value)));
    this.scores = new Dropdown("Coloured by", (value) => this.arrange("score", scoreByName(value).name));
    this.scoredOn = new Dropdown("Scored on", (value) => {
      const on = value === "repeated" ? "repeated" : "text";
      if (on !== (this.view?.scoredOn ?? "text")) actions.scoreOn(on);
    });
    this.weightsPicker = new Dropdown("Weights", (value) => this.arrange("weights", value));
    this.leastPicker = new Dropdown("Show", (value) => this.arrange("least", value));
    this.arcsPicker = new Dropdown("Arcs", (value) => this.arrange("arcs", value));
    this.wallPicker = new Dropdown("Wall", (value) => this.arrange("wall", value));
    // In a side bar these would push the picture out of sight; there they come when asked for.
    const more = [
      this.scores,
      this.scoredOn,
      this.leastPicker,
      this.wallPicker,
      this.weightsPicker,
      this.arcsPicker,
    ];
    for (const { element } of more) element.classList.add("more-choice");
    const unfold = h(
      "button",
      { type: "button", class: "tool unfold", "aria-expanded": "false" },
      "More choices",
    );
    unfold.addEventListener("click", () => {
      const isOpen = this.element.classList.toggle("unfolded");
      unfold.setAttribute("aria-expanded", String(isOpen));
    });
    this.element = h(
      "div",
      { class: "controls attention-choices" },
      this.layer.element,
      this.head.element,
      unfold,
      this.scores.element,
      this.scoredOn.element,
      this.leastPicker.element,
      this.wallPicker.element,
      this.weightsPicker.element,
      this.arcsPicker.element,
    );
  }

  /** The score that heads are coloured and sorted by. */
  get score(): ScoreName {
    return scoreByName(this.host.memory.get("score")).name;
  }

  /** Whether weights are taken times the lengths of values. */
  get byValue(): boolean {
    return this.host.memory.get("weights") === "value";
  }

  /** From which share of its scale on a head is shown. */
  get least(): number {
    return Number(leasts.find(({ value }) => value === this.host.memory.get("least"))?.value ?? 0);
  }

  /** From which weight on arcs are drawn; "no" for none. */
  get arcs(): string {
    return arcChoice(this.host.memory.get("arcs"));
  }

  /** Whether the wall shows small patterns, or scores alone. */
  get wall(): "patterns" | "scores" {
    return this.host.memory.get("wall") === "scores" ? "scores" : "patterns";
  }

  /** Shows what can be chosen and what is. */
  update(view: AttentionPanelData): void {
    this.view = view;
    const { heads, pattern, scoredOn, thumbnails } = view;
    this.layer.update(numbers(heads.map(({ layer }) => layer)), String(pattern.layer));
    const here = heads.filter(({ layer }) => layer === pattern.layer);
    this.head.update(numbers(here.map(({ head }) => head)), String(pattern.head));
    this.scores.update(
      scoreNames.map(({ name, label }) => ({ value: name, label })),
      this.score,
    );
    this.scoredOn.update(
      [
        { value: "text", label: "this text" },
        { value: "repeated", label: "repeated random tokens" },
      ],
      scoredOn ?? "text",
    );
    this.weightsPicker.update(
      [
        { value: "pattern", label: "pattern" },
        ...(pattern.weighted ? [{ value: "value", label: "pattern × ‖value‖" }] : []),
      ],
      this.byValue && pattern.weighted ? "value" : "pattern",
    );
    this.leastPicker.update(leasts, String(this.least));
    this.arcsPicker.update(arcChoices, this.arcs);
    this.wallPicker.update(
      [
        { value: "scores", label: "scores" },
        ...(thumbnails ? [{ value: "patterns", label: "patterns, framed by score" }] : []),
      ],
      thumbnails ? this.wall : "scores",
    );
  }

  /** Keeps how the page is arranged, and has it drawn so. */
  private arrange(name: Arranged, value: string): void {
    const { memory } = this.host;
    if (value === memory.get(name)) return;
    memory.set(name, value);
    this.actions.arranged();
  }
}

const numbers = (values: readonly number[]): { value: string; label: string }[] =>
  [...new Set(values)].sort((a, b) => a - b).map((n) => ({ value: String(n), label: String(n) }));
