import assert from "node:assert/strict";
import { blockHook } from "../../../src/graph/hooks";
import type { Edit, EditOp } from "../../../src/protocol/edit";
import { editHook, editOps, editPart } from "../../../src/protocol/editHook";
import type { Tensor } from "../../../src/tensor/tensor";
import { gaussian, seededRandom } from "../../../src/base/random";
import { Agreement } from "../../support/agreement";
import {
  bits,
  editedLayer,
  EditSubject,
  editSubjects,
  promptLength,
  someIds,
} from "../../support/editSubject";
import { editedRows } from "../../support/editOracle";

const nIds = promptLength;
const layer = editedLayer;

for (const [name, folder] of editSubjects) {
  describe(`edits of ${name}`, () => {
    let open: EditSubject;
    let ids: readonly number[];
    let otherIds: readonly number[];
    before(async () => {
      open = await EditSubject.open(folder);
      ({ ids, otherIds } = open);
    });
    after(() => open.close());
    const logits: EditSubject["logits"] = (...args) => open.logits(...args);
    const read: EditSubject["read"] = (...args) => open.read(...args);

    const hooks = (): string[] =>
      open.runner.info.hooks.filter(
        (hook) =>
          editPart(hook) !== null && (!hook.startsWith("blocks.") || hook.startsWith(`blocks.${layer}.`)),
      );

    /** One edit per op that the hook takes, with every field the op has. */
    const editAt = (hook: string, op: EditOp): Edit => {
      const of = editHook(hook, open.runner.info);
      assert.ok(of);
      const normal = gaussian(seededRandom(7));
      const row = (): number[] => Array.from({ length: of.width }, normal);
      const edges = of.part === "edges";
      const base: Edit = {
        hook,
        op,
        positions: [4, 9, nIds - 1],
        ...(edges ? { heads: [0, 2], keys: [1, 3] } : {}),
        ...(of.part === "heads" ? { heads: [1, 3] } : {}),
      };
      switch (op) {
        case "add":
        case "set":
          return { ...base, value: edges ? [0.5] : row() };
        case "scale":
          return { ...base, scale: 1.7 };
        case "mean":
        case "resample":
        case "interchange":
        case "freeze":
          return { ...base, value: { ids: otherIds } };
        case "project-out":
        case "keep":
          return { ...base, value: [row(), row()] };
        case "clamp":
          return { ...base, min: edges ? 0.05 : -0.1, max: edges ? 0.08 : 0.1 };
        case "zero":
        case "edge-mask":
        case "edge-set":
          return base;
      }
    };
    /** Positions are embedded in every run alike. */
    const isSame = ({ hook, op }: Edit): boolean =>
      hook === "hook_pos_embed" && (op === "interchange" || op === "freeze");
    const headsOf = (edit: Edit): Edit => {
      const units = editHook(edit.hook, open.runner.info)?.units ?? 0;
      return edit.heads === undefined ? edit : { ...edit, heads: edit.heads.map((head) => head % units) };
    };
    const everyEdit = (): Edit[] =>
      hooks().flatMap((hook) => editOps(hook).map((op) => headsOf(editAt(hook, op))));
    /** The edit with the norm preserved, once for each kind of step. */
    const preserving = (edit: Edit): Edit[] => {
      const isVector = !["edges", "scale"].includes(editPart(edit.hook) as string);
      return isVector && ["add", "keep", "clamp"].includes(edit.op) ? [{ ...edit, preserveNorm: true }] : [];
    };

    it("every op at every hook changes the logits, and at strength zero no bit of them", async function () {
      this.timeout(60_000);
      const plain = bits(await logits([]));
      for (const edit of everyEdit().flatMap((one) => [one, ...preserving(one)])) {
        const said = `${edit.op} at ${edit.hook}${edit.preserveNorm ? " preserving the norm" : ""}`;
        const zero = { ...edit, scale: edit.op === "scale" ? 1 : 0 };
        assert.deepEqual(bits(await logits([zero])), plain, `${said}, strength zero`);
        if (!isSame(edit)) assert.notDeepEqual(bits(await logits([edit])), plain, said);
      }
    });

    it("every op does to a hook's vectors what a second implementation does", async function () {
      this.timeout(60_000);
      const agree = new Agreement();
      const plain = new Map<string, { value: Tensor; other: Tensor }>();
      for (const edit of everyEdit().flatMap((one) => [one, { ...one, scale: 0.4 }, ...preserving(one)])) {
        const of = editHook(edit.hook, open.runner.info);
        if (of === null || of.part === "edges" || edit.op === "resample") continue;
        const own = plain.get(edit.hook) ?? {
          value: await read(edit.hook),
          other: await read(edit.hook, [], otherIds),
        };
        plain.set(edit.hook, own);
        const expected = editedRows(edit, { ...own, unit: of.unit });
        const actual = await read(edit.hook, [edit]);
        agree.relative(`${edit.op} at ${edit.hook}`, actual.data, expected.flat(), 1e-5);
      }
      agree.settle();
    });

    it("what is read after an edit is what goes on: adding the difference instead gives the same logits", async function () {
      this.timeout(60_000);
      const agree = new Agreement();
      for (const edit of everyEdit()) {
        if (editPart(edit.hook) === "edges") continue;
        const before = await read(edit.hook);
        const after = await read(edit.hook, [edit]);
        const width = before.data.length / nIds;
        const rows = (edit.positions as number[]).map((p) =>
          Array.from({ length: width }, (_, e) => after.data[p * width + e]! - before.data[p * width + e]!),
        );
        const added: Edit = { hook: edit.hook, op: "add", value: rows, positions: edit.positions };
        agree.relative(`${edit.op} at ${edit.hook}`, await logits([added]), await logits([edit]), 2e-5);
      }
      agree.settle();
    });

    it("small strengths move the logits by the slope", async function () {
      this.timeout(60_000);
      for (const edit of everyEdit()) {
        // The strength of these two is no share of a way: the one is a factor, the other cannot be negative.
        if (edit.op === "scale" || edit.op === "edge-mask") continue;
        const slope = async (step: number): Promise<Float32Array> => {
          const below = await logits([{ ...edit, scale: -step }]);
          return (await logits([{ ...edit, scale: step }])).map((x, i) => (x - below[i]!) / (2 * step));
        };
        const [small, twice] = [await slope(0.01), await slope(0.02)];
        const size = Math.max(...small.map(Math.abs));
        const error = Math.max(...twice.map((x, i) => Math.abs(x - small[i]!)));
        assert.ok(isSame(edit) || size > 1e-4, `${edit.op} at ${edit.hook} has a slope`);
        assert.ok(error < 0.1 * size + 1e-3, `${edit.op} at ${edit.hook}: ${error} of ${size}`);
      }
    });

    it("exchanging a whole residual stream gives the other run, to the bit", async () => {
      for (const site of ["hook_resid_pre", "hook_resid_post"] as const) {
        const edit: Edit = {
          hook: blockHook(layer, site),
          op: "interchange",
          value: { ids: otherIds },
          positions: "prefill-all",
        };
        assert.deepEqual(bits(await logits([edit])), bits(await logits([], otherIds)), site);
      }
    });

    it("exchanging along a whole basis is exchanging all; along none of it, nothing", async () => {
      const hook = blockHook(layer, "hook_resid_post");
      const { dModel } = open.runner.info;
      const normal = gaussian(seededRandom(3));
      const rotation = Array.from({ length: dModel }, () => Array.from({ length: dModel }, normal));
      const exchange: Edit = { hook, op: "interchange", value: { ids: otherIds }, positions: "prefill-all" };
      const agree = new Agreement();
      agree.relative(
        "all",
        await logits([{ ...exchange, subspace: rotation }]),
        await logits([], otherIds),
        2e-4,
      );
      const half = { ...exchange, subspace: rotation.slice(0, dModel / 2) };
      const back: Edit = { ...half, value: { ids } };
      agree.relative("there and back", await logits([half, back]), await logits([]), 2e-4);
      agree.settle();
      assert.notDeepEqual(bits(await logits([half])), bits(await logits([exchange])));
    });

    it("edits at one hook apply in the order listed, affine or not", async () => {
      const hook = blockHook(layer, "hook_resid_post");
      const { dModel } = open.runner.info;
      const normal = gaussian(seededRandom(5));
      const row = (): number[] => Array.from({ length: dModel }, normal);
      const base = { hook, positions: [3, 8] } as const;
      const list: Edit[] = [
        { ...base, op: "scale", scale: 2 },
        { ...base, op: "add", value: row() },
        { ...base, op: "clamp", min: -0.5, max: 0.7 },
        { ...base, op: "add", value: row(), preserveNorm: true },
        { ...base, op: "project-out", value: [row(), row()] },
        { ...base, op: "set", value: row(), scale: 0.3 },
        { ...base, op: "scale", scale: 0.5 },
      ];
      const value = await read(hook);
      const agree = new Agreement();
      for (const order of [list, [...list].reverse()]) {
        let expected = value;
        for (const edit of order) {
          const rows = editedRows(edit, { value: expected, other: value, unit: dModel });
          expected = { ...expected, data: Float32Array.from(rows.flat()) };
        }
        agree.relative("in order", (await read(hook, order)).data, expected.data, 1e-5);
      }
      agree.settle();
      assert.notDeepEqual(bits(await logits(list)), bits(await logits([...list].reverse())));
    });

    it("resampling takes whole vectors of the other run, never its first, the same for one seed", async () => {
      const hook = blockHook(layer, "hook_mlp_out");
      const edit: Edit = {
        hook,
        op: "resample",
        value: { ids: otherIds },
        positions: "prefill-all",
        seed: 3,
      };
      const other = await read(hook, [], otherIds);
      const drawn = await read(hook, [edit]);
      const { dModel } = open.runner.info;
      const rowsOf = (of: Tensor): string[] =>
        Array.from({ length: nIds }, (_, p) => of.data.subarray(p * dModel, (p + 1) * dModel).join());
      const places = rowsOf(drawn).map((row) => rowsOf(other).indexOf(row));
      assert.ok(
        places.every((place) => place > 0),
        places.join(),
      );
      assert.ok(new Set(places).size > nIds / 3, places.join());
      assert.deepEqual(bits((await read(hook, [edit])).data), bits(drawn.data));
      assert.notDeepEqual(bits((await read(hook, [{ ...edit, seed: 4 }])).data), bits(drawn.data));
    });

    it("exchanged positions follow `from`, and `last` counts from each run's own end", async () => {
      const hook = blockHook(layer, "attn.hook_q");
      const long = someIds(nIds + 5, open.runner.info.dVocab, 6);
      const other = await read(hook, [], long);
      const width = other.data.length / long.length;
      const row = (of: Tensor, p: number): number[] => bits(of.data.subarray(p * width, (p + 1) * width));
      const edit: Edit = { hook, op: "interchange", value: { ids: long }, positions: [3, -1], from: [0, -2] };
      const mapped = await read(hook, [edit]);
      assert.deepEqual(row(mapped, 3), row(other, 0));
      assert.deepEqual(row(mapped, nIds - 1), row(other, long.length - 2));
      const last = await read(hook, [{ hook, op: "interchange", value: { ids: long }, positions: "last" }]);
      assert.deepEqual(row(last, nIds - 1), row(other, long.length - 1));
      const short: Edit = { hook, op: "interchange", value: { ids: ids.slice(0, 4) }, positions: [9] };
      await assert.rejects(logits([short]), { code: "bad-edit", message: /position 9 of a run of 4 tokens/ });
    });

    it("an edit of another sequence of a batch is refused in a run alone", async () => {
      const edit: Edit = { hook: blockHook(layer, "attn.hook_q"), op: "zero", positions: "last" };
      assert.deepEqual(bits(await logits([{ ...edit, batch: [0] }])), bits(await logits([edit])));
      await assert.rejects(logits([{ ...edit, batch: [0, 2] }]), { code: "bad-edit", message: /sequence 2/ });
    });

    it("edits of the final norm reach decoding, position by position", async () => {
      const hook = "ln_final.hook_normalized";
      const edits: Edit[] = [
        { hook, op: "scale", scale: 0.5, positions: [7] },
        { hook: "ln_final.hook_scale", op: "freeze", value: { ids: otherIds }, positions: [8, nIds - 1] },
      ];
      const last = blockHook(open.runner.info.nLayers - 1, "hook_resid_post");
      const { data } = await read(last, edits);
      const { dModel } = open.runner.info;
      const agree = new Agreement();
      for (const position of [6, 7, 8, nIds - 1]) {
        const whole = (await open.runner.logitsAt({ ids, edits, position })).logits;
        const rows = data.subarray(6 * dModel);
        const decoded = await open.runner.decode({ rows, k: 3, run: { ids, edits }, first: 6 });
        agree.relative(
          `position ${position}`,
          decoded.logits[position - 6]!,
          [...whole].sort((a, b) => b - a).slice(0, 3),
        );
      }
      agree.settle();
      const some = { hook, positions: [7, 9] };
      const picked = (await open.runner.run({ ids, edits, reads: [some] })).reads.get(hook) as Tensor;
      const plain = await read(hook);
      const row = (of: Tensor, i: number): number[] => [...of.data.subarray(i * dModel, (i + 1) * dModel)];
      assert.deepEqual(
        row(picked, 0),
        row(plain, 7).map((x) => x / 2),
      );
      assert.deepEqual(row(picked, 1), row(plain, 9));
      const base = await open.runner.base(ids);
      await assert.rejects(base.final({ edits, positions: [3] }), { code: "bad-edit" });
    });

    it("generation keeps editing by the position policy: each step agrees with a whole run", async function () {
      this.timeout(30_000);
      const scores = blockHook(layer, "attn.hook_attn_scores");
      const { dModel } = open.runner.info;
      const edits: Edit[] = [
        { hook: scores, op: "edge-mask", positions: "every-step", keys: [2, 3], heads: [0, 1] },
        {
          hook: blockHook(layer, "hook_resid_post"),
          op: "project-out",
          positions: "every-step",
          value: Array.from({ length: dModel }, (_, i) => Math.sin(i)),
        },
        { hook: blockHook(0, "mlp.hook_post"), op: "clamp", max: 0.2, positions: "every-step" },
        { hook: blockHook(0, "attn.hook_z"), op: "scale", scale: 0.5, positions: [-1], heads: [0] },
      ];
      const sampling = { maxTokens: 6, temperature: 0, seed: 0 };
      const made = await open.runner.generate({ ids, edits, sampling });
      const all = [...ids];
      for (const [i, id] of made.ids.entries()) {
        const whole = edits.map((edit) =>
          edit.positions === "every-step" ? edit : { ...edit, positions: [nIds - 1] },
        );
        const row = await logits(whole, all);
        const logSum = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        assert.ok(Math.abs(row[id]! - logSum - made.logProbs[i]!) < 2e-4, `step ${i}`);
        all.push(id);
      }
    });
  });
}
