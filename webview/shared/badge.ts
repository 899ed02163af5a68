/** The quiet badge: which model the picture is of. */
import { modelNameOf } from "../../src/base/modelName";
import type { ModelInfo } from "../../src/protocol/model";
import { fill, h } from "./dom";
import { parameters } from "./format";

/** What people call their model. */
export const modelName = (model: ModelInfo): string => modelNameOf(model.path);

/** The first 8 hex digits of the digest: enough to tell two models apart at a glance. */
export function shortDigest(model: ModelInfo): string | null {
  return model.digest === null ? null : model.digest.slice(0, 8);
}

/** A button that names the model and leads to choosing another. */
export class Badge {
  readonly element: HTMLButtonElement;
  private drawn = "";

  constructor(choose: () => void) {
    this.element = h("button", { class: "badge", type: "button" });
    this.element.addEventListener("click", choose);
    this.update(undefined);
  }

  /** Shows a model; where none is known (before the first request, or after one that failed) the way to one. */
  update(model: ModelInfo | undefined): void {
    const digest = model ? shortDigest(model) : null;
    const key = model ? `${model.path}\n${digest ?? ""}` : "none";
    if (key === this.drawn) return;
    this.drawn = key;
    if (!model) {
      fill(this.element, h("span", { class: "badge-name" }, "Choose model…"));
      this.element.setAttribute("aria-label", "Choose a model");
      return;
    }
    const detail = `${model.family} · ${model.nLayers} layers · ${parameters(model.nParams)}`;
    fill(
      this.element,
      h("span", { class: "badge-name" }, modelName(model)),
      h("span", { class: "badge-detail" }, detail),
      digest ? h("span", { class: "badge-digest mono" }, digest) : null,
    );
    const says = `Model ${modelName(model)}, ${detail}${digest ? `, digest ${digest}` : ""}. Choose another model`;
    this.element.setAttribute("aria-label", says);
  }
}
