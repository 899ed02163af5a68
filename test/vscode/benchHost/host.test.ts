/** Not a test: measures inside the extension host: activation, the way to the engine, blocks while somebody types. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import * as vscode from "vscode";
import { longDocument } from "../../bench/longDocument";
import { quantile } from "../../bench/quantile";
import { inRepo } from "../../support/paths";
import { introspect, openText, patience, untilState } from "../host/support/introspect";

const keystrokes = 1000;
const roundTrips = 200;

describe("the extension host", () => {
  it("is measured", async function () {
    this.timeout(6 * patience);
    const started = performance.now();
    const api = await introspect();
    const activationMs = performance.now() - started;
    const editor = await openText(longDocument(), "typescript");
    const middle = new vscode.Position(1000, 0);
    editor.selection = new vscode.Selection(middle, middle);
    await vscode.commands.executeCommand("introspect.showLens");
    await untilState("lens", "the lens is there", ({ status }) => status === "ready");
    await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
    const trips: number[] = [];
    for (let i = 0; i < roundTrips; i++) {
      const before = performance.now();
      await api.roundTrip();
      trips.push(performance.now() - before);
    }
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const text = "const found = items.filter((item) => item.part === wanted); ";
    for (let i = 0; i < keystrokes; i++) {
      await vscode.commands.executeCommand("type", { text: text[i % text.length] });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    delay.disable();
    const report = {
      what: "inside the extension host of VS Code's server, bundled model, in the middle of 2,000 lines",
      activationMs,
      transportMs: { median: quantile(trips, 0.5), p95: quantile(trips, 0.95) },
      keystrokes,
      // The timer that measures comes every millisecond.
      longestBlockMs: delay.max / 1e6,
      blockP99Ms: delay.percentile(99) / 1e6,
    };
    const file = inRepo("out/bench/host.json");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  });
});
