import assert from "node:assert/strict";
import { headScores } from "../../../src/analysis/attention";
import { cosine } from "../../../src/analysis/common/vectors";
import { makeDirection, type DirectionResult, type DirectionSource } from "../../../src/analysis/directions";
import type { DirectionText } from "../../../src/analysis/directions/states";
import { permutation, seededRandom } from "../../../src/base/random";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import type { Edit } from "../../../src/protocol/edit";
import { induction, oneHot, writeInductionModel } from "../../support/inductionModel";
import { openRunner } from "../../support/openRunner";
import { useTempFolder } from "../../support/tempFolder";

/** A sequence twice over; the numbers below are of the same model written with NumPy. */
const once = [4, 19, 6, 2, 13, 16, 3, 11, 10, 8, 0, 12, 7];
const ids = [...once, ...once];
const { nVocab, before, answer, sharpness } = induction;
const vocabulary = { text: String, decode: (some: readonly number[]) => some.join(" ") };

describe("a model whose induction circuit was built by hand", () => {
  const folder = useTempFolder();
  let runner: ModelRunner;
  let dispose: () => void;
  beforeEach(async () => {
    writeInductionModel(folder());
    ({ runner, dispose } = await openRunner(folder()));
  });
  afterEach(() => dispose());

  /** Log-probabilities of the token after a position. */
  async function logProbs(
    of: readonly number[],
    position: number,
    edits: readonly Edit[] = [],
  ): Promise<number[]> {
    const { logits } = await runner.logitsAt({ ids: of, position, edits });
    const all = [...logits];
    const most = Math.max(...all);
    const sum = Math.log(all.reduce((total, x) => total + Math.exp(x - most), 0)) + most;
    return all.map((x) => x - sum);
  }

  /** Mean loss of the predictions made at some positions. */
  async function loss(from: number, to: number, edits: readonly Edit[] = []): Promise<number> {
    let sum = 0;
    for (let at = from; at < to; at++) sum -= (await logProbs(ids, at, edits))[ids[at + 1]!]!;
    return sum / (to - from);
  }

  const near = (found: number | null, wanted: number, within: number): void =>
    assert.ok(found !== null && Math.abs(found - wanted) < within, `${found}, not ${wanted}`);

  it("has prefix matching 0.962 in the one head, previous token 1.0 in the other, 0 elsewhere", async () => {
    const heads = await headScores(runner, ids, {}, once.length);
    const at = (layer: number, head: number) =>
      heads.find((one) => one.layer === layer && one.head === head)!;
    near(at(1, 0).induction, 0.962, 5e-4);
    near(at(1, 1).induction, 0, 5e-4);
    near(at(0, 0).induction, 0, 5e-4);
    near(at(0, 0).previousToken, 1, 5e-4);
    near(at(1, 1).previousToken, 0, 5e-4);
    const all = await headScores(runner, ids);
    near(all.find(({ layer, head }) => layer === 1 && head === 0)!.previousToken, 0.087, 5e-4);
  });

  it("loses 4.083 nats in the first copy and 0.0763 in the second", async () => {
    near(await loss(0, once.length - 1), 4.083, 5e-4);
    near(await loss(once.length, ids.length - 1), 0.0763, 5e-5);
  });

  it("loses 5.527 in the second copy once no position sees the one before it in layer 0", async () => {
    const cut = ids.slice(1).map((_, i): Edit => ({
      hook: "blocks.0.attn.hook_attn_scores",
      op: "edge-mask",
      heads: [0],
      positions: [i + 1],
      keys: [i],
    }));
    near(await loss(once.length, ids.length - 1, cut), 5.527, 5e-4);
  });

  it("tells an edge that is masked before the softmax from one that is taken after it (trap 1)", async () => {
    const edge = { heads: [0], positions: [18], keys: [18 - once.length + 1] };
    const mask: Edit = { hook: "blocks.1.attn.hook_attn_scores", op: "edge-mask", ...edge };
    const set: Edit = { hook: "blocks.1.attn.hook_pattern", op: "edge-set", ...edge };
    const logits = async (edit: Edit) => (await runner.logitsAt({ ids, position: 18, edits: [edit] })).logits;
    const [first, second] = [await logits(mask), await logits(set)];
    near(Math.max(...first.map((x, i) => Math.abs(x - second[i]!))), 0.889, 5e-4);
  });

  /** Prompts that end with a token behind another one; nothing else of them depends on the class. */
  function prompts(token: number, others: readonly number[]): DirectionText[] {
    const random = seededRandom(3);
    return Array.from({ length: 24 }, (_, pair) => {
      const order = permutation(nVocab, random).filter((id) => id !== token && !others.includes(id));
      const ends = order.slice(8 + (pair % 3))[0]!;
      return [token, others[pair % others.length]!].map((last, side): DirectionText => {
        const own = [...order.slice(0, 4 + (pair % 5)), last, ends];
        return { ids: own, counted: own.map((_, i) => i).slice(1), positive: side === 0, pair };
      });
    }).flat();
  }

  const direction = (source: DirectionSource, texts: readonly DirectionText[]): Promise<DirectionResult> =>
    makeDirection(
      runner,
      vocabulary,
      { source, texts, hook: "hook_resid_post", layers: [0, 1], position: "last", testShare: 0.25, seed: 0, draws: 20 }, // prettier-ignore
      {},
    );

  for (const kind of ["mean-difference", "pca", "logistic"] as const)
    it(`has the direction “the token before was A, not B”, recovered by ${kind}`, async () => {
      const [a, b] = [5, 9];
      const { vectors, layers } = await direction({ kind }, prompts(a, [b]));
      const wanted = oneHot(before + a).map((x, d) => x - oneHot(before + b)[d]!);
      const found = cosine(vectors.get(0)!, wanted);
      assert.ok(found >= 0.95, String(found));
      assert.equal(layers[0]!.accuracy, 1);
      assert.equal(layers[0]!.percentile.shuffled! > 0.9, true);
    });

  it("has it as exactly the one-hot difference in length too, by difference of means", async () => {
    const { vectors } = await direction({ kind: "mean-difference" }, prompts(5, [9]));
    [...vectors.get(0)!].forEach((x, d) => near(x, d === before + 5 ? 1 : d === before + 9 ? -1 : 0, 1e-5));
  });

  it("answers what follows B to a query A once “A, not B” is added behind B, not for its opposite or elsewhere", async () => {
    const [a, b, c] = [5, 9, 14];
    const { vectors } = await direction({ kind: "mean-difference" }, prompts(a, [b]));
    const value = [...vectors.get(0)!];
    const prompt = [1, 2, b, c, 3, 4, a];
    const at = prompt.indexOf(c);
    const add: Edit = { hook: "blocks.0.hook_resid_post", op: "add", value, positions: [at] };
    const last = prompt.length - 1;
    const plain = await logProbs(prompt, last);
    const steered = await logProbs(prompt, last, [add]);
    assert.ok(Math.exp(plain[c]!) < 0.2, String(Math.exp(plain[c]!)));
    // One key with score 30, six with 0: all the weight, so a logit of 8 against 19 of 0.
    near(Math.exp(steered[c]!), Math.exp(sharpness) / (Math.exp(sharpness) + nVocab - 1), 1e-5);
    // Taken away where B's own query is asked, B finds nothing.
    const asked = [...prompt.slice(0, -1), b];
    near(Math.exp((await logProbs(asked, last))[c]!), Math.exp(steered[c]!), 1e-5);
    assert.ok(Math.exp((await logProbs(asked, last, [add]))[c]!) < 0.2);
    // Controls: strength zero changes no bit, the opposite sign and another position change nothing that matters.
    assert.deepEqual(await logProbs(prompt, last, [{ ...add, scale: 0 }]), plain);
    for (const other of [
      { ...add, scale: -1 },
      { ...add, positions: [1] },
    ])
      assert.ok(Math.exp((await logProbs(prompt, last, [other]))[c]!) < 0.2);
  });

  it("has the direction of its answer behind the last layer, which moves that logit by 8 for each unit", async () => {
    const [a, b] = [once[3]!, once[6]!];
    // Prompts in which the circuit answers A or B.
    const random = seededRandom(8);
    const texts = Array.from({ length: 16 }, (_, pair) => {
      const order = permutation(nVocab, random).filter((id) => id !== a && id !== b);
      return [a, b].map((says, side): DirectionText => {
        const own = [order[0]!, order[1]!, says, order[2]!, order[1]!];
        return { ids: own, counted: [1, 2, 3, 4], positive: side === 0, pair };
      });
    }).flat();
    const { vectors, bestLayer, layers } = await direction({ kind: "mean-difference" }, texts);
    assert.equal(bestLayer, 1);
    assert.equal(layers[1]!.accuracy, 1);
    const wanted = oneHot(answer + a).map((x, d) => x - oneHot(answer + b)[d]!);
    assert.ok(cosine(vectors.get(1)!, wanted) >= 0.95);
    // Layer 0 has nothing of it at the last position: both classes have the same state there.
    assert.ok(layers[0]!.norm < 1e-6, String(layers[0]!.norm));
    const add: Edit = {
      hook: "blocks.1.hook_resid_post",
      op: "add",
      value: [...vectors.get(1)!],
      positions: "last",
    };
    const logits = async (edits: Edit[]) =>
      (await runner.logitsAt({ ids, position: ids.length - 1, edits })).logits;
    const [plain, steered] = [await logits([]), await logits([add])];
    steered.forEach((x, id) => near(x - plain[id]!, sharpness * vectors.get(1)![answer + id]!, 1e-4));
    near(steered[a]! - plain[a]!, sharpness, 0.05);
  });
});
