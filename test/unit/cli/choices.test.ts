import assert from "node:assert/strict";
import { readChoices } from "../../../src/cli/choices";
import type { ChoicesResult, ScoreResult } from "../../../src/protocol/run";
import { cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");

describe("introspect score --choices", function () {
  this.timeout(60_000);
  const folder = useTempFolder();

  it("scores each continuation as `score` scores its tokens in the whole text", async () => {
    const prompt = "export function ";
    const texts = ["read(", "write(", "if ("];
    const { choices, best } = await cliJson<ChoicesResult>(
      ...["score", model, "--text", prompt, "--choices", texts.join("|")],
    );
    assert.deepEqual(
      choices.map(({ text }) => text),
      texts,
    );
    for (const { text, ids, logProb, perByte } of choices) {
      const { tokens } = await cliJson<ScoreResult>("score", model, "--text", prompt + text);
      const own = tokens.slice(-ids.length);
      assert.deepEqual(
        own.map(({ id }) => id),
        ids,
      );
      const sum = own.reduce((total, one) => total + (one.logProb ?? NaN), 0);
      assert.ok(Math.abs(logProb - sum) < 1e-4, `${text}: ${logProb}, ${sum}`);
      assert.equal(perByte, logProb / text.length);
    }
    assert.ok(choices.every(({ logProb }) => logProb <= choices[best.total].logProb));
  });

  it("scores them behind a BOS token where one is asked for, and says so", async () => {
    const given = ["score", model, "--text", "const x", "--choices", " =| :"];
    const plain = await cliJson<ChoicesResult & { bos: boolean }>(...given);
    const behind = await cliJson<ChoicesResult & { bos: boolean }>(...given, "--bos", "always");
    const { tokens } = await cliJson<ScoreResult>("score", model, "--text", "const x =", "--bos", "always");
    assert.deepEqual([plain.bos, behind.bos], [false, true]);
    const [{ logProb }] = behind.choices;
    assert.ok(Math.abs(logProb - (tokens[tokens.length - 1].logProb ?? NaN)) < 1e-4);
    assert.notEqual(logProb, plain.choices[0].logProb);
  });

  it("says the perplexity of a text", async () => {
    const { tokens, perplexity } = await cliJson<ScoreResult>("score", model, "--text", "const x = 1;");
    const scored = tokens.slice(1);
    const mean = scored.reduce((sum, { logProb }) => sum + (logProb ?? NaN), 0) / scored.length;
    assert.ok(Math.abs((perplexity ?? 0) - Math.exp(-mean)) < 1e-6 * Math.exp(-mean));
  });

  it("reads choices from a file: one a line, or a JSON list", async () => {
    writeFiles(folder(), { "lines.txt": " yes\r\n no\n", "list.json": '[" a|b", "c\\n"]' });
    assert.deepEqual(await readChoices(`${folder()}/lines.txt`), [" yes", " no"]);
    assert.deepEqual(await readChoices(`${folder()}/list.json`), [" a|b", "c\n"]);
    assert.deepEqual(await readChoices(" a| b"), [" a", " b"]);
  });

  const wrong: [string, string[], string][] = [
    ["an empty one", ["--text", "a", "--choices", "a||b"], "usage"],
    ["ids", ["--ids", "1,2", "--choices", "a|b"], "usage"],
    ["a file that is not there", ["--text", "a", "--choices", "/no/such/file"], "file-not-found"],
  ];
  for (const [what, argv, code] of wrong) {
    it(`refuses ${what}`, async () => assert.equal((await cliError("score", model, ...argv)).code, code));
  }
});
