import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { viewTypes } from "../../../src/extension/contributions";
import { pressInNotification } from "./support/notification";
import { reopened } from "./support/reopened";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

/** Process ids of the engines below this test's own server, and of no other. */
function enginePids(): number[] {
  const { profile } = JSON.parse(process.env["INTROSPECT_RIG"] ?? "{}") as { profile: string };
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const processes = new Map(
    lines.map((line) => {
      const [pid = "", parent = "", ...args] = line.trim().split(/\s+/);
      return [pid, { parent, args: args.join(" ") }] as const;
    }),
  );
  const isOurs = (pid: string): boolean => {
    const found = processes.get(pid);
    return found !== undefined && (found.args.includes(profile) || isOurs(found.parent));
  };
  const engines = [...processes].filter(([pid, { args }]) => args.endsWith("dist/engine.js") && isOurs(pid));
  return engines.map(([pid]) => Number(pid));
}

/** Signals a process, which may have ended by itself. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

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

    workbench = await reopened(workbench, viewTypes.neurons);
    frame = await workbench.webviewFrame("neurons");
    await frame
      .locator(".card .card-name")
      .filter({ hasText: name })
      .waitFor({ timeout: 2 * patience });
    assert.deepEqual(await frame.locator(".ranking .neuron-name").allInnerTexts(), ranking);
    await workbench.screenshot("neurons-restored");
  });

  it("the Lens: after a reload the pinned lens and the lines under the text are there", async () => {
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.page.keyboard.press("Control+End");
    await workbench.runCommand("Introspect: Show Lens");
    let frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const pressed = (name: string) => frame.locator("button[aria-pressed='true']").filter({ hasText: name });
    for (const name of ["Pin", "Depth in editor"]) {
      await frame.getByRole("button", { name, exact: true }).click();
      await pressed(name).waitFor({ timeout: patience });
    }
    const text = await frame.locator(".pinned-text").innerText();
    await workbench.runCommand("View: Show Explorer");

    workbench = await reopened(workbench, viewTypes.lens);
    await workbench.runCommand("Introspect: Show Lens");
    frame = await workbench.webviewFrame("lens");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: 2 * patience });
    assert.equal(await frame.locator(".pinned-text").innerText(), text);
    for (const name of ["Pin", "Depth in editor"]) await pressed(name).waitFor({ timeout: patience });
    await workbench.screenshot("lens-restored");
    for (const name of ["Pin", "Depth in editor"])
      await frame.getByRole("button", { name, exact: true }).click();
    await frame.locator(".pinned-text").waitFor({ state: "hidden", timeout: patience });
  });

  it("the editor: an engine that is killed is told once, and Retry goes on", async () => {
    const frame = await workbench.webviewFrame("neurons");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.runCommand("View: Focus First Editor Group");
    await workbench.selectText("lowerBound");
    // The window before the reload may still be ending: its engine is then held and killed with this one's.
    const pids = enginePids();
    assert.notEqual(pids.length, 0, "no engine is running");
    // Held, so that it is at work for certain when it is killed: the answer may take less time than looking for it.
    for (const pid of pids) signal(pid, "SIGSTOP");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    await frame.locator("body[data-status='loading']").waitFor({ timeout: patience });
    for (const pid of pids) signal(pid, "SIGKILL");
    await frame.locator("body[data-status='error']").waitFor({ timeout: patience });
    await workbench.screenshot("engine-killed");
    await pressInNotification(workbench, "engine stopped while it was working", "Retry");
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    assert.match(await frame.locator(".selection").innerText(), /lowerBound/);
  });
});
