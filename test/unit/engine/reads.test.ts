import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../../src/base/random";
import { hookAxes, parseHook } from "../../../src/graph/hooks";
import type { ReadReduction, ReadSpec } from "../../../src/graph/runner";
import type { Tensor } from "../../../src/tensor/tensor";
import { Agreement } from "../../support/agreement";
import { bits, EditSubject, editSubjects, promptLength } from "../../support/editSubject";
import { reduced } from "../../support/reduceOracle";

/** How many entries a read brings at each position. */
function widthOf({ axes, data, shape }: Tensor): number {
  return data.length / (shape[axes.indexOf("pos")] as number);
}

for (const [name, folder] of editSubjects) {
  describe(`reads of ${name}`, () => {
    let open: EditSubject;
    before(async () => {
      open = await EditSubject.open(folder);
    });
    after(() => open.close());

    const run = async (reads: readonly ReadSpec[], how: { chunk?: number } = {}) =>
      open.runner.run({ ids: open.ids, reads, cache: "none", ...how });
    const hooks = (): string[] => open.runner.info.hooks.filter((hook) => !/^blocks\.[^1]/.test(hook));
    const isEdges = (hook: string): boolean => hookAxes(parseHook(hook).site)[0] === "head";

    const reductions = (whole: Tensor, edges: boolean): ReadReduction[] => {
      const normal = gaussian(seededRandom(5));
      const direction = (): number[] => Array.from({ length: widthOf(whole) }, normal);
      const k = Math.min(3, whole.shape.at(-1) as number);
      if (edges) return [{ kind: "norm" }, { kind: "top", k }];
      return [
        { kind: "norm" },
        { kind: "top", k },
        { kind: "mean" },
        { kind: "statistics" },
        { kind: "projection", directions: [direction(), direction()] },
      ];
    };

    it("reductions inside the graph are those of the whole, whatever the chunks", async function () {
      this.timeout(60_000);
      const agree = new Agreement();
      for (const hook of hooks()) {
        const whole = (await run([{ hook }])).reads.get(hook) as Tensor;
        for (const reduce of reductions(whole, isEdges(hook))) {
          for (const chunk of [256, 7]) {
            const said = `${reduce.kind} of ${hook} in chunks of ${chunk}`;
            const found = await run([{ hook, reduce }], { chunk });
            const expected = reduced(whole, reduce);
            const value = found.reads.get(hook) as Tensor;
            assert.deepEqual([value.axes, value.shape], [expected.value.axes, expected.value.shape], said);
            const seen = (of: Tensor): Float32Array => of.data.map((x) => (x === -Infinity ? -1e9 : x));
            agree.relative(said, value.data, seen(expected.value));
            if (expected.indices) checkIndices(found.indices?.get(hook), { whole, values: value, said });
          }
        }
      }
      agree.settle();
    });

    /** Entries that are equal may change places, so indices are checked by what stands there. */
    const checkIndices = (
      indices: Tensor | undefined,
      { whole, values, said }: { whole: Tensor; values: Tensor; said: string },
    ): void => {
      assert.ok(indices, said);
      assert.deepEqual(indices.shape, values.shape, said);
      const [last, k] = [whole.shape.at(-1) as number, values.shape.at(-1) as number];
      indices.data.forEach((index, i) => {
        const there = index < 0 ? values.data[i] : whole.data[Math.floor(i / k) * last + index];
        const close =
          there === values.data[i] || Math.abs((there as number) - (values.data[i] as number)) < 1e-4;
        assert.ok(close, `${said}: ${index} holds ${there}, not ${values.data[i]}`);
      });
    };

    it("reading every hook, whole and reduced, changes no bit of what goes on", async () => {
      const last = `blocks.${open.runner.info.nLayers - 1}.hook_resid_post`;
      const plain = (await run([{ hook: last }])).reads.get(last) as Tensor;
      const reads = open.runner.info.hooks.flatMap((hook): ReadSpec[] => [
        { hook },
        { hook, reduce: { kind: "norm" }, as: `norm of ${hook}` },
        ...(isEdges(hook) ? [] : [{ hook, reduce: { kind: "statistics" }, as: `all of ${hook}` } as const]),
      ]);
      const found = (await run(reads)).reads;
      assert.equal(found.size, reads.length);
      assert.deepEqual(bits((found.get(last) as Tensor).data), bits(plain.data));
    });

    it("slices are taken before a reduction", async () => {
      const { nHeads, dMlp } = open.runner.info;
      const cases: ReadSpec[] = [
        { hook: "blocks.1.attn.hook_z", positions: [2, 11], heads: [1, 0], reduce: { kind: "norm" } },
        {
          hook: "blocks.1.attn.hook_pattern",
          positions: [5, 19],
          heads: [nHeads - 1],
          reduce: { kind: "top", k: 4 },
        },
        { hook: "blocks.1.mlp.hook_post", neurons: [3, dMlp - 1, 0], reduce: { kind: "statistics" } },
        { hook: "blocks.1.attn.hook_result", positions: [7], heads: [1], reduce: { kind: "norm" } },
        {
          hook: "blocks.1.mlp.hook_post",
          neurons: [3, 1],
          positions: [4, 6],
          reduce: { kind: "projection", directions: [[2, -1]] },
        },
      ];
      const agree = new Agreement();
      for (const spec of cases) {
        const { reduce, ...slice } = spec;
        const whole = (await run([slice])).reads.get(spec.hook) as Tensor;
        agree.relative(
          spec.hook,
          ((await run([spec])).reads.get(spec.hook) as Tensor).data,
          reduced(whole, reduce).value.data,
        );
      }
      agree.settle();
    });

    it("one hook can be read several ways in one run, each under its own name", async () => {
      const hook = "blocks.1.hook_resid_post";
      const found = await run([
        { hook },
        { hook, reduce: { kind: "norm" }, as: "norms" },
        { hook, positions: [3], as: "third" },
      ]);
      const whole = found.reads.get(hook) as Tensor;
      assert.deepEqual(found.reads.get("norms")?.shape, [promptLength]);
      const { dModel } = open.runner.info;
      assert.deepEqual(
        bits((found.reads.get("third") as Tensor).data),
        bits(whole.data.subarray(3 * dModel, 4 * dModel)),
      );
      await assert.rejects(run([{ hook }, { hook }]), { code: "bad-plan" });
    });

    it("the heads' results and the bias add up to the attention's projection, also under an edit of z", async () => {
      const [result, proj] = ["blocks.1.attn.hook_result", "blocks.1.attn.hook_proj"];
      const { nHeads, dModel } = open.runner.info;
      const biasAt = async (edits: readonly { heads: number[] }[]): Promise<Float64Array[]> => {
        const list = edits.map(({ heads }) => ({
          hook: "blocks.1.attn.hook_z",
          op: "scale" as const,
          scale: 3,
          positions: "prefill-all" as const,
          heads,
        }));
        const { reads } = await open.runner.run({
          ids: open.ids,
          reads: [{ hook: result }, { hook: proj }],
          edits: list,
        });
        const [parts, whole] = [reads.get(result) as Tensor, reads.get(proj) as Tensor];
        assert.deepEqual(
          [parts.axes, parts.shape],
          [
            ["pos", "head", "dModel"],
            [promptLength, nHeads, dModel],
          ],
        );
        return Array.from({ length: promptLength }, (_, p) =>
          Float64Array.from({ length: dModel }, (_, d) => {
            let left = whole.data[p * dModel + d] as number;
            for (let h = 0; h < nHeads; h++) left -= parts.data[(p * nHeads + h) * dModel + d] as number;
            return left;
          }),
        );
      };
      const [first, ...others] = [...(await biasAt([])), ...(await biasAt([{ heads: [1] }]))];
      const agree = new Agreement();
      for (const bias of others) agree.absolute("bias", bias, first as Float64Array, 2e-5);
      agree.settle();
    });

    const refused: [string, ReadSpec, RegExp][] = [
      [
        "a mean over rows of attention",
        { hook: "blocks.0.attn.hook_pattern", reduce: { kind: "mean" } },
        /not for rows/,
      ],
      [
        "more than there are",
        { hook: "blocks.0.ln1.hook_scale", reduce: { kind: "top", k: 2 } },
        /there are 1 entries/,
      ],
      ["the none largest", { hook: "hook_embed", reduce: { kind: "top", k: 0 } }, /are none/],
      [
        "no direction",
        { hook: "hook_embed", reduce: { kind: "projection", directions: [] } },
        /no direction/,
      ],
      [
        "a direction of another width",
        { hook: "hook_embed", reduce: { kind: "projection", directions: [[1]] } },
        /1 entries where \d+ are read/,
      ],
      ["a mean over nothing", { hook: "hook_embed", positions: [], reduce: { kind: "mean" } }, /no position/],
    ];
    for (const [what, spec, message] of refused)
      it(`refuses ${what}`, () => assert.rejects(run([spec]), { code: "bad-plan", message }));
  });
}
