/** The Steering page: default and steered continuation side by side, the strength, and the controls always on. */
import { CancelledError } from "../../../src/base/errors";
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import type { PanelState, SteeringAgain, SteeringPanelData } from "../../../src/protocol/panelApi";
import { strengthOf } from "../../../src/protocol/strength";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { logs, percent, probability } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { bosWords } from "../../shared/ranOn";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { button, Dropdown, TextField } from "../../shared/ui";
import { Continuation } from "./continuation";
import { controlParts, multiples } from "./controls";
import { alignedList, alignedTable } from "./aligned";
import { expectationList, expectationTable, movedLists, movedTable } from "./outcomes";
import { StrengthSlider } from "./slider";
import "./steering.css";
import { continuationTable, controlTable, type TextPair } from "./tables";
import { editFacts, pendingWords, samplesSentence, samplingWords, stepSentence } from "./words";

class SteeringPanel implements Panel<SteeringPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "Steer the model by the difference of two texts, and see whether it did more than chance.",
    how: "Run Introspect: Steering Experiment… from the palette, or open a .introspect.json file.",
    example: "Run the example experiment",
  };
  readonly keys = [
    ["← → ↑ ↓", "move over the tokens"],
    ["Enter", "in the strength, texts or temperature: run again"],
    ["← →", "on the slider: continue at another strength"],
  ] as const;
  readonly terms = [
    ["steering", "adding a direction to the residual stream while the model writes (Turner et al. 2023)"],
    ["strength", "multiplies what is added; at zero the edited model is the model itself, to the last bit"],
    ["KL", "how far the first new token’s distribution moved from the default"],
    [
      "effectiveness",
      "by how much the log-probability rises that the next token begins one of the aligned words",
    ],
    [
      "disruption",
      "how far the next token moved among the aligned tokens and among the rest (KL of the steered to the default)",
    ],
    ["random directions", "directions of equal norm without meaning: what any push of this size does"],
    [
      "shuffled labels",
      "the direction made anew of its own pairs with their sides mixed up, brought to the same norm: what fitting alone does",
    ],
    [
      "random prompt pairs",
      "differences of two random texts, brought to the same norm: what any difference does",
    ],
  ] as const;
  private readonly strength: TextField;
  private readonly slider: StrengthSlider;
  private readonly samples: TextField;
  private readonly temperature: TextField;
  private readonly problem = h("span", { class: "problem", role: "alert" });
  private readonly file = h("span", { class: "muted" });
  private readonly prompt = h("p", { class: "prompt mono" });
  private readonly step = h("p", { class: "step", role: "status" });
  private readonly which: Dropdown;
  private readonly parted = h("span", { class: "muted" });
  private readonly several: HTMLElement;
  private readonly plain: Continuation;
  private readonly steered: Continuation;
  private readonly pending = h("p", { class: "muted" });
  private readonly texts: Figure;
  private readonly expectations: Figure;
  private readonly moved: Figure;
  private readonly aligned: Figure;
  private readonly controls: Figure;
  private readonly results: HTMLElement;
  private data: SteeringPanelData | null = null;
  private state: PanelState<SteeringPanelData> | null = null;
  private shown = { strength: "", samples: "", temperature: "" };
  /** Which of several pairs of texts is shown. */
  private pair = 0;

  constructor(private readonly context: PageContext) {
    this.strength = new TextField("Strength", () => this.run());
    this.samples = new TextField("Texts", () => this.run());
    this.temperature = new TextField("Temperature", () => this.run());
    this.slider = new StrengthSlider(
      (strength) => {
        this.strength.value = String(strength);
        setText(this.problem, "");
      },
      (strength) => this.slide(strength),
    );
    this.which = new Dropdown("Text", (value) => {
      this.pair = Number(value);
      this.repaint();
    });
    this.several = h("div", { class: "several no-export" }, this.which.element, this.parted);
    const inspect = (result: GenerateResult, index: number): void => this.inspectToken(result, index);
    this.plain = new Continuation("Default", inspect);
    this.steered = new Continuation("Steered", inspect);
    this.texts = new Figure(context, {
      name: "steering-texts",
      title: "Default and steered",
      table: () => continuationTable(this.shownTexts(), this.textsName()),
      data: () => this.data,
    });
    this.expectations = new Figure(context, {
      name: "steering-expectations",
      title: "Expectations",
      table: () => expectationTable(this.need()),
      data: () => this.data?.result?.expectations,
    });
    this.moved = new Figure(context, {
      name: "steering-moved",
      title: "Next token",
      table: () => movedTable(this.need()),
      data: () => this.data?.result?.moved,
    });
    this.aligned = new Figure(context, {
      name: "steering-aligned",
      title: "Aligned tokens and the rest",
      table: () => alignedTable(this.need()),
      data: () => this.data?.result?.aligned,
    });
    this.controls = new Figure(context, {
      name: "steering-controls",
      title: "Controls",
      table: () => controlTable(this.need()),
      data: () => ({ controls: this.data?.result?.controls, kl: this.data?.result?.kl }),
    });
    this.texts.body.append(
      this.prompt,
      this.step,
      this.several,
      h("div", { class: "sides" }, this.plain.element, this.steered.element),
    );
    const run = button("Run", () => this.run(), "primary");
    const save = button("Save", () => context.host.ask("steering/save", {}));
    const bar = h(
      "div",
      { class: "controls" },
      this.strength.element,
      this.slider.element,
      this.samples.element,
      this.temperature.element,
      run,
      save,
      this.file,
      this.problem,
    );
    this.results = h("div", {}, ...this.figures.map(({ element }) => element));
    this.element = h("div", { class: "steering" }, bar, this.pending, this.results);
  }

  update(data: SteeringPanelData, state: PanelState<SteeringPanelData>): void {
    this.data = data;
    this.state = state;
    this.fillFields(data);
    setText(this.file, data.file ? `saved as ${data.file}` : "not saved");
    setText(this.pending, pendingWords(state));
    this.pending.hidden = data.result !== null;
    this.results.hidden = data.result === null;
    if (data.result) this.drawResult(data.result);
    this.inspect();
  }

  repaint(): void {
    if (this.data && this.state) this.update(this.data, this.state);
  }

  inspect(): void {
    const { data } = this;
    if (!data) return;
    const { experiment } = data;
    const edits = experiment.edits.flatMap((edit, i) => [
      h("h3", { class: "part-title" }, experiment.edits.length > 1 ? `Edit ${i + 1}` : "Edit"),
      facts(editFacts(edit).map(([name, value]) => [name, h("span", { class: "mono" }, value)])),
    ]);
    this.context.rail.show(
      ["Experiment"],
      facts([
        ["prompt", h("span", { class: "mono" }, experiment.prompt)],
        ["BOS", data.result ? bosWords(data.result.bos) : (experiment.bos ?? "auto")],
        ["sampling", samplingWords(experiment)],
      ]),
      ...edits,
    );
  }

  summary({ result }: SteeringPanelData): string {
    if (!result) return "Experiment ready to run.";
    const parts =
      result.partsAt === null
        ? "The two texts are the same."
        : `The texts part at token ${result.partsAt + 1}.`;
    return result.percentile === null ? parts : `${parts} Percentile ${percent(result.percentile)}.`;
  }

  ran({ result }: SteeringPanelData): string | null {
    return result && bosWords(result.bos);
  }

  /** What somebody is typing, or dragging, is theirs until the experiment itself has something else. */
  private fillFields({ experiment, result, step }: SteeringPanelData): void {
    const own = strengthOf(experiment);
    const { samples = 1, temperature } = experiment.sampling;
    const now = {
      strength: String(step?.scale ?? own ?? 1),
      samples: String(samples),
      temperature: String(temperature),
    };
    for (const name of ["strength", "samples", "temperature"] as const) {
      const isTheirs = name === "strength" && this.slider.busy;
      if (now[name] !== this.shown[name] && !isTheirs) this[name].value = now[name];
    }
    if (!this.slider.busy) this.slider.update(result ? own : null, step?.scale ?? own);
    this.shown = now;
  }

  /** The texts that are shown: at the strength dragged to, else the chosen pair. */
  private shownTexts(): TextPair & Pick<SteerResult, "partsAt"> {
    const result = this.need();
    if (this.data?.step) return this.data.step.ran;
    const { samples } = result;
    const [plain, steered] = [samples?.default[this.pair], samples?.steered[this.pair]];
    if (!samples || !plain || !steered) return result;
    return { default: plain, steered, partsAt: samples.partsAt[this.pair] ?? null };
  }

  private textsName(): string {
    const { step, result } = this.data ?? {};
    if (step) return ` at strength ${step.scale}`;
    return result?.samples ? ` with seed ${result.samples.seeds[this.pair]}` : "";
  }

  private get figures(): readonly Figure[] {
    return [this.texts, this.expectations, this.moved, this.aligned, this.controls];
  }

  private need(): SteerResult {
    if (!this.data?.result) throw new Error("The experiment has not been run yet.");
    return this.data.result;
  }

  private drawResult(result: SteerResult): void {
    setText(this.prompt, this.data?.experiment.prompt ?? "");
    const { step, experiment } = this.data as SteeringPanelData;
    setText(this.step, step ? stepSentence(step, strengthOf(experiment)) : "");
    this.step.hidden = step === undefined;
    this.drawSamples(result, step !== undefined);
    const { default: plain, steered, partsAt } = this.shownTexts();
    this.plain.update(plain, partsAt);
    this.steered.update(steered, partsAt);
    fill(
      this.texts.key,
      legend({
        label: "probability of each token as it was chosen",
        low: "0%",
        high: "100%",
        scale: (t) => theme().sequential(t),
      }),
      h(
        "span",
        { class: "legend" },
        partsAt === null ? null : h("span", { class: "swatch swatch-part" }),
        partsAt === null ? "the two texts are the same" : "here they part",
      ),
    );
    fill(this.controls.body, ...controlParts(result, this.controls.body.clientWidth), multiples(result));
    fill(this.expectations.body, expectationList(result), ...warnings(result));
    this.expectations.element.hidden = !result.expectations?.length && !result.warnings?.length;
    fill(this.moved.body, ...movedLists(result));
    this.moved.element.hidden = !result.moved;
    fill(this.aligned.body, ...alignedList(result));
    this.aligned.element.hidden = !result.aligned;
    for (const figure of this.figures) figure.changed();
  }

  private drawSamples({ samples }: SteerResult, isDragged: boolean): void {
    this.several.hidden = !samples || isDragged;
    if (!samples) return;
    if (this.pair >= samples.seeds.length) this.pair = 0;
    const choices = samples.seeds.map((seed, i) => {
      const at = samples.partsAt[i] ?? null;
      return {
        value: String(i),
        label: `${i + 1} · seed ${seed} · ${at === null ? "same" : `parts at ${at + 1}`}`,
      };
    });
    this.which.update(choices, String(this.pair));
    setText(this.parted, samplesSentence(samples));
  }

  private run(): void {
    const scale = typed(this.strength);
    const samples = typed(this.samples);
    const temperature = typed(this.temperature);
    const wrong = problemOf(scale, samples, temperature);
    setText(this.problem, wrong ?? "");
    if (wrong !== null) return;
    const before = this.data?.experiment.sampling;
    const again: SteeringAgain = {
      scale: scale as number,
      ...(samples === (before?.samples ?? 1) ? {} : { samples: samples as number }),
      ...(temperature === before?.temperature ? {} : { temperature: temperature as number }),
    };
    this.context.host.ask("steering/run", again);
  }

  private async slide(strength: number): Promise<void> {
    try {
      await this.context.host.request("steering/slide", { scale: strength });
    } catch (error) {
      // A newer strength took its place: that one will be answered.
      if (error instanceof CancelledError) return;
      setText(this.problem, error instanceof Error ? error.message : String(error));
    }
  }

  private inspectToken(result: GenerateResult, index: number): void {
    const id = result.ids[index];
    if (id === undefined) return;
    const { default: plain, steered } = this.shownTexts();
    const other = result === plain ? steered : plain;
    const rows: [string, string | HTMLElement][] = [
      ["probability", probability(result.logProbs[index])],
      ["log-probability", logs(result.logProbs[index])],
      ["token id", String(id)],
    ];
    if (other && other.ids[index] !== undefined) {
      const face = tokenFace(other.tokens[index] ?? null, other.ids[index]);
      rows.push(["there instead", h("span", {}, face, ` ${probability(other.logProbs[index])}`)]);
    }
    this.context.rail.show([`Token ${index + 1} `, tokenFace(result.tokens[index] ?? null, id)], facts(rows));
  }
}

/** What is wrong with the fields; null where nothing is. */
function problemOf(scale: number | null, samples: number | null, temperature: number | null): string | null {
  if (scale === null) return "The strength must be a number.";
  if (samples === null || !Number.isInteger(samples) || samples < 1 || samples > 100)
    return "The number of texts must be a whole number from 1 to 100.";
  if (temperature === null || temperature < 0 || temperature > 10)
    return "The temperature must be a number from 0 to 10.";
  if (samples > 1 && temperature === 0)
    return "At temperature 0 all texts are the same: give a temperature above 0.";
  return null;
}

/** The number in a field; null where there is none. */
function typed(field: TextField): number | null {
  const text = field.value.trim().replace("\u2212", "-").replace(",", ".");
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? value : null;
}

function warnings(result: SteerResult): HTMLElement[] {
  return (result.warnings ?? []).map((text) => h("p", { class: "note" }, text));
}

openPage("steering", (context) => new SteeringPanel(context));
