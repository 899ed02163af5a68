import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { SteerResult } from "../../../src/protocol/edit";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");

describe("introspect steer on a file with expectations", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const write = (name: string, value: unknown): string => {
    const file = path.join(folder(), name);
    fs.writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return file;
  };
  const experiment = (more: object) => ({
    version: 1,
    model: { path: "introspect-small", digest: null },
    prompt: "The result of the search is",
    edits: [
      {
        hook: "blocks.1.hook_resid_pre",
        op: "add",
        value: { text: "const", minus: "import" },
        scale: 4,
        positions: "prefill-front",
      },
    ],
    sampling: { maxTokens: 6 },
    controls: { isotropic: 2 },
    ...more,
  });

  it("ends well where they are met, with files of texts and directions read from its folder", async () => {
    write("off.txt", "One line of text about files.\n\nAnother one about folders. And more.\n");
    write("d.json", {
      hook: "blocks.2.hook_resid_post",
      vector: Array.from({ length: 192 }, (_, i) => Math.sin(i)),
    });
    const expect = [
      { of: "logProb", text: " const", atLeast: 0.1 },
      { of: "perplexityRatio", on: { file: "off.txt", split: "sentences" }, atMost: 10, name: "off-topic" },
      { of: "score", direction: "d.json", layer: 2, atLeast: -1000 },
      { of: "effectiveness", words: [" const", " let"], atLeast: 0.01 },
      { of: "disruption", words: [" const", " let"], atMost: 10 },
      { of: "perplexityRatio", on: { texts: ["A", "Dog"] }, pad: true, atMost: 100 },
      { of: "pattern", pattern: ".", flags: "s", atLeast: 1 },
      { of: "choiceAccuracy", items: [{ choices: [" the", " xylophone"], answer: 0 }], atLeast: 1 },
    ];
    const file = write("a.introspect.json", experiment({ expect, aligned: [" const", " let"] }));
    const result = await cliJson<SteerResult>("steer", model, file);
    assert.equal(result.met, true);
    assert.deepEqual(
      result.expectations?.map(({ of, met }) => [of, met]),
      expect.map(({ of }) => [of, true]),
    );
    assert.equal(result.expectations[0].nulls?.isotropic.length, 2);
    const { aligned, kl } = result;
    assert.equal(aligned?.tokens.length, 2);
    assert.equal(aligned.steered.effectiveness, result.expectations[3].value);
    assert.equal(aligned.steered.disruption, result.expectations[4].value);
    assert.ok(Math.abs(aligned.steered.kl.aligned + aligned.steered.kl.rest - kl.steered) < 1e-9);
    assert.equal(result.expectations[1].nulls, undefined, "perplexity under every null would cost too much");
    assert.equal(result.expectations[4].nulls?.shuffled.length, 2, "what is cheap is measured of the nulls");
    assert.equal(result.expectations[6].drawn, undefined, "one greedy text is no estimate");
  });

  it("ends with an error and a sentence where one is not met, its result printed before", async () => {
    const expect = [{ of: "logProb", text: " const", atLeast: 50 }];
    const { status, stdout, stderr } = await cli(
      "steer",
      model,
      write("b.introspect.json", experiment({ expect })),
    );
    assert.equal(status, 1);
    assert.equal((JSON.parse(stdout) as SteerResult).met, false);
    const { code, message } = JSON.parse(stderr) as { code: string; message: string };
    assert.equal(code, "not-as-expected");
    assert.match(
      message,
      /^rise of the log-probability of " const": [\d.]+ nats; expected at least 50: not met\.$/,
    );
  });

  it("saves its outcome, against which a later run is held", async () => {
    const sampling = { maxTokens: 6, temperature: 0.9, seed: 3, samples: 2 };
    const file = write("c.introspect.json", experiment({ sampling }));
    const saved = path.join(folder(), "c.introspect.result.json");
    await cliJson("steer", model, file, "--save", saved);
    const text = fs.readFileSync(saved, "utf8");
    await cliJson("steer", model, file, "--save", saved, "--against", saved);
    assert.equal(fs.readFileSync(saved, "utf8"), text, "the same seeds give the same file");
    const other = write("c2.introspect.json", experiment({ sampling: { ...sampling, seed: 4 } }));
    const { code, message } = await cliErrorAfterResult("steer", model, other, "--against", saved);
    assert.equal(code, "not-as-expected");
    assert.match(message, /text 1 is another from token \d+ on/);
  });

  it("says what is wrong with a file of texts or a direction", async () => {
    const wrong: [object, string, RegExp][] = [
      [
        { of: "perplexityRatio", on: { file: "none.txt" }, atMost: 1 },
        "bad-texts",
        /none\.txt cannot be read: ENOENT/,
      ],
      [{ of: "score", direction: "none.json", layer: 1, atLeast: 0 }, "bad-direction", /none\.json/],
      [{ of: "score", direction: "none.json", layer: 99, atLeast: 0 }, "bad-field", /expect\[0\]\.layer/],
      [{ of: "score", direction: "none.npz", atLeast: 0 }, "bad-field", /names no best layer/],
      [{ of: "logProb", text: " a", prompt: "", atLeast: 0 }, "empty-input", /Nothing stands before/],
    ];
    for (const [one, code, message] of wrong) {
      const file = write("d.introspect.json", experiment({ expect: [one] }));
      const error = await cliError("steer", model, file);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    }
  });
});

/** The error of a call that prints its result all the same. */
async function cliErrorAfterResult(...argv: string[]): Promise<{ code: string; message: string }> {
  const { status, stderr } = await cli(...argv);
  assert.equal(status, 1);
  return JSON.parse(stderr) as { code: string; message: string };
}
