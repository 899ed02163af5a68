import assert from "node:assert/strict";
import type { Edit } from "../../../../src/protocol/edit";
import { inRepo } from "../../../support/paths";
import { someIds } from "../../../support/editSubject";
import { type OpenRunner, openRunner } from "../../../support/openRunner";

describe("what edits take from other runs", () => {
  let open: OpenRunner;
  let ids: number[];
  let other: number[];
  before(async () => {
    open = await openRunner(inRepo("models/introspect-small"));
    const { dVocab } = open.runner.info;
    [ids, other] = [someIds(12, dVocab, 1), someIds(12, dVocab, 2)];
  });
  after(() => open.dispose());
  const layers = [0, 1, 2, 3];

  it("is read in one run per text, however many hooks are wanted of it", async () => {
    const edits = layers.flatMap((l): Edit[] => [
      { hook: `blocks.${l}.attn.hook_z`, op: "freeze", positions: [3] },
      { hook: `blocks.${l}.hook_mlp_out`, op: "mean", positions: [3] },
      { hook: `blocks.${l}.mlp.hook_post`, op: "interchange", value: { ids: other }, positions: [5] },
      { hook: `blocks.${l}.attn.hook_v`, op: "resample", value: { ids: other }, positions: [6] },
    ]);
    await open.runner.logitsAt({ ids, position: -1 });
    const before = open.calls();
    await open.runner.logitsAt({ ids, edits, position: -1 });
    assert.equal(open.calls() - before, 2 * (1 + 4) + 4 + 1, "two runs, the edited blocks, decoding");
  });

  it("is refused where it would take more memory than there should be", async () => {
    const edits = layers.map((l): Edit => ({
      hook: `blocks.${l}.attn.hook_pattern`,
      op: "freeze",
      positions: "last",
    }));
    const source = new Array<number>(10_000).fill(1);
    const far = edits.map((edit) => ({ ...edit, value: { ids: source } }));
    const before = open.calls();
    await assert.rejects(open.runner.logitsAt({ ids, edits: far, position: -1 }), {
      code: "bad-edit",
      message: /would hold \d+ MiB/,
    });
    assert.equal(open.calls(), before, "nothing was run");
  });
});
