/** What can be chosen around the lens: its colour, the pin, the marks in the editor. */
import type { LensMark, LensPanelData } from "../../../src/protocol/lensPanel";
import { measureOf, measures, type Measure } from "../../plots/lensMeasures";
import { h } from "../../shared/dom";
import type { Host } from "../../shared/host";
import { Dropdown } from "../../shared/ui";

const remembered = "lens-measure";

/** As the editor draws them: each stands for a quarter of the rows; none for what the embedding already has. */
const depthLines = [
  ["dotted", "up to ¼ of the rows"],
  ["dashed", "½"],
  ["solid", "¾"],
  ["double", "all"],
] as const;

/** The row of controls above the grid. */
export class LensControls {
  readonly element: HTMLElement;
  private readonly colour: Dropdown;
  private readonly pin: HTMLButtonElement;
  private readonly marks: Readonly<Record<LensMark, HTMLButtonElement>>;
  private readonly depthKey = h(
    "p",
    { class: "depth-key muted", hidden: true },
    "Line under a token of the text, by its depth (that of the column to its left):",
    ...depthLines.map(([style, words]) =>
      h("span", { class: "legend" }, h("span", { class: `depth-line ${style}` }), words),
    ),
  );
  private chosen: Measure;

  constructor(
    private readonly host: Host,
    onMeasure: () => void,
  ) {
    this.chosen = measureOf(host.memory.get(remembered));
    this.colour = new Dropdown("Colour", (key) => {
      this.chosen = measureOf(key);
      host.memory.set(remembered, this.chosen.key);
      onMeasure();
    });
    this.colour.update(
      measures.map(({ key, name }) => ({ value: key, label: name })),
      this.chosen.key,
    );
    this.pin = toggle("Pin", "Keep this lens to compare later ones with", (on) =>
      host.ask("lens/pin", { on }),
    );
    this.marks = {
      depth: this.mark("depth", "Depth in editor", "Underline each visible token by its prediction depth"),
      inline: this.mark(
        "inline",
        "Prediction at line’s end",
        "Show the prediction at the end of the cursor’s line",
      ),
    };
    this.element = h(
      "div",
      { class: "lens-controls", role: "toolbar", "aria-label": "Lens" },
      this.colour.element,
      h("span", { class: "lens-switches" }, this.pin, this.marks.depth, this.marks.inline),
      this.depthKey,
    );
  }

  /** What the cells are coloured by. */
  get measure(): Measure {
    return this.chosen;
  }

  /** Shows what is switched on. */
  update({ pinned, marks }: LensPanelData): void {
    press(this.pin, pinned !== null);
    press(this.marks.depth, marks.depth);
    press(this.marks.inline, marks.inline);
    this.depthKey.hidden = !marks.depth;
  }

  private mark(mark: LensMark, label: string, title: string): HTMLButtonElement {
    return toggle(label, title, (on) => this.host.ask("lens/mark", { mark, on }));
  }
}

function toggle(label: string, title: string, action: (on: boolean) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "tool switch", title, "aria-pressed": "false" }, label);
  button.addEventListener("click", () => action(button.getAttribute("aria-pressed") !== "true"));
  return button;
}

function press(button: HTMLButtonElement, on: boolean): void {
  if (button.getAttribute("aria-pressed") !== String(on)) button.setAttribute("aria-pressed", String(on));
}
