/**
 * Loaded before a panel's bundle, and small, so that it is there when the bundle is not: says in a sentence that the
 * page failed, and has the host load it anew. Nothing is lost by that, since snapshots are the host's.
 */
import type { HostApi } from "../../src/protocol/panelApi";
import type { RequestMessage } from "../../src/protocol/rpcMessages";
import { h } from "./dom";

interface Api {
  postMessage(message: unknown): void;
}
type Globals = typeof globalThis & { acquireVsCodeApi(): Api };

const globals = globalThis as Globals;
const acquire = globals.acquireVsCodeApi;
let api: Api | undefined;
// It can be acquired once; here and in the bundle it is needed.
const host = (): Api => (api ??= acquire());
globals.acquireVsCodeApi = host;

/** Units of what is said of the failure. */
const longestReason = 300;

function reload(reason: string): void {
  const params: HostApi["page/reload"]["params"] = { reason };
  // The bundle counts its calls from 1 on.
  const request: RequestMessage = { rpc: "request", id: -1, method: "page/reload", params };
  host().postMessage(request);
}

function show(why: string): void {
  if (document.querySelector(".page-failed")) return;
  const reason = why.length > longestReason ? `${why.slice(0, longestReason)}…` : why;
  const button = h("button", { type: "button", class: "page-failed-reload" }, "Reload page");
  button.addEventListener("click", () => reload(reason));
  document.body.prepend(
    h(
      "div",
      { class: "page-failed", role: "alert" },
      h("p", {}, `Something in this page failed (${reason}); what was computed is kept.`),
      button,
    ),
  );
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

// Captured, since what a script or stylesheet says that cannot be loaded does not bubble.
window.addEventListener(
  "error",
  (event) => {
    const { target } = event;
    if (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)
      return show("a part of it could not be loaded");
    // Told when an observer's work takes more than one frame: no failure.
    if (event.message?.startsWith("ResizeObserver loop")) return;
    show(event.error === undefined || event.error === null ? event.message : reasonOf(event.error));
  },
  true,
);
window.addEventListener("unhandledrejection", ({ reason }) => show(reasonOf(reason)));
