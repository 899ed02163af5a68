import assert from "node:assert/strict";
import { blockHook } from "../../../src/graph/hooks";
import type { Edit } from "../../../src/protocol/edit";
import type { Tensor } from "../../../src/tensor/tensor";
import { Agreement } from "../../support/agreement";
import { bits, editedLayer, EditSubject, editSubjects, promptLength } from "../../support/editSubject";
import { oracleIt } from "../../support/oracle";
const nIds = promptLength;
const layer = editedLayer;

for (const [name, folder] of editSubjects) {
  describe(`edits of attention in ${name}`, () => {
    let open: EditSubject;
    before(async () => {
      open = await EditSubject.open(folder);
    });
    after(() => open.close());
    const logits: EditSubject["logits"] = (...args) => open.logits(...args);
    const read: EditSubject["read"] = (...args) => open.read(...args);

    it("masking an edge renormalises its row, setting it does not", async () => {
      const pattern = blockHook(layer, "attn.hook_pattern");
      const scores = blockHook(layer, "attn.hook_attn_scores");
      const at = { heads: [1], keys: [2, 5], positions: [7] };
      const plain = await read(pattern);
      const masked = await read(pattern, [{ hook: scores, op: "edge-mask", ...at }]);
      const set = await read(pattern, [{ hook: pattern, op: "edge-set", ...at }]);
      const begin = (nIds + 7) * nIds;
      const row = (of: Tensor): Float32Array => of.data.subarray(begin, begin + nIds);
      const taken = row(plain)[2]! + row(plain)[5]!;
      const cut = row(plain).map((p, key) => (at.keys.includes(key) ? 0 : p));
      const agree = new Agreement();
      agree.absolute("set", row(set), cut, 1e-7);
      agree.absolute(
        "masked",
        row(masked),
        cut.map((p) => p / (1 - taken)),
        1e-6,
      );
      agree.settle();
      const others = (of: Tensor): Float32Array => of.data.filter((_, i) => i < begin || i >= begin + nIds);
      assert.deepEqual(bits(others(masked)), bits(others(plain)));
      assert.deepEqual(bits(others(set)), bits(others(plain)));
      assert.notDeepEqual(
        bits(await logits([{ hook: scores, op: "edge-mask", ...at, positions: [nIds - 1] }])),
        bits(await logits([{ hook: pattern, op: "edge-set", ...at, positions: [nIds - 1] }])),
      );
    });

    it("half a mask takes half an edge's weight before its row renormalises", async () => {
      const pattern = blockHook(layer, "attn.hook_pattern");
      const hook = blockHook(layer, "attn.hook_attn_scores");
      const plain = await read(pattern);
      const half = await read(pattern, [
        { hook, op: "edge-mask", heads: [0], keys: [1], positions: [6], scale: 0.5 },
      ]);
      const row = plain.data.subarray(6 * nIds, 7 * nIds).map((p, key) => (key === 1 ? p / 2 : p));
      const total = row.reduce((a, b) => a + b, 0);
      const agree = new Agreement();
      agree.absolute(
        "half",
        half.data.subarray(6 * nIds, 7 * nIds),
        row.map((p) => p / total),
        1e-6,
      );
      agree.settle();
    });

    it("refuses a row with every key masked, also when several edits do it together", async () => {
      const hook = blockHook(layer, "attn.hook_attn_scores");
      const mask = (keys?: number[]): Edit => ({
        hook,
        op: "edge-mask",
        positions: [3],
        heads: [1],
        ...(keys ? { keys } : {}),
      });
      const refused = (error: { code: string; message: string }): boolean =>
        error.code === "bad-edit" && /head 1 of layer 1 sees at position 3/.test(error.message);
      await assert.rejects(logits([mask()]), refused);
      await assert.rejects(logits([mask([0, 1]), mask([2]), mask([3])]), refused);
      assert.equal((await logits([mask([0, 1]), mask([2])])).length, open.runner.info.dVocab);
      await assert.rejects(logits([mask([5])]), {
        code: "bad-edit",
        message: /every key lies after its query/,
      });
    });

    it("masked edges stay masked under later edits", async () => {
      const hook = blockHook(layer, "attn.hook_attn_scores");
      const at = { hook, positions: [6], keys: [2] };
      const mask: Edit = { ...at, op: "edge-mask" };
      const later: Edit[] = [
        { ...at, op: "set", value: [3] },
        { ...at, op: "clamp", min: -1 },
        { ...at, op: "scale", scale: 0 },
      ];
      const alone = bits((await read(blockHook(layer, "attn.hook_pattern"), [mask])).data);
      for (const edit of later)
        assert.deepEqual(
          bits((await read(blockHook(layer, "attn.hook_pattern"), [mask, edit])).data),
          alone,
          edit.op,
        );
    });

    it("frozen patterns and norm scales keep the values of the unedited run", async () => {
      const push: Edit = {
        hook: blockHook(0, "hook_resid_post"),
        op: "add",
        value: Array.from({ length: open.runner.info.dModel }, (_, i) => Math.cos(i)),
        positions: [2, 3],
      };
      for (const site of ["attn.hook_pattern", "ln1.hook_scale", "ln2.hook_scale"] as const) {
        const hook = blockHook(layer, site);
        const freeze: Edit = { hook, op: "freeze", positions: "prefill-all" };
        const plain = await read(hook);
        assert.notDeepEqual(bits((await read(hook, [push])).data), bits(plain.data), site);
        assert.deepEqual(bits((await read(hook, [push, freeze])).data), bits(plain.data), site);
        assert.deepEqual(bits(await logits([freeze])), bits(await logits([])), `${site} alone`);
        assert.notDeepEqual(bits(await logits([push, freeze])), bits(await logits([push])), site);
      }
    });

    it("a frozen norm scale makes the norm linear in what is added before it", async () => {
      const hook = blockHook(layer, "ln2.hook_normalized");
      const freeze: Edit = {
        hook: blockHook(layer, "ln2.hook_scale"),
        op: "freeze",
        positions: "prefill-all",
      };
      const push = (scale: number): Edit => ({
        hook: blockHook(layer, "hook_resid_mid"),
        op: "add",
        value: Array.from({ length: open.runner.info.dModel }, (_, i) => Math.sin(i)),
        positions: [5],
        scale,
      });
      const plain = await read(hook);
      const moved = async (scale: number): Promise<Float32Array> =>
        (await read(hook, [push(scale), freeze])).data.map((x, i) => x - plain.data[i]!);
      const agree = new Agreement();
      agree.relative(
        "three times",
        await moved(3),
        (await moved(1)).map((x) => 3 * x),
        1e-5,
      );
      agree.settle();
    });
  });
}

describe("edits of attention with a sliding window", () => {
  oracleIt("count only the keys that a query sees", "oracle-hf/mistral", async (dir) => {
    const open = await EditSubject.open(dir);
    try {
      const hook = "blocks.0.attn.hook_attn_scores";
      const pattern = await open.read("blocks.0.attn.hook_pattern");
      const query = nIds - 1;
      const row = pattern.data.subarray(query * nIds, (query + 1) * nIds);
      const seen = Array.from({ length: nIds }, (_, key) => key).filter((key) => row[key]! > 0);
      assert.ok(seen.length > 1 && seen.length < nIds, `sees ${seen.length}`);
      const mask = (keys: number[]): Edit => ({
        hook,
        op: "edge-mask",
        heads: [0],
        positions: [query],
        keys,
      });
      await assert.rejects(open.logits([mask(seen)]), { code: "bad-edit" });
      const hidden = mask([0]);
      assert.deepEqual(bits(await open.logits([hidden])), bits(await open.logits([])), "a key out of sight");
      const only = await open.read("blocks.0.attn.hook_pattern", [mask(seen.slice(1))]);
      assert.equal(only.data[query * nIds + seen[0]!], 1);
    } finally {
      open.close();
    }
  });
});
