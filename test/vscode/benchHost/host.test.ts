/** Not a test: measures inside the extension host: activation, the way to the engine, blocks while somebody types. */
import { mkdirSync, writeFileSync } from "node:fs";
import * as vscode from "vscode";
import { longDocument } from "../../bench/longDocument";
import { machineLoad } from "../../bench/machineLoad";
import { quantile } from "../../bench/quantile";
import { inRepo } from "../../support/paths";
import { introspect, openText, patience, untilState } from "../host/support/introspect";
import { profile, watchBlocks } from "./support/blocks";

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
    const before = machineLoad();
    mkdirSync(inRepo("out/bench"), { recursive: true });
    const endProfile = process.env["INTROSPECT_PROFILE"]
      ? await profile(inRepo("out/bench/host.cpuprofile"))
      : null;
    const endWatch = watchBlocks();
    const begun = performance.now();
    const text = "const found = items.filter((item) => item.part === wanted); ";
    for (let i = 0; i < keystrokes; i++) {
      await vscode.commands.executeCommand("type", { text: text[i % text.length] });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const blocks = await endWatch();
    await endProfile?.();
    const report = {
      what: "inside the extension host of VS Code's server, bundled model, in the middle of 2,000 lines",
      activationMs,
      transportMs: { median: quantile(trips, 0.5), p95: quantile(trips, 0.95) },
      keystrokes,
      typedForMs: performance.now() - begun,
      longestBlockMs: blocks[0]?.ms,
      // The longest that this thread itself computed; the rest of a block is the machine's.
      longestRunMs: Math.max(...blocks.map(({ ms, ranMs }) => ranMs ?? ms)),
      blockP99Ms: quantile(
        blocks.map(({ ms }) => ms),
        0.99,
      ),
      longest: blocks.slice(0, 5),
      machine: { before, after: machineLoad() },
    };
    writeFileSync(inRepo("out/bench/host.json"), JSON.stringify(report));
  });
});
