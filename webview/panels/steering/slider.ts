/** The strength on a slider: one question to the host at a time, always for where the slider stands by then. */
import { h } from "../../shared/dom";
import { number } from "../../shared/format";

/** Steps on either side of zero. */
const STEPS = 40;

/** What moves the strength. */
export class StrengthSlider {
  readonly element: HTMLElement;
  private readonly input = h("input", { type: "range", min: -STEPS, max: STEPS, step: 1, class: "slide" });
  private readonly ends = [h("span", { class: "num muted" }), h("span", { class: "num muted" })] as const;
  private most = 1;
  private wanted: number | null = null;
  private asking = false;

  /**
   * @param onMove  the slider stands at another strength
   * @param ask  has the host continue there; resolves when the page has the answer
   */
  constructor(
    private readonly onMove: (strength: number) => void,
    private readonly ask: (strength: number) => Promise<void>,
  ) {
    this.input.setAttribute("aria-label", "Strength, continued at once");
    this.input.addEventListener("input", () => this.moved());
    this.element = h("span", { class: "slider" }, this.ends[0], this.input, this.ends[1]);
  }

  /** True while an answer is awaited: then the slider is ahead of what the host says. */
  get busy(): boolean {
    return this.asking;
  }

  /** Shows a strength; the slider reaches to twice the experiment's own. Hidden where there is none. */
  update(own: number | null, shown: number | null): void {
    this.element.hidden = own === null || shown === null;
    if (own === null || shown === null) return;
    this.most = own === 0 ? 1 : 2 * Math.abs(own);
    const [low, high] = this.ends;
    low.textContent = number(-this.most);
    high.textContent = number(this.most);
    this.input.value = String(Math.round((shown / this.most) * STEPS));
    this.say(shown);
  }

  private moved(): void {
    // As many digits as a person would write.
    const strength = Number(((Number(this.input.value) / STEPS) * this.most).toPrecision(3));
    this.wanted = strength;
    this.say(strength);
    this.onMove(strength);
    if (!this.asking) void this.answerAll();
  }

  private async answerAll(): Promise<void> {
    this.asking = true;
    try {
      while (this.wanted !== null) {
        const strength = this.wanted;
        this.wanted = null;
        await this.ask(strength);
      }
    } finally {
      this.asking = false;
    }
  }

  private say(strength: number): void {
    this.input.setAttribute("aria-valuetext", number(strength));
  }
}
