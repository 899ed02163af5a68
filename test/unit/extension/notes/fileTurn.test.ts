import assert from "node:assert/strict";
import { fork } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { inTurn } from "../../../../src/extension/notes/fileTurn";
import { holdFile } from "../../../../src/download/lockFile";
import { inRepo } from "../../../support/paths";
import { useTempFolder } from "../../../support/tempFolder";

/** Puts notes into a file as a window does: read, put in, written aside, renamed. */
const writer = (turns: boolean): string => `
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { inTurn } from "./src/extension/notes/fileTurn";
import { notesText, parseNotes, withNote } from "./src/extension/notes/notesFile";
const [file, layer, count] = process.argv.slice(2);
const nothing = { label: "", note: "" };
const put = async (neuron) => {
  const content = parseNotes(readFileSync(file, "utf8"));
  await new Promise((resolve) => setTimeout(resolve, 1));
  const after = { label: "by " + layer, note: "" };
  const change = { digest: "d", layer: Number(layer), neuron, before: nothing, after };
  const whole = file + "." + process.pid + ".new";
  writeFileSync(whole, notesText(withNote(content, change)));
  renameSync(whole, file);
};
for (let neuron = 0; neuron < Number(count); neuron++)
  await ${turns ? "inTurn(file, () => put(neuron))" : "put(neuron)"};
process.exit(0);
`;

async function bundle(turns: boolean, folder: string): Promise<string> {
  const outfile = path.join(folder, `writer-${String(turns)}.mjs`);
  const stdin = { contents: writer(turns), resolveDir: inRepo(), loader: "js" as const };
  await esbuild.build({ stdin, outfile, bundle: true, platform: "node", format: "esm", logLevel: "error" });
  return outfile;
}

describe("notes of two windows at once", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const windows = 3;
  const each = 40;

  /** How many notes are in the file after all windows wrote theirs. */
  async function kept(turns: boolean): Promise<number> {
    const script = await bundle(turns, folder());
    const file = path.join(folder(), "notes.json");
    fs.writeFileSync(file, '{ "version": 1, "models": {} }');
    const ends = Array.from({ length: windows }, (_, layer) => {
      const child = fork(script, [file, String(layer), String(each)], { execArgv: [] });
      return new Promise<number | null>((resolve) => child.once("exit", resolve));
    });
    assert.deepEqual(await Promise.all(ends), new Array<number>(windows).fill(0));
    const { models } = JSON.parse(fs.readFileSync(file, "utf8")) as { models: { d: { neurons: object } } };
    return Object.keys(models.d.neurons).length;
  }

  it("are all kept, since windows take turns", async () => assert.equal(await kept(true), windows * each));

  it("would not be without turns (the control)", async () => assert.ok((await kept(false)) < windows * each));

  it("wait for no window that is gone, and not for ever for one that hangs", async () => {
    const job = (): Promise<string> => Promise.resolve("done");
    const name = path.join(folder(), "notes.json");
    // A process that has ended has this number no more.
    const child = fork(await bundle(false, folder()), ["x", "0", "0"], { execArgv: [], silent: true });
    await new Promise((resolve) => child.once("exit", resolve));
    const mark = path.join(folder(), "mark");
    fs.writeFileSync(mark, String(child.pid));
    const release = await holdFile(mark);
    assert.ok(release !== null, "the mark of an ended process is taken over");
    assert.equal(await holdFile(mark), null, "that of a living one is not");
    await release();
    const started = Date.now();
    const both = [
      inTurn(name, () => new Promise((resolve) => setTimeout(resolve, 1500))),
      inTurn(name, job, 100),
    ];
    assert.equal(await both[1], "done");
    assert.ok(Date.now() - started < 1400);
    await both[0];
  });
});
