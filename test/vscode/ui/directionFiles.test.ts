/** What is done with direction files in VS Code: added up, taken out and brought in, correlated; making one is cancelled. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { readNpz } from "../../../src/formats/npz";
import type { DirectionHeader } from "../../../src/protocol/direction";
import { inRepo } from "../../support/paths";
import { pressInNotification, waitForNotification } from "./support/notification";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const pairs = {
  code: [
    ["const x = 1;", "Once there was a cat."],
    ["if (a) return b;", "The sun was warm."],
    ["let y = f(2);", "She went to the park."],
    ["for (const z of all) g(z);", "They played all day."],
  ],
  loud: [
    ["What a day!", "It was a day."],
    ["Run, run!", "We walk."],
    ["No! Stop it!", "Please wait."],
    ["Look at that!", "There it is."],
  ],
};

describe("direction files", () => {
  let workbench: Workbench;
  const at = (name: string): string => path.join(workbench.folder, name);
  const rows = () => workbench.page.locator(".quick-input-list .monaco-list-row");
  const input = () => workbench.page.locator(".quick-input-widget input.input");
  const header = (name: string) => JSON.parse(fs.readFileSync(at(name), "utf8")) as DirectionHeader;

  async function choose(asked: string, label: string): Promise<void> {
    await workbench.page
      .locator(`.quick-input-widget input[placeholder="${asked}"]`)
      .waitFor({ timeout: patience });
    await input().fill(label);
    const row = rows().filter({ hasText: label }).first();
    await row.waitFor({ timeout: patience });
    await row.click();
  }

  /** Takes a row of the picker that asks for a format; it has a title alone. */
  async function chooseFormat(label: string): Promise<void> {
    const title = workbench.page.locator(".quick-input-title", { hasText: "Export Direction" });
    await title.waitFor({ timeout: patience });
    await rows().filter({ hasText: label }).first().click();
  }

  /** Waits for an input with a message beneath, replaces its value where one is given, and takes it. */
  async function enter(message: string, value?: string): Promise<string> {
    await workbench.page
      .locator(".quick-input-message")
      .filter({ hasText: message })
      .waitFor({ timeout: patience });
    if (value !== undefined) await input().fill(value);
    const taken = await input().inputValue();
    await input().press("Enter");
    return taken;
  }

  /** Takes what a dialog for files proposes, or another path; it looks at the folder first. */
  async function dialog(end: string, value?: string): Promise<void> {
    await workbench.page.waitForFunction((wanted) => {
      const field = document.querySelector<HTMLInputElement>(".quick-input-widget input.input");
      return field?.value.endsWith(wanted) === true;
    }, end);
    if (value !== undefined) await input().fill(value);
    await workbench.page.keyboard.press("Enter");
  }

  async function untilFile(name: string): Promise<void> {
    const end = Date.now() + patience;
    while (!fs.existsSync(at(name))) {
      if (Date.now() > end) throw new Error(`${name} was not written`);
      await workbench.page.waitForTimeout(100);
    }
  }

  async function shown(name: string) {
    const frame = await workbench.webviewFrame("direction");
    await frame
      .locator("body[data-status='ready'] .rail-title", { hasText: name })
      .waitFor({ timeout: patience });
    return frame;
  }

  before(async () => {
    workbench = await openWorkbench();
    for (const [name, all] of Object.entries(pairs)) {
      const spec = at(`${name}.spec.json`);
      fs.writeFileSync(spec, JSON.stringify({ method: "mean-difference", pairs: all, position: "mean" }));
      const args = [
        "direction",
        "make",
        inRepo("models/introspect-small"),
        spec,
        "--out",
        at(`${name}.json`),
      ];
      execFileSync(process.execPath, [inRepo("dist/cli.js"), ...args], { stdio: "ignore" });
      fs.rmSync(spec);
    }
    await workbench.openFile("stories.md");
  });

  it("are added up as it is written, into a file of its own", async () => {
    await workbench.runCommand("Introspect: Combine Directions…");
    await workbench.page
      .locator('.quick-input-widget input[placeholder="Which directions are added up?"]')
      .waitFor({ timeout: patience });
    // A click that comes too soon after a list was drawn is ignored by VS Code: look, then click again.
    const count = workbench.page.locator(".quick-input-widget .quick-input-count .monaco-count-badge");
    for (const [i, name] of ["code", "loud"].entries())
      for (let attempt = 0; attempt < 5; attempt++) {
        await rows()
          .filter({ hasText: `${name}.json` })
          .click();
        const counted = count.filter({ hasText: `${i + 1} Selected` }).waitFor({ timeout: 3000 });
        if (
          await counted.then(
            () => true,
            () => false,
          )
        )
          break;
      }
    await workbench.page.keyboard.press("Enter");
    assert.equal(await enter("Names with + and − between them", "+ code - 0.5 loud"), "+ code - 0.5 loud");
    const file = await enter("Where it is saved", "directions/sum.json");
    await untilFile(file);
    await shown("sum");
    assert.deepEqual(header(file).parts, [
      { name: "code", weight: 1 },
      { name: "loud", weight: -0.5 },
    ]);
    await workbench.screenshot("directions-combined");
  });

  it("are taken out as npz and as GGUF, which says what it has no place for", async () => {
    await workbench.runCommand("Introspect: Export Direction…");
    await choose("Which direction?", "code.json");
    await chooseFormat("NumPy arrays");
    await dialog("/code-vectors.npz");
    await untilFile("code-vectors.npz");
    await waitForNotification(workbench, "code-vectors.npz: 4 layers.");
    const [own, out] = ["code.npz", "code-vectors.npz"].map((name) => readNpz(fs.readFileSync(at(name))));
    assert.deepEqual([...out!.keys()], [...own!.keys()]);
    for (const [hook, { data }] of own!) assert.deepEqual(out!.get(hook)!.data, data);
    await workbench.runCommand("Introspect: Export Direction…");
    await choose("Which direction?", "code.json");
    await chooseFormat("Control vector");
    await dialog("/code-vectors.gguf");
    await untilFile("code-vectors.gguf");
    await waitForNotification(workbench, /code-vectors\.gguf: 3 layers\. Layer 0 is not in it/);
    assert.equal(fs.readFileSync(at("code-vectors.gguf")).toString("latin1", 0, 4), "GGUF");
  });

  it("are brought in from a control vector, and have its vectors", async () => {
    await workbench.runCommand("Introspect: Import Direction…");
    await dialog("/", at("code-vectors.gguf"));
    const file = await enter("Where it is saved", "directions/back.json");
    await untilFile("directions/back.npz");
    await shown("back");
    assert.equal(header(file).method, "import");
    const [own, back] = ["code.npz", "directions/back.npz"].map((name) => readNpz(fs.readFileSync(at(name))));
    assert.deepEqual([...back!.keys()], [1, 2, 3].map((layer) => `blocks.${layer}.hook_resid_post`)); // prettier-ignore
    for (const [hook, { data }] of back!) assert.deepEqual(data, own!.get(hook)!.data);
  });

  it("are correlated over the document by a button, as the command line does it", async () => {
    await workbench.runCommand("Introspect: Compare Directions…");
    await choose("Compare which direction …", "code.json");
    await choose("… with which other one?", "loud.json");
    const frame = await shown("code");
    await frame.getByText("Correlate over the document").click();
    const note = frame.locator(".figure-direction-scatter .note");
    await note.filter({ hasText: "tokens of stories.md" }).waitFor({ timeout: patience });
    const args = [
      "direction",
      "correlate",
      inRepo("models/introspect-small"),
      at("code.json"),
      at("loud.json"),
    ];
    const printed = JSON.parse(
      execFileSync(process.execPath, [inRepo("dist/cli.js"), ...args, "--file", at("stories.md")], {
        encoding: "utf8",
      }),
    ) as { n: number; r: number };
    const said = await note.innerText();
    assert.ok(said.includes(`Over ${printed.n.toLocaleString("en-US")} tokens`), said);
    assert.ok(said.replaceAll("−", "-").includes(`r = ${printed.r.toPrecision(3)}`), `${said} ${printed.r}`);
    await workbench.screenshot("directions-correlated");
  });

  it("are not written where making one is cancelled", async () => {
    const many = Array.from(
      { length: 4000 },
      (_, i) => `the cat ${i} sat on the mat and ${i} slept,no dog ${i} ran`,
    );
    fs.writeFileSync(at("many.csv"), `positive,negative\n${many.join("\n")}\n`);
    await workbench.runCommand("Introspect: Make Direction…");
    await choose("What is the direction made from?", "A Table in the Workspace");
    await choose("Which file holds the pairs?", "many.csv");
    await choose("By which method?", "difference of means");
    await choose("Where is each text read?", "At Its Last Token");
    const file = await enter("Where it is saved");
    await pressInNotification(workbench, "making the direction many", "Cancel");
    const centre = workbench.page.locator(".notifications-center .notification-list-item", {
      hasText: "many",
    });
    await centre.waitFor({ state: "detached", timeout: patience });
    assert.equal(fs.existsSync(at(file)), false);
    assert.deepEqual(
      (await workbench.notifications()).filter((text) => text.includes("many")),
      [],
      "cancelling is no error",
    );
    // The engine goes on: another direction is shown and read.
    await workbench.runCommand("Introspect: Open Direction");
    await choose("Which direction?", "loud.json");
    await shown("loud");
    assert.equal(fs.existsSync(at(file)), false);
  });

  it("have a map of labelled texts beside them, layer by layer", async () => {
    await workbench.runCommand("Introspect: Map Labelled Texts…");
    await choose("Which file holds texts and labels?", "Six Emotions");
    const frame = await workbench.webviewFrame("map");
    await frame
      .locator("body[data-status='ready'] .figure-map-tsne .map-point")
      .first()
      .waitFor({ timeout: patience });
    assert.equal(await frame.locator(".figure-map-pca .map-point").count(), 48);
    await frame.getByRole("slider", { name: "Layer" }).press("Home");
    await frame.locator(".map-at", { hasText: "the embedding" }).waitFor({ timeout: patience });
    await workbench.screenshot("map");
  });
});
