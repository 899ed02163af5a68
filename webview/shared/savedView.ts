/** The page of a saved view: what it says over the picture, and that nothing is asked for behind it. */
import type { HostApi, PanelState } from "../../src/protocol/panelApi";
import { modelName, shortDigest } from "./badge";
import { h, setText } from "./dom";
import type { Host } from "./host";
import { button } from "./ui";

/** What a saved view may ask for. */
const allowed = new Set<keyof HostApi>([
  "page/ready",
  "model/choose",
  "export/save",
  "export/npz",
  "export/copy",
  "view/save",
  "view/live",
]);

/** Asked for by looking alone, and passed over without a word. */
const quiet = new Set<keyof HostApi>(["focus/point", "focus/choose", "editor/reveal"]);

const readOnly = "A saved view is read-only. Show it live to go on from here.";

/** The host as a page of a saved view sees it; any other page sees all of it. */
export function hostOf(host: Host, isSaved: () => boolean, say: (sentence: string) => void): Host {
  const passes = (method: keyof HostApi): boolean => !isSaved() || allowed.has(method);
  return {
    memory: host.memory,
    ask: (method, params) => {
      if (passes(method)) host.ask(method, params);
      else if (!quiet.has(method)) say(readOnly);
    },
    request: (method, params) =>
      passes(method) ? host.request(method, params) : Promise.reject(new Error(readOnly)),
  };
}

/** The line over the picture. */
export class SavedBanner {
  readonly element: HTMLElement;
  private readonly words = h("span", {});
  private readonly how = h("span", { class: "muted" });
  private readonly live: HTMLElement;

  constructor(showLive: () => void) {
    this.live = button("Show live", showLive);
    this.element = h(
      "div",
      { class: "saved-banner", role: "note", hidden: true },
      this.words,
      this.live,
      this.how,
    );
  }

  /** Shows it where the state is a saved one. */
  update({ saved, model, made }: PanelState<unknown>): void {
    this.element.hidden = !saved;
    if (!saved) return;
    const name = model ? modelName(model) : "a model";
    const digest = model ? shortDigest(model) : null;
    const of = digest ? `${name}, digest ${digest}` : name;
    setText(this.words, `Saved view of ${of}: numbers of ${made ? day(made.at) : "then"}, not of now.`);
    const isOther = saved.live === "other-model";
    this.live.hidden = isOther;
    setText(this.how, isOther ? "Another model is in use; choose this one to see the view live." : "");
  }

  /** Says something beside it, for example that nothing can be changed here. */
  say(sentence: string): void {
    setText(this.how, sentence);
  }
}

/** A date as it is written, where it is one. */
function day(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "then" : date.toLocaleString();
}
