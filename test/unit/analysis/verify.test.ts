import assert from "node:assert/strict";
import { verify, verifyIds } from "../../../src/analysis/verify";
import { smallEdits, zeroEdits } from "../../../src/analysis/verify/edits";
import { directAttribution, lensIsLogits } from "../../../src/analysis/verify/logits";
import { cachedIsFull, chunkedIsWhole, hookedIsHookFree } from "../../../src/analysis/verify/runs";
import type { Decoded, Runner, RunPlan, RunReads } from "../../../src/graph/runner";
import type { VerifyCheck } from "../../../src/protocol/verify";
import { openRunner, type OpenRunner } from "../../support/openRunner";
import { oracleIt } from "../../support/oracle";
import { useTempFolder } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 16,
  dMlp: 24,
  dVocab: 40,
  nCtx: 20,
  kind: "gpt",
  seed: 3,
} as const;

async function all(runner: Runner): Promise<VerifyCheck[]> {
  const checks: VerifyCheck[] = [];
  for await (const check of verify(runner, verifyIds(runner))) checks.push(check);
  return checks;
}

describe("verifying a model", () => {
  const folder = useTempFolder();
  let open: OpenRunner;
  beforeEach(async () => {
    writeTinyCheckpoint(folder(), tinyModel(shape));
    open = await openRunner(folder());
  });
  afterEach(() => open.dispose());

  it("passes every check on a sound one, and says what was found", async () => {
    const checks = await all(open.runner);
    assert.equal(checks.length, 7);
    for (const { check, worst, bound, passed } of checks) {
      assert.ok(passed && worst !== null && worst <= bound, `${check}: ${worst}`);
    }
  });

  /** The runner with one method that goes wrong. */
  const broken = (over: (runner: Runner) => Partial<Runner>): Runner =>
    Object.assign(Object.create(open.runner) as Runner, over(open.runner));
  const wrongRun =
    (isWrong: (plan: RunPlan) => boolean, share: number) =>
    (runner: Runner): Partial<Runner> => ({
      run: async (plan: RunPlan) => {
        const made = await runner.run(plan);
        if (isWrong(plan)) for (const { data } of made.reads.values()) data[data.length - 1] *= 1 + share;
        return made;
      },
    });
  const withoutEdits = (runner: Runner): Partial<Runner> => ({
    run: (plan: RunPlan): Promise<RunReads> => runner.run({ ...plan, edits: [] }),
  });
  const kinked = (runner: Runner): Partial<Runner> => ({
    run: (plan: RunPlan): Promise<RunReads> =>
      runner.run({
        ...plan,
        edits: (plan.edits ?? []).map((edit) => ({ ...edit, scale: (edit.scale ?? 1) ** 3 * 1e4 })),
      }),
  });
  const wrongDecode =
    (change: (decoded: Decoded) => Decoded) =>
    (runner: Runner): Partial<Runner> => ({
      decode: async (request) => change(await runner.decode(request)),
    });
  const wrongDirections = (runner: Runner): Partial<Runner> => ({
    unembedDirections: async (rows, k) =>
      (await runner.unembedDirections(rows, k)).map(({ top, bottom }) => ({
        top: top.map(([id, value]) => [id, value * 1.01] as const),
        bottom,
      })),
  });

  const harms: [string, typeof zeroEdits, (runner: Runner) => Partial<Runner>][] = [
    ["hooks change a bit", hookedIsHookFree, wrongRun(({ reads }) => reads.length > 1, 2e-7)],
    [
      "an edit of strength zero changes a bit",
      zeroEdits,
      wrongRun(({ edits = [] }) => edits.length > 0, 2e-7),
    ],
    ["edits are not applied", smallEdits, withoutEdits],
    ["edits are applied at another strength", smallEdits, kinked],
    ["the cache holds other keys", cachedIsFull, wrongRun(({ cache }) => cache === "prefix", 0.01)],
    ["chunks see other positions", chunkedIsWhole, wrongRun(({ chunk }) => chunk === 5, 0.01)],
    [
      "the lens has another scale",
      lensIsLogits,
      wrongDecode((made) => ({ ...made, logits: made.logits.map((row) => row.map((x) => x * 1.01)) })),
    ],
    [
      "the lens has another normaliser",
      lensIsLogits,
      wrongDecode((made) => ({ ...made, logSumExp: made.logSumExp.map((x) => x + 0.01) })),
    ],
    ["directions have another gain", directAttribution, wrongDirections],
    [
      "the constant is left out",
      directAttribution,
      wrongDecode((made) => ({
        ...made,
        tracked: made.tracked.map((row) => row.map((one) => ({ ...one, logit: 0 }))),
      })),
    ],
  ];
  for (const [what, check, harm] of harms) {
    it(`notices when ${what}`, async () => {
      const found = await check(broken(harm), verifyIds(open.runner), {});
      assert.equal(found.passed, false, `${found.check}: ${found.worst}`);
    });
  }

  it("leaves attribution out where the stream is no sum, and says why", async () => {
    const post = broken(() => ({
      readout: { softCap: null, addsUp: false, mlpInputs: [], attentionAdds: [], mlpAdds: [] },
    }));
    const { passed, worst, note } = await directAttribution(post, verifyIds(post), {});
    assert.ok(passed && worst === null && note !== undefined);
  });

  for (const family of ["gpt_neox", "gemma2", "llama-dynamic", "qwen2_moe", "opt-350m"]) {
    oracleIt(`passes every check on ${family}`, `oracle-hf/${family}`, async (dir) => {
      const other = await openRunner(dir);
      try {
        for (const { check, passed, worst } of await all(other.runner))
          assert.ok(passed, `${check}: ${worst}`);
      } finally {
        other.dispose();
      }
    });
  }
});
