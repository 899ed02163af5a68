import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { pressInNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

/** Process ids of engines that this test's own server started. */
function enginePids(): number[] {
  const lines = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  const wanted = `${workbenchRoot()}/dist/engine.js`;
  return lines.filter((line) => line.includes(wanted)).map((line) => Number.parseInt(line, 10));
}
const workbenchRoot = (): string => {
  const rig = JSON.parse(process.env["INTROSPECT_RIG"] ?? "{}") as { extension?: string };
  return rig.extension ?? "";
};

describe("what outlives its parts", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
    await workbench.openFile("search.ts");
  });

  it("a panel: after a reload the same neurons are there, and the same one is chosen", async () => {
    await workbench.selectText("countBetween");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    let frame = await workbench.webviewFrame("neurons");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await frame.locator(".ranking .neuron").nth(2).click();
    await frame.locator(".card .card-name").waitFor({ timeout: patience });
    const name = await frame.locator(".card .card-name").innerText();
    const ranking = await frame.locator(".ranking .neuron-name").allInnerTexts();
    await workbench.page.waitForTimeout(1500);

    workbench = await openWorkbench({ folder: workbench.folder });
    frame = await workbench.webviewFrame("neurons");
    await frame
      .locator(".card .card-name")
      .filter({ hasText: name })
      .waitFor({ timeout: 2 * patience });
    assert.deepEqual(await frame.locator(".ranking .neuron-name").allInnerTexts(), ranking);
    await workbench.screenshot("neurons-restored");
  });

  it("the editor: an engine that is killed is told once, and Retry goes on", async () => {
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("lowerBound");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    await frame.locator("body[data-status='loading']").waitFor({ timeout: patience });
    const [pid, ...others] = enginePids().slice(-1);
    assert.ok(pid !== undefined && others.length === 0);
    process.kill(pid, "SIGKILL");
    await frame.locator("body[data-status='error']").waitFor({ timeout: patience });
    await workbench.screenshot("engine-killed");
    await pressInNotification(workbench, "engine stopped while it was working", "Retry");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.match(await frame.locator(".selection").innerText(), /lowerBound/);
  });
});
