import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { DirectionHeader } from "../../../src/protocol/direction";
import { openWorkbench, patience, type Workbench } from "./support/workbench";

const pairs = [
  ["function add(a, b) { return a + b; }", "To add two numbers, count them together."],
  ["const total = items.length;", "The total is how many there are, \"all\" of them."],
  ["if (x < 3) { y = 4; }", "If it is small, take the larger one."],
  ["export class Map<K, V> {}", "A map leads from one thing to another."],
  ["for (const x of xs) sum += x;", "Each of them is added to the sum."],
  ["return items.map((x) => x + 1);", "Every item grows by one."],
  ["while (i < n) i++;", "He counted until he was done."],
  ["let name = user.name ?? '';", "Her name was not known to them."],
];

describe("zz sources", () => {
  let w: Workbench;
  const rows = () => w.page.locator(".quick-input-list .monaco-list-row");
  const input = () => w.page.locator(".quick-input-widget input.input");
  async function choose(asked: string, label: string): Promise<void> {
    await w.page.locator(`.quick-input-widget input[placeholder="${asked}"]`).waitFor({ timeout: patience });
    await input().fill(label);
    const row = rows().filter({ hasText: label }).first();
    await row.waitFor({ timeout: patience });
    await w.screenshot(`zz-${asked.replace(/\W+/g, "-").slice(0, 20)}-${label.replace(/\W+/g, "-").slice(0, 20)}`);
    await row.click();
  }
  async function say(message: string, text?: string): Promise<void> {
    await w.page.locator(".quick-input-message").filter({ hasText: message }).waitFor({ timeout: patience });
    if (text !== undefined) await input().fill(text);
    await w.screenshot(`zz-say-${message.replace(/\W+/g, "-").slice(0, 20)}`);
    await w.page.keyboard.press("Enter");
  }
  async function made(file: string): Promise<DirectionHeader> {
    const until = Date.now() + patience;
    while (!fs.existsSync(path.join(w.folder, file))) {
      if (Date.now() > until) throw new Error(`${file} not made`);
      await w.page.waitForTimeout(300);
    }
    const frame = await w.webviewFrame("direction");
    await frame.locator("body[data-status='ready'] .direction-made").first().waitFor({ timeout: patience });
    await w.page.waitForTimeout(1500);
    await w.screenshot(`zz-made-${path.basename(file, ".json")}`);
    return JSON.parse(w.readFile(file)) as DirectionHeader;
  }
  const start = () => w.runCommand("Introspect: Make Direction…");

  before(async () => {
    w = await openWorkbench();
    const q = (s: string) => `"${s.replaceAll('"', '""')}"`;
    fs.writeFileSync(path.join(w.folder, "a.csv"), "positive,negative\n" + pairs.map((p) => p.map((s) => q(s!)).join(",")).join("\n"));
    fs.writeFileSync(path.join(w.folder, "b.jsonl"), pairs.map(([positive, negative]) => JSON.stringify({ positive, negative })).join("\n"));
    fs.writeFileSync(path.join(w.folder, "c.md"), "# Pairs\n\n| positive | negative |\n| --- | --- |\n" + pairs.map((p) => `| ${p.map((s) => s!.replaceAll("|", "\\|")).join(" | ")} |`).join("\n") + "\n");
    await w.openFile("stories.md");
  });

  for (const [file, out] of [["a.csv", "a"], ["b.jsonl", "b"], ["c.md", "c"]] as const)
    it(`table ${file}`, async () => {
      await start();
      await choose("What is the direction made from?", "A Table in the Workspace");
      await choose("Which file holds the pairs?", file);
      await choose("By which method?", "difference of means");
      await choose("Where is each text read?", "Mean over Its Tokens");
      await say("Where it is saved");
      const header = await made(`directions/${out}.json`);
      assert.equal(header.data.pairs, 8);
    });

  it("two selections at once", async () => {
    await w.openFile("stories.md");
    await w.selectText("the");
    await w.page.keyboard.press("Control+d");
    await w.page.keyboard.press("Control+Shift+ArrowRight");
    await start();
    await choose("What is the direction made from?", "Two Selections");
    const message = w.page.locator(".quick-input-message").filter({ hasText: "Where it is saved" });
    await message.waitFor({ timeout: patience });
    const at = await input().inputValue();
    console.log("selections →", at);
    await w.page.keyboard.press("Enter");
    await made(at);
  });

  it.only("one selection after the other", async () => {
    await w.openFile("stories.md");
    await w.selectText("lighthouse");
    await start();
    await choose("What is the direction made from?", "Two Selections");
    await w.selectText("clock");
    await start();
    await choose("What is the direction made from?", "Two Selections");
    await w.page.locator(".quick-input-message").filter({ hasText: "Where it is saved" }).waitFor({ timeout: patience });
    const at = await input().inputValue();
    console.log("selections →", at);
    await w.page.keyboard.press("Enter");
    await made(at);
  });

  it("neurons", async () => {
    await start();
    await choose("What is the direction made from?", "Neurons");
    await say("Neurons as LAYER.NEURON", "1.5, -2.7");
    await choose("On which pairs is it judged?", "code");
    await say("Where it is saved");
    const header = await made("directions/neurons-1-5-and-1.json");
    console.log(header.method, header.template, header.layers.map((l) => l.accuracy));
  });

  it("head", async () => {
    await start();
    await choose("What is the direction made from?", "A Head's Output");
    await say("The head as LAYER.HEAD", "1.2");
    await choose("Between the sides of which pairs?", "a.csv");
    await choose("Where is each text read?", "At Its Last Token");
    await say("Where it is saved");
    const header = await made("directions/head-1-2-a.json");
    console.log(header.method, header.layers.map((l) => l.accuracy));
  });

  it("task", async () => {
    await start();
    await choose("What is the direction made from?", "Demonstrations of a Task");
    await choose("Where are the demonstrations?", "Type Them");
    await say("with semicolons between them", "a -> b; b -> c; c -> d; d -> e; e -> f; f -> g; g -> h; h -> i");
    await say("Where it is saved");
    const header = await made("directions/task-a-b.json");
    console.log(header.method, header.task, header.warnings);
  });

  it("cancel", async () => {
    const many = Array.from({ length: 3000 }, (_, i) => [`const x${i} = ${i} * ${i + 1};`, `He had ${i} apples and ${i + 1} pears in the basket by the door.`]);
    fs.writeFileSync(path.join(w.folder, "long.jsonl"), many.map((p) => JSON.stringify(p)).join("\n"));
    await start();
    await choose("What is the direction made from?", "A Table in the Workspace");
    await choose("Which file holds the pairs?", "long.jsonl");
    await choose("By which method?", "difference of means");
    await choose("Where is each text read?", "Mean over Its Tokens");
    await say("Where it is saved");
    await w.page.waitForTimeout(2000);
    await w.runCommand("Notifications: Show Notifications");
    const row = w.page.locator(".notifications-center .monaco-list-row").filter({ hasText: "making the direction" }).first();
    await row.waitFor({ timeout: patience });
    await w.screenshot("zz-making");
    await row.locator(".monaco-button, .monaco-text-button").filter({ hasText: "Cancel" }).first().click();
    await row.waitFor({ state: "hidden", timeout: patience });
    await w.page.waitForTimeout(2000);
    await w.screenshot("zz-cancelled");
    assert.equal(fs.existsSync(path.join(w.folder, "directions/long.json")), false);
  });
});
