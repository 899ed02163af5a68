import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { Frame } from "playwright-core";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

describe("a neuron's card in VS Code", () => {
  let workbench: Workbench;
  let frame: Frame;
  const notesFile = (): string => path.join(workbench.folder, ".introspect", "notes.json");

  before(async () => {
    workbench = await openWorkbench({ settings: { "files.exclude": { "**/hidden": true } } });
    const put = (name: string, content: string): void => {
      const file = path.join(workbench.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    };
    for (const folder of ["hidden", "node_modules/some"])
      put(`${folder}/left.ts`, "function binarySearch() {}\n");
    put("blob.bin", "binarySearch\0binarySearch");
    await workbench.openFile("search.ts");
    await workbench.selectText("binarySearch");
    await workbench.contextMenu("Explain Neuron Activations on Selection");
    frame = (await workbench.webviewFrame("neurons")) as Frame;
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await frame.locator(".ranking .neuron").first().click();
    await frame.locator(".card .card-name").waitFor({ timeout: patience });
  });

  it("shows the effects among those of matched neurons, without being asked", async () => {
    await frame.locator(".effect-strip svg").first().waitFor({ timeout: patience });
    assert.equal(await frame.locator(".effect-strip").count(), 4);
    assert.equal(await frame.locator(".strengths tbody tr").count(), 6);
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    await workbench.screenshot("neuron-card");
  });

  it("says what is wrong with a token that is none, and keeps what is shown", async () => {
    await frame.getByRole("textbox", { name: "Another token", exact: true }).fill("no such token here");
    await frame.getByRole("textbox", { name: "Another token", exact: true }).press("Enter");
    await frame
      .getByText(/is not one token of this model/)
      .first()
      .waitFor({ timeout: patience });
    assert.equal(await frame.locator(".effect-strip").count(), 4);
  });

  it("finds places in the workspace, each a way there, and none in what is excluded or binary", async () => {
    await frame.getByRole("button", { name: "Search the workspace" }).click();
    const place = frame.locator(".figure-neuron-search button.place").first();
    await frame.getByText(/files of the workspace read\./).waitFor({ timeout: patience });
    await frame.locator("body[data-status='ready']").waitFor({ timeout: patience });
    const file = /([\w.-]+):\d+$/.exec((await place.innerText()).trim())?.[1];
    assert.ok(file);
    const all = (await frame.locator(".figure-neuron-search .place-file").allInnerTexts()).join(" ");
    assert.doesNotMatch(all, /left\.ts|blob/);
    await frame.getByText(/ 1 left out/).waitFor({ timeout: patience });
    await place.click();
    await workbench.page
      .locator(".tab.active")
      .filter({ hasText: file })
      .first()
      .waitFor({ timeout: patience });
  });

  it("writes nothing before a note is written, and then the note", async () => {
    assert.equal(fs.existsSync(notesFile()), false);
    await frame.getByRole("textbox", { name: "Your label", exact: true }).fill("search words");
    await frame.getByRole("textbox", { name: "Your label", exact: true }).press("Enter");
    await frame.locator(".neuron-label").getByText("search words").waitFor({ timeout: patience });
    const said = JSON.parse(fs.readFileSync(notesFile(), "utf8")) as { models: object };
    assert.match(JSON.stringify(said.models), /"L\d+ N\d+":\{"label":"search words"\}/);
  });

  it("shows what another program wrote, and writes nothing over a file that cannot be read", async () => {
    const text = fs.readFileSync(notesFile(), "utf8");
    fs.writeFileSync(notesFile(), text.replace("search words", "theirs"));
    await frame.locator(".neuron-label").getByText("theirs").waitFor({ timeout: patience });
    fs.writeFileSync(notesFile(), "{ broken");
    await frame.getByText(/cannot be read/).waitFor({ timeout: patience });
    await frame.getByRole("textbox", { name: "Your label", exact: true }).fill("mine");
    await frame.getByRole("textbox", { name: "Your label", exact: true }).press("Enter");
    await frame.getByText(/nothing is written to it until then/).waitFor({ timeout: patience });
    assert.equal(fs.readFileSync(notesFile(), "utf8"), "{ broken");
    assert.equal(await frame.getByRole("textbox", { name: "Your label", exact: true }).inputValue(), "mine");
    fs.writeFileSync(notesFile(), text);
    await frame.locator(".neuron-label").getByText("search words").waitFor({ timeout: patience });
  });

  it("ranks by the direct effect when asked", async () => {
    await frame.getByRole("button", { name: "Rank by log-probability" }).click();
    await frame
      .locator(".neuron-score")
      .getByText(/direct .* exact/)
      .first()
      .waitFor({ timeout: patience });
    await workbench.screenshot("neurons-by-effect");
  });
});
