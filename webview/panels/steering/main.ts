/** The Steering page: default and steered continuation side by side, the strength, and the controls always on. */
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import type { PanelState, SteeringPanelData } from "../../../src/protocol/panelApi";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { logs, percent, probability } from "../../shared/format";
import { legend } from "../../shared/legend";
import { openPage, type PageContext, type Panel } from "../../shared/page";
import { facts } from "../../shared/rail";
import { bosWords } from "../../shared/ranOn";
import { theme } from "../../shared/theme";
import { tokenFace } from "../../shared/tokenStrip";
import { button, TextField } from "../../shared/ui";
import { Continuation } from "./continuation";
import { controlParts, multiples } from "./controls";
import "./steering.css";
import { continuationTable, controlTable } from "./tables";
import { editFacts, pendingWords, samplingWords, strengthOf } from "./words";

class SteeringPanel implements Panel<SteeringPanelData> {
  readonly element: HTMLElement;
  readonly empty = {
    what: "Steer the model by the difference of two texts, and see whether it did more than chance.",
    how: "Run Introspect: Steering Experiment… from the palette, or open a .introspect.json file.",
    example: "Run the example experiment",
  };
  readonly keys = [
    ["← → ↑ ↓", "move over the tokens"],
    ["Enter", "in the strength: run again"],
  ] as const;
  readonly terms = [
    ["steering", "adding a direction to the residual stream while the model writes (Turner et al. 2023)"],
    ["strength", "multiplies what is added; at zero the edited model is the model itself, to the last bit"],
    ["KL", "how far the first new token’s distribution moved from the default"],
    ["random directions", "directions of equal norm without meaning: what any push of this size does"],
  ] as const;
  private readonly strength: TextField;
  private readonly problem = h("span", { class: "problem", role: "alert" });
  private readonly file = h("span", { class: "muted" });
  private readonly prompt = h("p", { class: "prompt mono" });
  private readonly plain: Continuation;
  private readonly steered: Continuation;
  private readonly pending = h("p", { class: "muted" });
  private readonly texts: Figure;
  private readonly controls: Figure;
  private readonly results: HTMLElement;
  private data: SteeringPanelData | null = null;
  private state: PanelState<SteeringPanelData> | null = null;
  private shownStrength: number | null = null;

  constructor(private readonly context: PageContext) {
    this.strength = new TextField("Strength", () => this.run());
    const inspect = (result: GenerateResult, index: number): void => this.inspectToken(result, index);
    this.plain = new Continuation("Default", inspect);
    this.steered = new Continuation("Steered", inspect);
    this.texts = new Figure(context, {
      name: "steering-texts",
      title: "Default and steered",
      table: () => continuationTable(this.need()),
      data: () => this.data,
    });
    this.controls = new Figure(context, {
      name: "steering-controls",
      title: "Controls",
      table: () => controlTable(this.need()),
      data: () => ({ controls: this.data?.result?.controls, kl: this.data?.result?.kl }),
    });
    this.texts.body.append(
      this.prompt,
      h("div", { class: "sides" }, this.plain.element, this.steered.element),
    );
    const run = button("Run", () => this.run(), "primary");
    const save = button("Save", () => context.host.ask("steering/save", {}));
    const bar = h("div", { class: "controls" }, this.strength.element, run, save, this.file, this.problem);
    this.results = h("div", {}, this.texts.element, this.controls.element);
    this.element = h("div", { class: "steering" }, bar, this.pending, this.results);
  }

  update(data: SteeringPanelData, state: PanelState<SteeringPanelData>): void {
    this.data = data;
    this.state = state;
    const strength = strengthOf(data.experiment);
    // What somebody is typing is theirs until the experiment itself has another strength.
    if (strength !== this.shownStrength) this.strength.value = String(strength);
    this.shownStrength = strength;
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

  private need(): SteerResult {
    if (!this.data?.result) throw new Error("The experiment has not been run yet.");
    return this.data.result;
  }

  private drawResult(result: SteerResult): void {
    setText(this.prompt, this.data?.experiment.prompt ?? "");
    this.plain.update(result.default, result.partsAt);
    this.steered.update(result.steered, result.partsAt);
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
        result.partsAt === null ? null : h("span", { class: "swatch swatch-part" }),
        result.partsAt === null ? "the two texts are the same" : "here they part",
      ),
    );
    fill(this.controls.body, ...controlParts(result, this.controls.body.clientWidth), multiples(result));
    this.texts.changed();
    this.controls.changed();
  }

  private run(): void {
    const typed = this.strength.value.trim().replace("\u2212", "-").replace(",", ".");
    const scale = Number(typed);
    const isNumber = typed !== "" && Number.isFinite(scale);
    setText(this.problem, isNumber ? "" : "The strength must be a number.");
    if (isNumber) this.context.host.ask("steering/run", { scale });
  }

  private inspectToken(result: GenerateResult, index: number): void {
    const id = result.ids[index];
    if (id === undefined) return;
    const other =
      result === this.data?.result?.default ? this.data.result.steered : this.data?.result?.default;
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

openPage("steering", (context) => new SteeringPanel(context));
