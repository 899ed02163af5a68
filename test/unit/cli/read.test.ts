import assert from "node:assert/strict";
import { length } from "../../../src/analysis/common/vectors";
import { cliError, cliJson } from "../../support/cli";
import { DirectionCalls, type PrintedReading, smallModel } from "../../support/directionCalls";
import { oracleIt } from "../../support/oracle";
import { useTempFolder } from "../../support/tempFolder";

describe("introspect read", function () {
  this.timeout(120_000);
  const calls = new DirectionCalls(useTempFolder());

  const text = "let x = 1;\nThe end.";

  it("gives h·v/‖v‖ of every token, at the best layer or another", async () => {
    const made = await calls.make({ template: "code" });
    const read = await cliJson<PrintedReading>(
      "read",
      smallModel,
      "--direction",
      calls.at("f.json"),
      "--text",
      text,
    );
    assert.equal(read.layer, made.bestLayer);
    assert.equal(read.threshold, made.layers[made.bestLayer]!.threshold);
    const rows = await calls.states(text, made.bestLayer);
    const vector = calls.vector("f", made.bestLayer);
    assert.equal(read.tokens.length, rows.length);
    read.tokens.forEach(({ score, start, end, text: own }, i) => {
      const expected = rows[i]!.reduce((sum, x, d) => sum + x * vector[d]!, 0) / length(vector);
      assert.ok(Math.abs(score - expected) < 1e-3 * length(rows[i]!), `${score} ${expected}`);
      assert.equal(text.slice(start, end), own);
    });
    assert.deepEqual(
      read.tokens.map(({ counted }) => counted),
      [false, ...rows.slice(1).map(() => undefined)],
    );
    const other = await cliJson<PrintedReading>(
      "read",
      smallModel,
      "--direction",
      calls.at("f.json"),
      "--text",
      text,
      "--layer",
      "0",
    );
    assert.equal(other.layer, 0);
    assert.notEqual(other.tokens[1]!.score, read.tokens[1]!.score);
  });

  it("gives the mean of a band, and a heatmap less the threshold", async () => {
    await calls.make({ template: "code" });
    const along = ["--direction", calls.at("f.json"), "--text", text];
    const [one, two, both] = [
      await cliJson<PrintedReading>("read", smallModel, ...along, "--layer", "1"),
      await cliJson<PrintedReading>("read", smallModel, ...along, "--layer", "2"),
      await cliJson<PrintedReading>("read", smallModel, ...along, "--layers", "1-2"),
    ];
    assert.deepEqual([both.layer, both.layers], [null, [1, 2]]);
    both.tokens.forEach(({ score }, i) =>
      assert.ok(Math.abs(score - (one.tokens[i]!.score + two.tokens[i]!.score) / 2) < 1e-9),
    );
    assert.ok(Math.abs(both.threshold! - (one.threshold! + two.threshold!) / 2) < 1e-9);
    const heat = await cliJson<{ tokens: { value: number }[] }>(
        "heatmap", smallModel, "--text", text, "--measure", `direction:${calls.at("f.json")}@1`,
      ); // prettier-ignore
    heat.tokens.forEach(({ value }, i) =>
      assert.ok(Math.abs(value - (one.tokens[i]!.score - one.threshold!)) < 1e-9),
    );
  });

  it("tells code from prose in one text, token by token behind the first few", async () => {
    await calls.make({ template: "code", position: "mean" });
    const snippet = "export function add(first: number, second: number) {\n  return first + second;\n}\n";
    const story = "Everybody in the village knew the old man who lived alone in the house by the lake.\n";
    const scores = async (of: string): Promise<number[]> => {
      const { tokens, threshold } = await cliJson<PrintedReading>(
        "read",
        smallModel,
        "--direction",
        calls.at("f.json"),
        "--text",
        of,
      );
      return tokens.slice(4).map(({ score }) => score - threshold!);
    };
    const [a, b] = [await scores(snippet), await scores(story)];
    const over = (list: readonly number[]): number => list.filter((x) => x > 0).length / list.length;
    assert.ok(over(a) > over(b) + 0.3, `${over(a)} ${over(b)}`);
  });

  it("reads files of any length, in windows", async () => {
    await calls.make({ template: "code" });
    const path = calls.file("long.txt", "const a = b + c;\n".repeat(300));
    const { tokens } = await cliJson<PrintedReading>(
      "read",
      smallModel,
      "--direction",
      calls.at("f.json"),
      "--file",
      path,
    );
    assert.ok(tokens.length > 1500);
    assert.equal(tokens.at(-1)!.end, 300 * 17);
  });

  it("refuses a layer that the direction lacks", async () => {
    await calls.make({ template: "code", layers: [1, 2] });
    const error = await cliError(
      "read",
      smallModel,
      "--direction",
      calls.at("f.json"),
      "--text",
      "a",
      "--layer",
      "3",
    );
    assert.match(error.message, /f has no layer 3/);
  });

  it("added at the prompt alone and at every step differ, both from no edit (trap 7)", async () => {
    await calls.make({ template: "code" });
    const written = async (positions: string | null): Promise<{ ids: number[]; logProbs: number[] }> => {
      const edit = {
        hook: "blocks.2.hook_resid_post",
        op: "add",
        value: { direction: "f.json" },
        scale: 1,
        positions,
      };
      const edits = positions === null ? [] : ["--edit", calls.file("e.json", [edit])];
      return cliJson("generate", smallModel, "--text", "The house is", "--max-tokens", "8", ...edits);
    };
    const [plain, prefill, every] = [
      await written(null),
      await written("prefill-all"),
      await written("every-step"),
    ];
    assert.equal(prefill.logProbs[0], every.logProbs[0]);
    assert.notEqual(prefill.logProbs[0], plain.logProbs[0]);
    assert.notDeepEqual(prefill.logProbs.slice(1), every.logProbs.slice(1));
    // What was added to the prompt stays in its keys and values.
    const layer = {
      hook: "blocks.0.hook_resid_post",
      op: "add",
      value: { direction: "f.json" },
      positions: "prefill-all",
    };
    const kept = await cliJson<{ logProbs: number[] }>("generate", smallModel, "--text", "The house is", "--max-tokens", "3", "--edit", calls.file("k.json", [layer])); // prettier-ignore
    assert.notEqual(kept.logProbs[1], plain.logProbs[1]);
  });

  oracleIt("works behind BOS and the width of a trained Llama", "stories260K/hf", async (dir) => {
    const made = await calls.make({ template: "sentiment", position: "mean" }, "s", dir);
    assert.deepEqual([made.bos, made.layers.length], [true, 5]);
    const { accuracy, nulls } = made.layers[made.bestLayer]!;
    assert.ok(accuracy! >= 0 && nulls.shuffled.length === 20);
    const read = await cliJson<PrintedReading>(
      "read",
      dir,
      "--direction",
      calls.at("s.json"),
      "--text",
      "Once upon a time",
    );
    assert.equal(read.tokens[0]!.counted, false);
    const wrongWidth = await cliError("read", smallModel, "--direction", calls.at("s.json"), "--text", "a");
    assert.equal(wrongWidth.code, "direction-of-another-model");
  });
});
