/** What a text is run behind, on the command line: the selection alone, a prefix, BOS; with the bundled model. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GenerateResult, SteerResult } from "../../../src/protocol/edit";
import type { LensResult } from "../../../src/protocol/lens";
import type { ModelInfo, TokenInfo, TokensResult } from "../../../src/protocol/model";
import type { NeuronsResult } from "../../../src/protocol/neurons";
import type { RunSummary, ScoreResult } from "../../../src/protocol/run";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { removeFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const text = 'const first = items[0];\nif (first === undefined) throw new Error("empty");\nreturn first;\n';
const start = text.indexOf("throw new Error");
const range = `${start}:${start + 15}`;
const selection = text.slice(start, start + 15);
const prefix = "function check(value) {\n  ";

interface Facts {
  readonly bos: boolean;
  readonly digest: string;
  readonly window: { readonly start: number; readonly truncated: boolean; readonly context: string };
  readonly tokens: readonly TokenInfo[];
}
type Neurons = Omit<NeuronsResult, "window"> & Facts;

describe("a selection on the command line", function () {
  this.timeout(120_000);
  const rank = (...argv: string[]) => cliJson<Neurons>("neurons", model, "--top", "5", ...argv);

  it("is run behind the document's text unless it is asked for alone", async () => {
    const [plain, named, alone] = [
      await rank("--text", text, "--range", range),
      await rank("--text", text, "--range", range, "--context", "document"),
      await rank("--text", text, "--range", range, "--context", "selection"),
    ];
    assert.deepEqual(named, plain);
    assert.deepEqual([plain.window.context, plain.window.start], ["document", 0]);
    assert.deepEqual([alone.window.context, alone.window.start], ["selection", start]);
    assert.notDeepEqual(alone.neurons, plain.neurons);
  });

  it("alone is what its text is by itself, with offsets in the document", async () => {
    const alone = await rank("--text", text, "--range", range, "--context", "selection");
    const itself = await rank("--text", selection, "--range", `0:${selection.length}`);
    assert.deepEqual(alone.neurons, itself.neurons);
    assert.deepEqual(alone.selected, itself.selected);
    for (const token of alone.tokens) assert.equal(token.text, text.slice(token.start, token.end));
  });

  it("behind a prefix has the activations of prefix and selection as one text, and ranks none of the prefix", async () => {
    const behind = await rank("--text", text, "--range", range, "--prefix", prefix);
    const whole = prefix + selection;
    const joined = await rank("--text", whole, "--range", `${prefix.length}:${whole.length}`);
    // Explanations may be chosen on the text too, and the prefix is none of it.
    const numbers = ({ neurons }: Neurons) => neurons.map(({ explanation: _, ...rest }) => rest);
    assert.deepEqual(numbers(behind), numbers(joined));
    assert.deepEqual(behind.selected, joined.selected);
    assert.deepEqual([behind.window.context, behind.about], ["prefix", "this"]);
    assert.ok(behind.tokens.every((token) => !token.prefix && token.start >= start));
  });

  const bad: [string, string[]][] = [
    ["alone, by ids", ["--ids", "1,2,3", "--range", "0:2", "--context", "selection"]],
    [
      "alone and behind a prefix",
      ["--text", text, "--range", range, "--context", "selection", "--prefix", "a"],
    ],
    ["behind something else", ["--text", text, "--range", range, "--context", "file"]],
    ["behind a prefix, by ids", ["--ids", "1,2,3", "--range", "0:2", "--prefix", "a"]],
    ["by ids with BOS", ["--ids", "1,2,3", "--range", "0:2", "--bos", "auto"]],
    ["with a policy that is none", ["--text", text, "--range", range, "--bos", "yes"]],
  ];
  for (const [name, argv] of bad) {
    it(`is refused ${name}`, async () => {
      assert.equal((await cliError("neurons", model, ...argv)).code, "usage");
    });
  }

  it("is refused behind a prefix that leaves no room", async () => {
    const long = "word ".repeat(2000);
    const { code } = await cliError("neurons", model, "--text", text, "--range", range, "--prefix", long);
    assert.equal(code, "prefix-too-long");
  });
});

describe("a prefix on the command line", function () {
  this.timeout(120_000);

  it("gives the lens and the run of prefix and text as one", async () => {
    const [one, two] = [
      ["--text", selection, "--prefix", prefix],
      ["--text", prefix + selection],
    ];
    const lenses = [
      await cliJson<LensResult>("lens", model, ...one),
      await cliJson<LensResult>("lens", model, ...two),
    ];
    assert.deepEqual(lenses[0]!.layers, lenses[1]!.layers);
    const runs = [
      await cliJson<RunSummary>("run", model, ...one),
      await cliJson<RunSummary>("run", model, ...two),
    ];
    assert.deepEqual([runs[0]!.ids, runs[0]!.top], [runs[1]!.ids, runs[1]!.top]);
    assert.deepEqual([lenses[0]!.about, runs[0]!.about], ["next", "next"]);
  });
});

describe("BOS on the command line", function () {
  this.timeout(120_000);
  let folder: string;
  let bosId: number;
  let digest: string | null;
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-bos-"));
    ({ digest } = await cliJson<ModelInfo>("model", model));
    const config = JSON.parse(fs.readFileSync(path.join(model, "config.json"), "utf8")) as {
      bos_token_id: number;
    };
    bosId = config.bos_token_id;
  });
  after(() => removeFolder(folder));
  const experiment = (fields: Record<string, unknown>): string => {
    const file = path.join(folder, "a.introspect.json");
    const edits = [{ hook: "blocks.1.hook_resid_pre", op: "scale", scale: 0.5, positions: "last" }];
    const sampling = { maxTokens: 2 };
    fs.writeFileSync(
      file,
      JSON.stringify({ version: 1, model: { path: model }, prompt: "const", edits, sampling, ...fields }),
    );
    return file;
  };

  /** Every command that takes a text, and the first id of what it ran, where its answer has it. */
  const commands: [string, (model: string) => string[], (answer: never) => number | undefined][] = [
    ["tokens", (m) => ["tokens", m, "--text", "let x"], (a: TokensResult) => a.tokens[0]?.id],
    ["run", (m) => ["run", m, "--text", "let x"], (a: RunSummary) => a.ids[0]],
    ["lens", (m) => ["lens", m, "--text", "let x"], (a: { ids: number[] }) => a.ids[0]],
    ["score", (m) => ["score", m, "--text", "let x"], (a: ScoreResult) => a.tokens[0]?.id],
    ["neurons", (m) => ["neurons", m, "--text", "let x = 1", "--range", "3:9"], () => undefined],
    ["generate", (m) => ["generate", m, "--text", "let x", "--max-tokens", "2"], () => undefined],
  ];
  for (const [name, argv, first] of commands) {
    it(`is stated by ${name}, by the tokenizer's own policy, always and never`, async () => {
      const ask = (...more: string[]) => cliJson<Facts>(...argv(model), ...more);
      const plain = await ask();
      assert.equal(plain.bos, false);
      assert.equal(plain.digest, digest);
      assert.deepEqual(await ask("--bos", "auto"), plain);
      assert.deepEqual(await ask("--bos", "never"), plain);
      const always = await ask("--bos", "always");
      assert.equal(always.bos, true);
      const id = first(always as never);
      if (id !== undefined) assert.equal(id, bosId);
      assert.notDeepEqual(always, plain);
    });
  }

  it("makes the first token of the text one that is scored, and counts no bytes itself", async () => {
    const scored = (bos: string) =>
      cliJson<ScoreResult & Facts>("score", model, "--text", text, "--bos", bos);
    const [without, behind] = [await scored("never"), await scored("always")];
    assert.equal(behind.tokens.length, without.tokens.length + 1);
    assert.deepEqual([without.tokens[0]?.logProb, behind.tokens[0]?.logProb], [null, null]);
    const total = behind.tokens.reduce((all, { logProb }) => all + (logProb ?? 0), 0);
    const bits = -total / Math.LN2 / Buffer.byteLength(text);
    assert.ok(Math.abs((behind.bitsPerByte ?? 0) - bits) < 1e-6);
    assert.deepEqual([without.about, behind.about], ["this", "this"]);
  });

  it("follows an experiment's field, unless the command line says otherwise", async () => {
    const steer = (fields: Record<string, unknown>, ...more: string[]) =>
      cliJson<SteerResult>("steer", model, experiment(fields), ...more);
    assert.equal((await steer({})).bos, false);
    const always = await steer({ bos: "always" });
    assert.equal(always.bos, true);
    assert.equal((await steer({ bos: "always" }, "--bos", "never")).bos, false);
    const made = await cliJson<GenerateResult>(
      ...["generate", model, "--text", "const", "--max-tokens", "2", "--bos", "always"],
    );
    assert.deepEqual(always.default.logProbs, made.logProbs);
    assert.equal(made.about, "this");
    const { code } = await cliError("steer", model, experiment({ bos: "sometimes" }));
    assert.equal(code, "bad-field");
  });

  it("is refused where the tokenizer has none", async () => {
    const other = path.join(folder, "model");
    fs.mkdirSync(other);
    for (const name of ["config.json", "model.safetensors", "tokenizer.json"])
      fs.symlinkSync(path.join(model, name), path.join(other, name));
    const { code, next } = await cliError("run", other, "--text", "a", "--bos", "always");
    assert.equal(code, "no-bos-token");
    assert.match(next, /auto or never/);
    const { bos } = await cliJson<Facts>("run", other, "--text", "a", "--bos", "never");
    assert.equal(bos, false);
  });

  it("of ids is their own", async () => {
    const { bos, tokens } = await cliJson<Facts>("tokens", model, "--ids", `${bosId},5`);
    assert.deepEqual([bos, tokens.length], [true, 2]);
    assert.equal((await cliJson<Facts>("score", model, "--ids", "5,6")).bos, false);
  });
});
