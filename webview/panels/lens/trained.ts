/** The trained lens beside the raw one: the switch between them, what each is, and how good the trained one is. */
import {
  fewHeldOut,
  lensKinds,
  type HeldOutLayer,
  type LensChoice,
  type LensFacts,
  type LensKind,
} from "../../../src/protocol/lensFile";
import { heldOutChart } from "../../plots/heldOutChart";
import { fill, h, setText } from "../../shared/dom";
import { Figure, type FigureContext } from "../../shared/figure";
import { count } from "../../shared/format";
import type { Term } from "../../shared/keys";
import type { TableData } from "../../shared/table";
import { theme } from "../../shared/theme";
import "./trained.css";
import { inLogUnit, logUnit } from "../../shared/logUnit";

const labels: Readonly<Record<LensKind, string>> = { logit: "Logit lens", trained: "Trained lens" };

const notes: Readonly<Record<LensKind, string>> = {
  logit:
    "Read through the model's own final norm and unembedding: what the residual stream decodes to at a layer, not what " +
    "the layer predicts. Early rows are biased; a low probability there is no evidence of absence.",
  trained:
    "Each row but the last goes through an affine translator of its own before final norm and unembedding: what of the " +
    "output can be read from a layer in this way, learned from other text. It may say what the model does not use there.",
};

/** What the switch's words mean. */
export const trainedTerms: readonly Term[] = [
  [
    "trained lens",
    "the logit lens with an affine translator per layer, fitted to the model's output on other text (Belrose et al. 2023)",
  ],
  [
    "random",
    "a translator of random numbers with the trained one's norm: what a lens of this size does by chance",
  ],
  [
    "KL",
    "forward Kullback–Leibler divergence from the model's output to what a row decodes to: 0 is the same",
  ],
];

/** Switch, note and figure; hidden where the host says nothing of lenses. */
export class TrainedLens {
  /** The switch, with what keeps the trained lens from being used. */
  readonly choice: HTMLElement;
  readonly note = h("p", { class: "note" }, notes.logit);
  readonly figure: Figure;
  private readonly radios: ReadonlyMap<LensKind, HTMLInputElement>;
  private readonly file = h("span", { class: "lens-file muted" });
  private readonly hint = h("p", { class: "note lens-hint" });
  private readonly warning = h("p", { class: "note" });
  private readonly made = h("p", { class: "note" });
  private readonly chart = h("div", {});
  private facts: LensFacts | null = null;
  private drawn: readonly unknown[] = [];

  constructor(context: FigureContext) {
    this.radios = new Map(
      lensKinds.map((kind) => [kind, h("input", { type: "radio", name: "lens", value: kind })]),
    );
    const choices = lensKinds.map((kind) => {
      const radio = this.radios.get(kind)!;
      radio.addEventListener("change", () => context.host.ask("lens/choose", { kind }));
      return h("label", { class: "choice", title: notes[kind] }, radio, h("span", {}, labels[kind]));
    });
    const row = h("div", { class: "choices", role: "radiogroup", "aria-label": "Read through" }, ...choices);
    const title = "Choose which file the trained lens of this model is";
    const other = h("button", { type: "button", class: "tool", title }, "Lens file…");
    other.addEventListener("click", () => context.host.ask("lens/file", {}));
    const source = h("div", { class: "lens-source" }, this.file, other);
    this.choice = h("div", { class: "lens-choice", hidden: true }, row, source, this.hint);
    this.figure = new Figure(context, {
      name: "lens-held-out",
      title: "KL to the output on held-out text",
      table: () => heldOutTable(this.facts?.heldOut.layers ?? []),
      data: () => this.facts,
    });
    this.figure.body.append(this.chart, this.warning, this.made);
    this.figure.element.hidden = true;
  }

  /** Shows what the host says of lenses. */
  update(choice: LensChoice | undefined): void {
    this.choice.hidden = choice === undefined;
    const { used = "logit", trained = null, problem } = choice ?? {};
    for (const [kind, radio] of this.radios) radio.checked = kind === used;
    this.radios.get("trained")!.disabled = choice !== undefined && trained === null;
    const hint = problem ? [problem.message, problem.next].filter(Boolean).join(" ") : checked(trained);
    setText(this.file, trained ? fileName(trained.file) : "");
    this.file.title = trained?.file ?? "";
    setText(this.hint, hint);
    this.hint.hidden = hint === "";
    setText(this.note, notes[used]);
    this.figure.element.hidden = trained === null;
    if (trained !== null) this.draw(trained);
  }

  private draw(facts: LensFacts): void {
    const width = Math.floor(this.figure.body.clientWidth);
    const drawn = [JSON.stringify(facts), width, theme()];
    if (drawn.every((value, i) => value === this.drawn[i])) return;
    this.facts = facts;
    setText(this.warning, [fewHeldOut(facts) ?? "", worseWords(facts.heldOut.layers)].join(" ").trim());
    this.warning.hidden = this.warning.textContent === "";
    setText(this.made, madeWords(facts));
    if (width > 0) {
      this.drawn = drawn;
      const options = { width: Math.min(440, width), height: 132, theme: theme() };
      fill(this.chart, heldOutChart(facts.heldOut.layers, options));
    }
    this.figure.changed();
  }
}

/** What the check of the file against the model found, or how to get a lens. */
const checked = (trained: LensFacts | null): string =>
  trained
    ? (trained.warning ?? "")
    : "This model has no trained lens yet; `introspect lens-fit` on the command line fits one.";

const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

function worseWords(layers: readonly HeldOutLayer[]): string {
  const worse = layers.flatMap(({ layer, worse: isWorse }) => (isWorse ? [layer] : []));
  if (worse.length === 0) return "";
  const which = worse.length === 1 ? `At layer ${worse[0]}` : `At layers ${worse.join(", ")}`;
  return `${which} the trained lens is farther from the output than the logit lens.`;
}

function madeWords({ heldOut, positions, steps, text }: LensFacts): string {
  const stepWords = steps === 0 ? "" : ` and ${count(steps)} KL steps`;
  return `${count(heldOut.positions)} held-out positions; fitted by least squares on ${count(positions)}${stepWords}. Text: ${text}.`;
}

/** One row per layer: KL of the three lenses, and what was kept. */
export function heldOutTable(layers: readonly HeldOutLayer[]): TableData {
  return {
    caption: "Forward KL to the model's output on held-out text, by layer",
    columns: [
      "layer",
      `logit lens (${logUnit()})`,
      `trained lens (${logUnit()})`,
      `random translator (${logUnit()})`,
      "kept",
      "note",
    ],
    rows: layers.map(({ layer, logit, trained, random, from, worse }) => [
      layer === 0 ? "emb" : String(layer),
      inLogUnit(logit),
      inLogUnit(trained),
      inLogUnit(random),
      from,
      worse ? "worse than the logit lens" : "",
    ]),
  };
}
