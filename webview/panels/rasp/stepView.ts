/** The current step, large: its rule in words, its picture, its key, and the way to its neighbours and its source. */
import type { RaspPicture, RaspStep } from "../../../src/protocol/raspPicture";
import { fill, h, setText, type Child } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { number } from "../../shared/format";
import { legend } from "../../shared/legend";
import type { PageContext } from "../../shared/page";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";
import { rowsOf, scaleOf } from "./amounts";
import { valuePaint, type RowEvents } from "./cells";
import { showPosition, showQuery, showStep } from "./details";
import { selectedInk } from "./program";
import { RowsGrid } from "./rowsGrid";
import { SelectorGrid } from "./selectorGrid";
import { selectsNothing } from "./positions";
import { stepTable } from "./tables";
import { codeText, ruleOf, stepName, whereWords, type Piece } from "./words";

/** What the view tells of. */
export interface StepEvents extends RowEvents {
  readonly onReveal: (step: number) => void;
}

/** One step at a time. */
export class StepView {
  readonly figure: Figure;
  private readonly selector: SelectorGrid;
  private readonly rows: RowsGrid;
  private readonly where = h("span", { class: "step-where num" });
  private readonly rule = h("div", { class: "step-rule" });
  private readonly expression = h("p", { class: "step-expression mono" });
  private readonly before: HTMLButtonElement;
  private readonly after: HTMLButtonElement;
  private readonly reveal: HTMLButtonElement;
  private readonly line: HTMLElement;
  private picture: RaspPicture | null = null;
  private current = 0;
  /** Draws the details again that were shown last, for the step they were of. */
  private shown: { readonly step: number; readonly draw: () => void } | null = null;

  constructor(
    private readonly context: PageContext,
    events: StepEvents,
  ) {
    this.figure = new Figure(context, {
      name: "rasp-step",
      title: "Step",
      table: () => stepTable(this.need(), this.step()),
      data: () => this.step(),
    });
    this.selector = new SelectorGrid({
      onInspect: (query, key) =>
        this.show(() => showQuery(context.rail, this.need(), this.step(), { query, key })),
      rows: events,
    });
    this.rows = new RowsGrid({
      onInspect: (position) =>
        this.show(() => showPosition(context.rail, this.need(), this.step(), position)),
      rows: events,
    });
    this.before = tool("‹", "Previous step", () => events.onStep(this.current - 1));
    this.after = tool("›", "Next step", () => events.onStep(this.current + 1));
    this.reveal = tool("Show in the program", "Show this step in the program", () =>
      events.onReveal(this.current),
    );
    this.line = h("div", { class: "step-line" }, this.before, this.after, this.where, this.reveal);
    for (const button of [this.before, this.after, this.reveal]) button.classList.add("no-export");
  }

  /** Draws a step. */
  update(picture: RaspPicture, current: number): void {
    this.picture = picture;
    if (this.current !== current) this.shown = null;
    this.current = current;
    const step = this.step();
    this.figure.heading = step.name === null ? "Step" : stepName(step);
    setText(this.where, `step ${current + 1} of ${picture.steps.length} · ${whereWords(step)}`);
    setDisabled(this.before, current === 0);
    setDisabled(this.after, current >= picture.steps.length - 1);
    this.reveal.hidden = step.range === null;
    setText(this.expression, codeText(step.expression));
    const { sentence, lines } = ruleOf(step);
    const listed = h("ul", { class: "rule-lines" }, ...lines.map((line) => h("li", {}, ...pieces(line))));
    fill(this.rule, h("p", {}, ...pieces(sentence)), lines.length > 0 ? listed : null);
    const room = this.figure.element.clientWidth || 420;
    const grid = step.matrix ? this.selector : this.rows;
    grid.update(picture, step, room);
    const notes = [
      cutNote(picture),
      picture.positions === 0 ? "The input is empty: there are no positions." : null,
    ];
    const words = notes.filter((note) => note !== null).map((note) => h("p", { class: "note" }, note));
    fill(this.figure.body, this.line, this.expression, this.rule, grid.element, ...words);
    fill(this.figure.key, ...keyParts(step));
    this.figure.changed();
  }

  /** Draws the details again: of what was looked at last, else of the step. */
  inspect(): void {
    if (!this.picture) return;
    if (this.shown?.step === this.current) this.shown.draw();
    else showStep(this.context.rail, this.step());
  }

  private show(draw: () => void): void {
    this.shown = { step: this.current, draw };
    draw();
  }

  private need(): RaspPicture {
    if (!this.picture) throw new Error("Nothing has been drawn yet.");
    return this.picture;
  }

  private step(): RaspStep {
    const step = this.need().steps[this.current];
    if (!step) throw new Error("The program has no such step.");
    return step;
  }
}

const pieces = (sentence: readonly Piece[]): readonly Child[] =>
  sentence.map(({ text, code }) => (code ? h("code", { class: "mono" }, text) : text));

function cutNote({ leftOut, positions, first }: RaspPicture): string | null {
  if (leftOut === 0) return null;
  if (first > 0) return `The newest ${positions} positions are drawn; the ${leftOut} before them are not.`;
  return `The first ${positions} positions are drawn; ${leftOut} more are not.`;
}

/** A button that stays in its place, and in the tab order, while it has nothing to do. */
function setDisabled(button: HTMLButtonElement, disabled: boolean): void {
  button.disabled = disabled;
}

function tool(face: string, label: string, action: () => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "tool", "aria-label": label }, face);
  button.addEventListener("click", action);
  return button;
}

/** What the colours of a step mean. */
function keyParts(step: RaspStep): Child[] {
  const parts: Child[] = [];
  if (step.matrix) {
    parts.push(swatch(selectedInk(), "selected"), swatch(theme().background, "not selected"));
    if (step.result && step.matrix.some((_, query) => selectsNothing(step, query))) {
      const empty = step.empty === null ? "" : `: ${visibleText(step.empty)}`;
      parts.push(
        h(
          "span",
          { class: "legend-hatch" },
          h("span", { class: "swatch hatched" }),
          `nothing selected${empty}`,
        ),
      );
    }
  }
  const scale = scaleOf(rowsOf(step));
  if (scale.bools)
    parts.push(swatch(valuePaint(1).ground, "T, true"), swatch(theme().background, "F, false"));
  if (scale.max > 0) {
    parts.push(
      legend({
        label: "numbers",
        low: scale.negative ? numberName(-scale.max) : "0",
        high: numberName(scale.max),
        diverging: scale.negative,
        scale: valuePaint,
      }),
    );
  }
  return parts;
}

const numberName = (value: number): string =>
  Number.isInteger(value) ? String(value).replace("-", "\u2212") : number(value);

function swatch(colour: string, words: string): HTMLElement {
  const square = h("span", { class: "swatch" });
  square.style.backgroundColor = colour;
  return h("span", { class: "legend-hatch" }, square, words);
}
