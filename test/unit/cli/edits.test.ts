import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readNpz, writeNpz } from "../../../src/formats/npz";
import type { GenerateResult } from "../../../src/protocol/edit";
import type { ModelInfo } from "../../../src/protocol/model";
import type { RunSummary } from "../../../src/protocol/run";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { removeFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const text = "const total = first + second;\nconst count = total";

describe("reading and writing on the command line", function () {
  this.timeout(120_000);
  let folder: string;
  let info: ModelInfo;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-cli-"));
    info = await cliJson<ModelInfo>("model", model);
  });
  after(() => removeFolder(folder));
  const file = (name: string, content: unknown) => {
    const full = path.join(folder, name);
    fs.writeFileSync(full, content instanceof Uint8Array ? content : JSON.stringify(content));
    return full;
  };
  const run = (...more: string[]) => cliJson<RunSummary>("run", model, "--text", text, ...more);

  it("reads what patterns fit, in the model's order, and writes it", async () => {
    const out = path.join(folder, "reads.npz");
    const patterns = "blocks.*.attn.hook_pattern, blocks.{0..1}.hook_resid_post";
    const { reads, ids } = await run("--read", patterns, "--out", out);
    const expected = [
      ...info.hooks.filter((hook) => hook.endsWith("attn.hook_pattern")),
      "blocks.0.hook_resid_post",
      "blocks.1.hook_resid_post",
    ];
    assert.deepEqual(Object.keys(reads), expected);
    const arrays = readNpz(fs.readFileSync(out));
    assert.deepEqual([...arrays.keys()].sort(), [...expected, "ids"].sort());
    const { shape, l2 } = reads["blocks.1.hook_resid_post"]!;
    const values = arrays.get("blocks.1.hook_resid_post")!.data as Float32Array;
    assert.deepEqual(shape, [ids.length, info.dModel]);
    l2.forEach((norm, pos) => {
      const row = values.subarray(pos * info.dModel, (pos + 1) * info.dModel);
      assert.ok(Math.abs(norm - Math.hypot(...row)) < 1e-4 * norm, `position ${pos}`);
    });
  });

  it("refuses a pattern that fits nothing, with the nearest name", async () => {
    const error = await cliError("run", model, "--text", text, "--read", "blocks.*.attn.hook_patern");
    assert.equal(error.code, "unknown-hook");
    assert.match(error.next, /blocks\.0\.attn\.hook_pattern/);
  });

  it("masks the edges of --edge as an edit file does", async () => {
    const { ids, top } = await run("--edge", "1:0,2:-1:0..3");
    const edit = { op: "edge-mask", heads: [0, 2], positions: [ids.length - 1], keys: [0, 1, 2, 3] };
    const edits = file("mask.json", [{ hook: "blocks.1.attn.hook_attn_scores", ...edit }]);
    assert.deepEqual((await run("--edit", edits)).top, top);
    const plain = await run();
    assert.notDeepEqual(top.at(-1), plain.top.at(-1));
    assert.deepEqual(top.slice(0, -1), plain.top.slice(0, -1));
    const set = file("set.json", [{ ...edit, hook: "blocks.1.attn.hook_pattern", op: "edge-set" }]);
    assert.notDeepEqual((await run("--edit", set)).top.at(-1), top.at(-1));
  });

  it("refuses to mask every key of a query, naming it", async () => {
    const error = await cliError("run", model, "--text", text, "--edge", "2:1:3:*");
    assert.equal(error.code, "bad-edit");
    assert.match(error.message, /head 1 of layer 2 sees at position 3/);
  });

  it("takes directions from files beside the edits", async () => {
    const hook = "blocks.2.hook_resid_post";
    const vector = Float32Array.from({ length: info.dModel }, (_, i) => Math.sin(i));
    const base = { hook, positions: "every-step" };
    file("v.npz", writeNpz(new Map([[hook, { shape: [info.dModel], data: vector }]])));
    for (const op of ["add", "project-out", "keep"]) {
      const listed = file("numbers.json", [{ ...base, op, value: [...vector] }]);
      const named = file("named.json", [{ ...base, op, value: { direction: "v.npz" } }]);
      const expected = (await run("--edit", listed)).top;
      assert.deepEqual((await run("--edit", named)).top, expected, op);
      assert.notDeepEqual(expected, (await run()).top, op);
    }
    const absent = file("absent.json", [{ ...base, op: "add", value: { direction: "none.npz" } }]);
    const error = await cliError("run", model, "--text", text, "--edit", absent);
    assert.equal(error.code, "bad-direction");
  });

  it("edits the lines of a batch that an edit names", async () => {
    const lines = path.join(folder, "lines.jsonl");
    fs.writeFileSync(lines, [text, text, text].map((line) => JSON.stringify({ text: line })).join("\n"));
    const edit = { hook: "blocks.1.hook_resid_post", op: "zero", positions: "prefill-all", batch: [1] };
    const edits = file("second.json", [edit]);
    const { stdout } = await cli("run", model, "--batch", lines, "--edit", edits);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as RunSummary).top);
    const plain = (await run()).top;
    assert.deepEqual([answers[0], answers[2]], [plain, plain]);
    assert.notDeepEqual(answers[1], plain);
    const first = file("first.json", [{ ...edit, batch: [0] }]);
    assert.deepEqual((await run("--edit", first)).top, answers[1], "a text alone is the first of its batch");
    const { code } = await cliError("run", model, "--text", text, "--edit", edits);
    assert.equal(code, "out-of-range", "and has no second line");
  });

  it("generates with what another text has at a hook", async () => {
    const hook = `blocks.${info.nLayers - 1}.hook_resid_post`;
    const other = "import { readFile } from";
    const swap = file("swap.json", [{ hook, op: "interchange", value: { text: other }, positions: "last" }]);
    const generate = (of: string, ...more: string[]) =>
      cliJson<GenerateResult>("generate", model, "--text", of, "--max-tokens", "1", ...more);
    const swapped = await generate(text, "--edit", swap);
    assert.deepEqual(swapped.ids, (await generate(other, "--bos", "always")).ids);
    assert.notDeepEqual(swapped.ids, (await generate(text)).ids);
  });

  it("writes the whole vocabulary position by position", async () => {
    const { top, ids } = await run("--top", String(info.dVocab));
    assert.deepEqual(
      top.map((row) => row.length),
      ids.map(() => info.dVocab),
    );
    const total = top[3]!.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0);
    assert.ok(Math.abs(total - 1) < 1e-4);
  });
});
