import assert from "node:assert/strict";
import type { GenerateResult } from "../../../src/protocol/edit";
import { cliError, cliJson } from "../../support/cli";
import { DirectionCalls, type PrintedReading, smallModel } from "../../support/directionCalls";
import { useTempFolder } from "../../support/tempFolder";

type Written = PrintedReading & { readonly written: string };

describe("introspect read --generate", function () {
  this.timeout(60_000);
  const calls = new DirectionCalls(useTempFolder());
  const text = "Once upon a time there was a";

  const read = (...more: string[]): Promise<Written> =>
    cliJson<Written>("read", smallModel, "--direction", calls.at("f.json"), ...more);

  beforeEach(async () => {
    const pairs = [
      ["const a = 1;", "One is a number."],
      ["return x;", "They went home."],
    ];
    await calls.make({ pairs, testShare: 0 });
  });

  for (const layers of [[], ["--layer", "0"], ["--layers", "1-3"]])
    it(`gives the scores that \`read\` gives on all of the ids: ${layers.join(" ") || "best layer"}`, async () => {
      const made = await read("--text", text, "--generate", "12", ...layers);
      const plain = await cliJson<GenerateResult>(
        "generate",
        smallModel,
        "--text",
        text,
        "--max-tokens",
        "12",
      );
      const written = made.tokens.filter(({ generated }) => generated);
      assert.deepEqual(
        written.map(({ id }) => id),
        plain.ids,
      );
      assert.deepEqual(
        written.map(({ logProb }) => logProb),
        plain.logProbs,
      );
      assert.equal(made.written, plain.text);
      const whole = await read("--ids", made.tokens.map(({ id }) => id).join(","), ...layers);
      assert.deepEqual([made.layer, made.threshold], [whole.layer, whole.threshold]);
      made.tokens.forEach(({ score }, i) => {
        const wanted = whole.tokens[i]!.score;
        assert.ok(
          Math.abs(score - wanted) < 1e-4 * Math.max(1, Math.abs(wanted)),
          `${i}: ${score} ${wanted}`,
        );
      });
      const scores = new Set(written.map(({ score }) => score));
      assert.ok(scores.size > 3, "written tokens differ in their scores");
    });

  it("refuses a text that leaves the continuation no room, and a window", async () => {
    const at = ["read", smallModel, "--direction", calls.at("f.json")];
    const long = await cliError(...at, "--text", "a b c", "--generate", "100000");
    assert.match(long.message, /100000 more are too many: it sees \d+ tokens/);
    const window = await cliError(...at, "--text", "a", "--generate", "3", "--window", "8");
    assert.match(window.message, /--window does not go with --generate/);
    assert.match((await cliError(...at, "--text", "a", "--generate", "0")).message, /--generate/);
  });
});
