/** The RASP page: a program on its running example, layer by layer; the step under the cursor large. */
import type { RaspPanelData } from "../../../src/protocol/raspPanel";
import type { RaspPicture, RaspStep } from "../../../src/protocol/raspPicture";
import { fill, h, type Child } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { isPointedAt } from "../../shared/pointed";
import { button } from "../../shared/ui";
import { headCounts } from "./counts";
import { ExampleField } from "./example";
import { GenerationView } from "./generation";
import { Program, selectedInk } from "./program";
import "./rasp.css";
import { StepView } from "./stepView";
import { countsTable, programTable } from "./tables";
import {
  counted,
  countsSentence,
  dialectName,
  headsIn,
  inputName,
  ruleWords,
  stepName,
  whereWords,
} from "./words";

class RaspPanel implements Panel<RaspPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "See a RASP program as a transformer: its selectors as matrices, its layers and heads, on an example.",
    how: "Open a .rasp program and put the cursor into it.",
    example: "Open the example",
  };
  readonly keys = [
    ["← →", "in the program: previous and next step"],
    ["↑ ↓", "in the program: the step above or below; in a matrix: other queries"],
    ["Home End", "first and last step"],
    ["Enter", "in the program: show the step in the source"],
  ] as const;
  readonly terms = [
    ["s-op", "a function from the input to a sequence of the same length (Weiss et al. 2021)"],
    [
      "selector",
      "which keys each query looks at, by comparing two sequences: an attention pattern of zeros and ones",
    ],
    ["aggregate", "for each query, the values at its selected keys reduced to one: an attention head"],
    ["head", "one selector in one layer; steps that look the same way share it here"],
    ["layer", "how many rounds of attention stand below; elementwise steps cost none"],
  ] as const;
  private readonly example: ExampleField;
  private readonly generation: GenerationView;
  private readonly problem = h("div", { class: "problem", role: "alert" });
  private readonly step: StepView;
  private readonly program: Program;
  private readonly programFigure: Figure;
  private readonly countsFigure: Figure;
  private readonly columns: HTMLElement;
  private readonly following = h(
    "p",
    { class: "note" },
    "As it was when drawn: this picture does not follow the editor.",
  );
  private data: RaspPanelData | null = null;
  private current = 0;
  /** Steps that the host was asked for and has not answered; until then the page keeps to what was asked last. */
  private asked = 0;
  /** Whether the host told its step anew meanwhile. */
  private told = false;
  private hovered: number | null = null;
  private pointedAt: Parameters<typeof isPointedAt>[0] = null;

  constructor(private readonly context: PageContext) {
    const { host } = context;
    const onStep = (step: number): void => this.goTo(step);
    const onReveal = (step: number): void => host.ask("rasp/reveal", { step });
    this.example = new ExampleField(host);
    this.generation = new GenerationView(context);
    const onHover = (step: number | null): void => this.hover(step);
    this.step = new StepView(context, { onStep, onReveal, onHover });
    this.program = new Program({ onStep, onReveal, onHover });
    this.programFigure = new Figure(context, {
      name: "rasp-program",
      title: "Program",
      table: () => programTable(this.need()),
      data: () => this.data?.picture,
    });
    this.countsFigure = new Figure(context, {
      name: "rasp-heads",
      title: "Heads per layer",
      table: () => countsTable(this.need()),
      data: () => this.data?.picture.counts,
    });
    this.programFigure.body.append(this.program.element);
    const side = h("div", { class: "rasp-side" }, this.programFigure.element, this.countsFigure.element);
    this.columns = h("div", { class: "rasp-columns" }, this.step.figure.element, side);
    this.element = h(
      "div",
      { class: "rasp" },
      this.example.element,
      this.problem,
      this.generation.figure.element,
      this.columns,
      this.following,
    );
    context.pointed.onChange((range) => {
      this.pointedAt = range;
      this.markPointed();
    });
  }

  update(data: RaspPanelData): void {
    this.data = data;
    const { picture } = data;
    this.element.style.setProperty("--selected", selectedInk());
    if (this.asked === 0) this.current = data.current;
    else this.told = true;
    this.current = Math.max(0, Math.min(this.current, picture.steps.length - 1));
    this.example.update(data.example, data.exampleIsOwn);
    this.generation.update(data.generation);
    this.drawProblem(picture);
    this.following.hidden = data.live;
    this.columns.hidden = picture.steps.length === 0;
    if (picture.steps.length === 0) return;
    this.program.update(picture, this.current);
    this.markPointed();
    this.programFigure.changed();
    fill(
      this.countsFigure.body,
      headCounts(picture),
      h("p", { class: "note" }, countsSentence(picture.counts)),
    );
    this.countsFigure.changed();
    this.step.update(picture, this.current);
    this.inspect();
  }

  repaint(): void {
    if (this.data) this.update(this.data);
  }

  inspect(): void {
    if (this.data && this.data.picture.steps.length > 0) this.step.inspect();
  }

  summary({ picture, current }: RaspPanelData): string {
    const step = picture.steps[current];
    if (!step) return picture.error?.message ?? "The program has no steps.";
    return `${stepName(step)}, ${whereWords(step)}. ${ruleWords(step)}`;
  }

  ran({ picture }: RaspPanelData): string {
    return `${dialectName(picture.dialect)} on ${inputName(picture)}`;
  }

  subject({ picture }: RaspPanelData): readonly Child[] {
    const [ours] = picture.counts;
    const size = [counted(picture.layers, "layer"), ours ? counted(headsIn(ours), "head") : ""]
      .filter(Boolean)
      .join(", ");
    return [
      h("span", { class: "badge-name" }, dialectName(picture.dialect)),
      h("span", { class: "subject-input mono" }, inputName(picture)),
      h("span", { class: "badge-detail" }, size),
    ];
  }

  private need(): RaspPicture {
    if (!this.data) throw new Error("Nothing has been drawn yet.");
    return this.data.picture;
  }

  private goTo(step: number): void {
    const steps = this.data?.picture.steps.length ?? 0;
    if (step === this.current || step < 0 || step >= steps) return;
    if (this.asked++ === 0) this.told = false;
    this.draw(step);
    const answered = (refused: boolean): void => {
      this.asked--;
      const follow = this.asked === 0 && (refused || this.told);
      if (follow && this.data && this.data.current !== this.current) this.draw(this.data.current);
    };
    this.context.host.request("rasp/step", { step }).then(
      () => answered(false),
      () => answered(true),
    );
  }

  private draw(step: number): void {
    const picture = this.need();
    this.current = Math.max(0, Math.min(step, picture.steps.length - 1));
    this.program.show(this.current);
    this.step.update(picture, this.current);
    this.inspect();
    const shown = picture.steps[this.current]!;
    this.context.announce(`${stepName(shown)}, ${whereWords(shown)}. ${ruleWords(shown)}`);
  }

  private hover(step: number | null): void {
    if (step === this.hovered) return;
    this.hovered = step;
    this.context.host.ask("rasp/hover", { step });
  }

  /** Marks the steps that are the smallest written where one points in the source. */
  private markPointed(): void {
    const { pointedAt } = this;
    const isAt = ({ range }: RaspStep): boolean => range !== null && isPointedAt(pointedAt, range);
    const length = ({ range }: RaspStep): number => (range ? range.end - range.start : Infinity);
    const narrowest = Math.min(...(this.data?.picture.steps ?? []).filter(isAt).map(length));
    this.program.point((step) => isAt(step) && length(step) === narrowest);
  }

  private drawProblem({ error }: RaspPicture): void {
    this.problem.hidden = error === null;
    if (!error) return fill(this.problem);
    const { range } = error;
    const show = (): void => {
      if (range) this.context.host.ask("editor/reveal", { start: range.start, end: range.end });
    };
    fill(
      this.problem,
      h("p", { class: "frame-lead" }, error.message),
      error.next === null ? null : h("p", {}, error.next),
      range ? h("div", { class: "actions" }, button("Show in the program", show)) : null,
    );
  }
}

openPage("rasp", (context) => new RaspPanel(context));
