import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { numericEdits } from "../../../../src/analysis/common/editValue";
import { type OpenModel, openModel } from "../../../../src/engine/model";
import { pairEncoderOf } from "../../../../src/engine/pairEncoder";
import { runSweep } from "../../../../src/engine/steering/runSweep";
import { runTaskVectors } from "../../../../src/engine/steering/runTaskVectors";
import { textsOf } from "../../../../src/engine/steering/textSet";
import { decodeSteeringSweep } from "../../../../src/protocol/decodeSteeringSweep";
import { decodeTaskVectorPlan } from "../../../../src/protocol/decodeTaskVector";
import type { Edit } from "../../../../src/protocol/edit";
import { oracleIt } from "../../../support/oracle";
import { inRepo } from "../../../support/paths";

const wedding = "chatgpt_wedding_essay_20230423.txt";
const shipping = "chatgpt_shipping_essay_20230423.txt";

describe("the bundled model with the texts of the papers", function () {
  this.timeout(300_000);
  let open: OpenModel;
  before(async () => {
    const cacheDirectory = path.join(tmpdir(), "introspect-test-cache");
    open = await openModel(inRepo("models/introspect-small"), { cacheDirectory });
  });
  after(() => open.dispose());

  oracleIt(
    "has the table of activation additions: perplexity ratio on and off topic",
    "refdata/activation-additions",
    async (dir) => {
      const pair = { text: " weddings", minus: "" };
      const plan = decodeSteeringSweep({
        version: 1,
        prompt: "I went up to my friend and said that it is",
        edits: [
          { hook: "blocks.{layer}.hook_resid_pre", op: "add", value: pair, positions: "prefill-front" },
        ],
        layers: "all",
        strengths: [-1, 0, 1, 4],
        effect: { of: "perplexityRatio", on: { file: wedding, split: "sentences" } },
        cost: { of: "perplexityRatio", on: { file: shipping, split: "sentences" } },
        controls: { isotropic: 3, shuffled: 0, at: { layer: 2, strength: 1 } },
      });
      const tokenizer = open.tokenizer!;
      const result = await runSweep(open, plan, { tokenizer, base: dir }, {});
      assert.deepEqual([result.effect.length, result.effect[0].length], [4, 4]);
      assert.deepEqual(
        result.effect.map((row) => row[1]),
        [1, 1, 1, 1],
        "coefficient 0 gives exactly 1",
      );
      assert.deepEqual(
        result.cost.map((row) => row[1]),
        [1, 1, 1, 1],
      );
      assert.equal(result.better, "lower");
      assert.equal(result.controls?.zero.same, true);
      for (const ratio of [...result.effect, ...result.cost].flat())
        assert.ok(ratio > 0.5 && ratio < 20, String(ratio));
      // The reference's own words: sum of differences over count of tokens, from the first position behind the injection.
      const edit: Edit = {
        hook: "blocks.2.hook_resid_pre",
        op: "add",
        value: pair,
        positions: "prefill-front",
      };
      const edits = await numericEdits(open.runner, [edit], pairEncoderOf(tokenizer));
      const span = (edits[0].value as number[][]).length;
      const texts = (await textsOf({ file: wedding, split: "sentences" }, dir)).slice(0, 8);
      const on = { of: "perplexityRatio", on: { texts } } as const;
      const few = { ...plan, layers: [2], strengths: [1], effect: on, cost: on };
      const none = { isotropic: 0, shuffled: 0, seed: 0 };
      const padded = { ...few, cost: { ...on, pad: true }, controls: none };
      const small = await runSweep(open, padded, { tokenizer, base: dir }, {});
      const byHand = async (all: readonly (readonly number[])[]) => {
        let [sum, n] = [0, 0];
        for (const ids of all) {
          for (let position = span; position + 1 < ids.length; position++) {
            const at = async (edited: Edit[]) => {
              const { logits } = await open.runner.logitsAt({ ids, position, edits: edited });
              const max = logits.reduce((a, b) => Math.max(a, b));
              const all = logits.reduce((s, x) => s + Math.exp(x - max), 0);
              return logits[ids[position + 1]] - max - Math.log(all);
            };
            sum += (await at(edits)) - (await at([]));
            n++;
          }
        }
        return { ratio: Math.exp(-sum / n), n };
      };
      const close = (found: number, { ratio, n }: { readonly ratio: number; readonly n: number }): void => {
        assert.ok(n > 60, `${n} tokens`);
        assert.ok(Math.abs(found - ratio) < 1e-4, `${found} and ${ratio}`);
      };
      const encoded = texts.map((text) => tokenizer.encode(text).ids);
      close(small.effect[0][0], await byHand(encoded));
      // Their other way: the span less one space token behind BOS, in both runs.
      const { bosId } = tokenizer;
      const { spaceId } = pairEncoderOf(tokenizer)!;
      const spaces = new Array<number>(span).fill(spaceId!);
      const behind = encoded.map((ids) =>
        ids[0] === bosId ? [bosId, ...spaces.slice(1), ...ids.slice(1)] : [...spaces, ...ids],
      );
      assert.ok(span > 1 && behind.every((ids, i) => ids.length > encoded[i].length));
      close(small.cost[0][0], await byHand(behind));
    },
  );

  oracleIt(
    "is told to do a task by demonstrations or not at all, and the answer says so",
    "refdata/function-vectors",
    async (dir) => {
      const names = ["capitalize_first_letter", "lowercase_first_letter", "singular-plural"];
      assert.ok(names.every((name) => fs.existsSync(path.join(dir, `${name}.json`))));
      const plan = decodeTaskVectorPlan({
        version: 1,
        tasks: names.map((name) => ({ name, file: `${name}.json` })),
        template: { demonstration: "{x} -> {y}\n", query: "{x} ->" },
        dev: 8,
        test: 16,
        ask: ["river"],
      });
      const result = await runTaskVectors(open, plan, { tokenizer: open.tokenizer!, base: dir }, {});
      assert.deepEqual(result.layers, [0, 1, 2, 3]);
      for (const one of result.tasks) {
        assert.ok(one.n >= 14, one.task);
        // What a last stream decodes to is what the model says: patched there, it is the source's output.
        assert.ok(one.copied[3] + one.patched[3] === 1, one.task);
        assert.ok(one.best < 3 || one.copiesOutput.every(Boolean));
        assert.equal(one.decodes.length, 8);
        const carries = one.patched[one.best] > one.zeroShot && one.regular > one.zeroShot;
        assert.equal(
          carries,
          !result.warnings.some((warning) => warning.includes(one.task)),
          "said, not dressed up",
        );
      }
      assert.ok(result.conflicts.length > 0);
    },
  );
});
