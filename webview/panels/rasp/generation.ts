/** A RASP-L program's autoregressive run: prompt, what was generated, and the buttons that go on. */
import type { RaspGeneration } from "../../../src/protocol/raspPanel";
import { fill, h, setText } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import type { PageContext } from "../../shared/page";
import { tokenFace } from "../../shared/tokenStrip";
import { spokenText } from "../../shared/tokenText";
import { generationTable } from "./tables";
import { generationWords } from "./words";

/** The run as a row of tokens. */
export class GenerationView {
  readonly figure: Figure;
  private readonly tokens = h("div", { class: "generated mono", role: "list" });
  private readonly words = h("p", { class: "note", role: "status" });
  private readonly next: HTMLButtonElement;
  private readonly all: HTMLButtonElement;
  private readonly reset: HTMLButtonElement;
  private run: RaspGeneration | null = null;

  constructor({ host, ...context }: PageContext) {
    this.figure = new Figure(
      { host, ...context },
      {
        name: "rasp-generation",
        title: "Token by token",
        table: () => generationTable(this.need()),
        data: () => this.run,
      },
    );
    this.next = action("Next token", () => host.ask("rasp/generate", { steps: 1 }));
    this.all = action("To the end", () => host.ask("rasp/generate", { steps: "all" }));
    this.reset = action("Start again", () => host.ask("rasp/generateReset", {}));
    const buttons = h("div", { class: "actions no-export" }, this.next, this.all, this.reset);
    this.figure.body.append(this.tokens, this.words, buttons);
    fill(
      this.figure.key,
      h("span", { class: "legend-hatch" }, h("span", { class: "swatch swatch-generated" }), "generated"),
    );
  }

  /** Draws the run; null hides it. */
  update(run: RaspGeneration | null): void {
    this.run = run;
    this.figure.element.hidden = run === null;
    if (!run) return;
    const item = (token: string, kind: string): HTMLElement =>
      h(
        "span",
        { class: `run-token ${kind}`, role: "listitem", "aria-label": `${spokenText(token)}, ${kind}` },
        tokenFace(token),
      );
    fill(
      this.tokens,
      ...run.prompt.map((token) => item(token, "prompt")),
      ...run.generated.map((token) => item(token, "generated-token")),
    );
    setText(this.words, generationWords(run));
    const waits = run.state === "stopped" && run.problem === null;
    this.next.disabled = !waits;
    this.all.disabled = !waits;
    this.reset.disabled = run.generated.length === 0;
    this.figure.changed();
  }

  private need(): RaspGeneration {
    if (!this.run) throw new Error("This dialect has no such runs.");
    return this.run;
  }
}

function action(label: string, onClick: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "run-button" }, label);
  element.addEventListener("click", onClick);
  return element;
}
