/** What stands where a picture would be: nothing yet, work under way, or an error with its next step. */
import type { ErrorData } from "../../src/base/errors";
import { h } from "./dom";
import type { PanelState } from "../../src/protocol/panelApi";
import type { Host } from "./host";
import { button, progressRing } from "./ui";

/** Words of a panel's empty state. */
export interface EmptyWords {
  /** What this panel shows, in a sentence. */
  readonly what: string;
  /** How to get it to show that. */
  readonly how: string;
  /** The label of the example. */
  readonly example: string;
}

/** The empty state: what the panel shows, how, and one example to click. */
export function emptyFrame(
  state: PanelState<unknown>,
  { empty: words, subject }: { readonly empty: EmptyWords; readonly subject?: unknown },
  host: Host,
): HTMLElement {
  const example = button(words.example, () => host.ask("page/example", {}), "primary");
  const choose = state.model || subject ? null : button("Choose model…", () => host.ask("model/choose", {}));
  return h(
    "div",
    { class: "frame frame-empty" },
    h("p", { class: "frame-lead" }, words.what),
    h("p", {}, state.message ?? words.how),
    h("div", { class: "actions" }, example, choose),
  );
}

/** Work under way, with how far it is and a way to stop it. */
export function loadingFrame(state: PanelState<unknown>, host: Host): HTMLElement {
  return h(
    "div",
    { class: "frame frame-loading" },
    h("div", { class: "loading-line" }, progressRing(), h("p", {}, state.message ?? "Working …")),
    progressBar(state),
    h(
      "div",
      { class: "actions" },
      button("Cancel", () => host.ask("page/cancel", {})),
    ),
  );
}

function progressBar(state: PanelState<unknown>): HTMLElement {
  const bar = h("div", { class: "progress", role: "progressbar", "aria-label": state.message ?? "Working" });
  if (state.progress === undefined) {
    bar.hidden = true;
    return bar;
  }
  const share = Math.min(1, Math.max(0, state.progress));
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", "100");
  bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  const done = h("div", { class: "progress-done" });
  done.style.width = `${share * 100}%`;
  bar.append(done);
  return bar;
}

/** After too many stops the engine stays down until it is asked for: trying again starts it. */
const retryLabel = ({ code }: ErrorData): string =>
  code === "engine-crash-loop" ? "Restart engine" : "Try again";

/**
 * What happened, the one next step, and a way to try again, or what mends it where that would fail again; another model
 * is offered where the page is of one.
 */
export function errorFrame(
  error: ErrorData,
  host: Host,
  { ofModel, mend = null }: { readonly ofModel: boolean; readonly mend?: HTMLElement | null },
): HTMLElement {
  const retry = (): HTMLElement => button(retryLabel(error), () => host.ask("page/retry", {}), "primary");
  return h(
    "div",
    { class: "frame frame-error" },
    h(
      "div",
      { role: "alert" },
      h("p", { class: "frame-lead" }, error.message),
      error.next ? h("p", {}, error.next) : null,
    ),
    mend,
    h(
      "div",
      { class: "actions" },
      mend ? null : retry(),
      ofModel ? button("Choose model…", () => host.ask("model/choose", {})) : null,
    ),
    h("p", { class: "code mono" }, error.code),
  );
}
