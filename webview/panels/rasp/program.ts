/**
 * The whole program as a transformer: the residual stream upward, the heads of each layer as boxes with their steps,
 * elementwise steps between. Each step is a button: arrows step, Enter shows it in the source.
 */
import type { RaspPicture, RaspStep } from "../../../src/protocol/raspPicture";
import { fill, h, setAttributes, type Child } from "../../shared/dom";
import { roving, type Roving } from "../../shared/roving";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { miniMatrix, miniRows } from "../../plots/miniMatrix";
import { scaleOf, shareOf, rowsOf } from "./amounts";
import { valuePaint } from "./cells";
import { layersOf, type Head, type Layer } from "./heads";
import { matrixSummary } from "./positions";
import { stepName, whereWords } from "./words";

/** What the diagram tells of. */
export interface ProgramEvents {
  readonly onStep: (step: number) => void;
  readonly onHover: (step: number | null) => void;
  readonly onReveal: (step: number) => void;
}

const SIDE = 44;

/** The diagram. */
export class Program {
  readonly element = h("div", { class: "program", role: "group", "aria-label": "Steps of the program" });
  private readonly roving: Roving;
  /** By number of the step. */
  private buttons: HTMLButtonElement[] = [];
  private steps: readonly RaspStep[] = [];
  /** What is drawn, so that typing elsewhere in the program draws nothing anew. */
  private drawn = "";

  constructor(events: ProgramEvents) {
    // Before the roving hears of it: Enter shows the source, Space and a click make a step the current one.
    this.element.addEventListener("keydown", (event) => {
      const index = this.buttons.findIndex((one) => one === event.target);
      if (event.key !== "Enter" || index < 0) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      events.onReveal(index);
    });
    this.roving = roving(this.element, {
      items: () => this.buttons,
      columns: () => 0,
      onInspect: (index) => {
        events.onHover(index);
        if (this.buttons[index] === document.activeElement) events.onStep(index);
      },
      onChoose: (index) => events.onStep(index),
    });
    this.element.addEventListener("pointerleave", () => events.onHover(null));
    this.element.addEventListener("focusout", () => events.onHover(null));
  }

  /** Draws a program. */
  update(picture: RaspPicture, current: number): void {
    const { kind, background } = theme();
    const key = JSON.stringify([
      picture.steps,
      picture.result,
      picture.tokens,
      picture.first,
      kind,
      background,
    ]);
    if (key === this.drawn) return this.show(current);
    this.drawn = key;
    const focused = this.buttons.findIndex((one) => one === document.activeElement);
    this.steps = picture.steps;
    this.buttons = picture.steps.map((step) => stepButton(step, step.step === picture.result));
    const layers = [...layersOf(picture.steps)].reverse();
    const tokens = picture.tokens.map((token) => h("span", { class: "input-token" }, tokenFace(token)));
    fill(
      this.element,
      h("div", { class: "stream-end", "aria-hidden": "true" }, "↑"),
      ...layers.flatMap((layer) => this.layerRows(layer)),
      axis("input"),
      h("div", { class: "stream-boxes input-tokens mono" }, picture.first > 0 ? "…" : null, ...tokens),
    );
    this.show(current);
    this.roving.refresh(current);
    this.roving.rest(current);
    if (focused >= 0 && document.hasFocus())
      this.buttons[Math.min(focused, this.buttons.length - 1)]?.focus();
  }

  /** Marks the current step. */
  show(current: number): void {
    this.buttons.forEach((button, step) => {
      button.classList.toggle("current", step === current);
      setAttributes(button, { "aria-current": step === current ? "step" : undefined });
    });
    this.roving.rest(current);
  }

  /** Marks the steps that are pointed at in the source. */
  point(isAt: (step: RaspStep) => boolean): void {
    this.buttons.forEach((button, i) => button.classList.toggle("pointed", isAt(this.steps[i]!)));
  }

  /** Moves the focus to a step. */
  focus(step: number): void {
    this.roving.focus(step);
  }

  private layerRows({ layer, heads, elementwise }: Layer): HTMLElement[] {
    const rows: HTMLElement[] = [];
    if (elementwise.length > 0) {
      const name = layer === 0 ? "layer 0" : heads.length > 0 ? "" : `layer ${layer}`;
      rows.push(axis(name, "elementwise"), boxes(elementwise.map(({ step }) => this.buttons[step]!)));
    }
    if (heads.length > 0) {
      rows.push(axis(`layer ${layer}`, heads.length === 1 ? "1 head" : `${heads.length} heads`));
      rows.push(boxes(heads.map((head) => this.headBox(head))));
    }
    return rows;
  }

  private headBox({ head, steps }: Head): HTMLElement {
    const buttons = steps.map(({ step }) => this.buttons[step]!);
    const name = head === null ? "selector" : `head ${head}`;
    return h(
      "div",
      { class: "head-box", role: "group", "aria-label": name },
      h("span", { class: "head-box-name" }, name),
      h("div", { class: "head-box-steps" }, ...buttons),
    );
  }
}

const axis = (name: string, what = ""): HTMLElement =>
  h(
    "div",
    { class: "stream-axis" },
    h("span", {}, name),
    what ? h("span", { class: "small-word" }, what) : null,
  );

const boxes = (children: readonly Child[]): HTMLElement => h("div", { class: "stream-boxes" }, ...children);

function stepButton(step: RaspStep, isResult: boolean): HTMLButtonElement {
  const summary = matrixSummary(step) ?? `result ${step.result?.cells.join(" ") ?? ""}`;
  const name = stepName(step);
  return h(
    "button",
    {
      type: "button",
      class: isResult ? "step is-result" : "step",
      title: name,
      "aria-label": `${name}, ${whereWords(step)}${isResult ? ", the program’s result" : ""}: ${summary}`,
    },
    miniature(step),
    h("span", { class: step.name === null ? "step-name unnamed mono" : "step-name mono" }, name),
  );
}

function miniature(step: RaspStep): SVGSVGElement {
  const { background, line, muted } = theme();
  if (step.matrix) {
    return miniMatrix(step.matrix, SIDE, { ground: background, ink: selectedInk(), line });
  }
  const rows = [...step.operands, ...(step.result ? [step.result] : [])];
  const scale = scaleOf(rowsOf(step));
  const painted = rows.map((row) =>
    row.cells.map((cell) => {
      const share = shareOf(row, cell, scale);
      return share === null ? null : valuePaint(share).ground;
    }),
  );
  return miniRows(painted, SIDE, { ground: background, line: theme().highContrast ? line : muted });
}

/** The colour of a selected pair. */
export const selectedInk = (): string => theme().sequential(0.85).ground;
