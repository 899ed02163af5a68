import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Edit } from "../../../../src/protocol/edit";
import { bits, someIds } from "../../../support/editSubject";
import { type OpenRunner, openRunner } from "../../../support/openRunner";
import { writeTinyCheckpoint } from "../../../support/tinyCheckpoint";
import { tinyModel } from "../../../support/tinyModel";
import { removeFolder } from "../../../support/tempFolder";

const shape = {
  nLayers: 4,
  nHeads: 2,
  dModel: 16,
  dMlp: 24,
  dVocab: 50,
  nCtx: 400,
  kind: "gpt",
  seed: 3,
} as const;
const value = Array.from({ length: shape.dModel }, (_, i) => Math.sin(i));
const sampling = { maxTokens: 5, temperature: 0, seed: 0 };

describe("prompts that are run again under edits", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "introspect-prompts-"));
    writeTinyCheckpoint(folder, tinyModel(shape));
  });
  after(() => removeFolder(folder));
  const withRunner = async <T>(use: (open: OpenRunner) => Promise<T>): Promise<T> => {
    const open = await openRunner(folder);
    try {
      return await use(open);
    } finally {
      open.dispose();
    }
  };

  /** Edits, and the graph calls of one run of one chunk after the plain one: embedding, blocks, decoding. */
  const cases: [string, Edit[], number][] = [
    ["at the embedding", [{ hook: "hook_embed", op: "add", value, positions: [2] }], 1 + 4 + 1],
    [
      "in the first block",
      [{ hook: "blocks.0.attn.hook_z", op: "scale", scale: 2, positions: "prefill-all" }],
      4 + 1,
    ],
    [
      "in the third block",
      [{ hook: "blocks.2.hook_resid_pre", op: "add", value, positions: "every-step" }],
      2 + 1,
    ],
    [
      "in two blocks, the later one first",
      [
        { hook: "blocks.3.hook_mlp_out", op: "zero", positions: "last" },
        { hook: "blocks.1.attn.hook_k", op: "add", value, positions: [0, 3] },
      ],
      3 + 1,
    ],
    [
      "at the final norm alone",
      [{ hook: "ln_final.hook_normalized", op: "keep", value, positions: "every-step" }],
      1,
    ],
  ];

  for (const length of [12, 300]) {
    const ids = someIds(length, shape.dVocab, 4);
    for (const [what, edits, calls] of cases) {
      it(`of ${length} tokens, ${what}, give the bits of a run that had nothing to begin from`, async () => {
        const alone = await withRunner(async ({ runner }) => ({
          logits: (await runner.logitsAt({ ids, edits, position: -1 })).logits,
          early: (await runner.logitsAt({ ids, edits, position: 5 })).logits,
          made: await runner.generate({ ids, edits, sampling }),
        }));
        await withRunner(async (open) => {
          const { runner } = open;
          const plain = await runner.generate({ ids, sampling });
          const before = open.calls();
          const after = await runner.logitsAt({ ids, edits, position: -1 });
          if (length < 256) assert.equal(open.calls() - before, calls);
          assert.deepEqual(bits(after.logits), bits(alone.logits));
          assert.deepEqual(
            bits((await runner.logitsAt({ ids, edits, position: 5 })).logits),
            bits(alone.early),
          );
          assert.deepEqual(await runner.generate({ ids, edits, sampling }), alone.made);
          const zero = edits.map((edit) => ({ ...edit, scale: edit.op === "scale" ? 1 : 0 }));
          assert.deepEqual(await runner.generate({ ids, edits: zero, sampling }), plain);
          assert.deepEqual(await runner.generate({ ids, sampling }), plain);
        });
      });
    }
  }

  it("of many kinds are each their own", async () => {
    await withRunner(async ({ runner }) => {
      const prompts = Array.from({ length: 7 }, (_, i) => someIds(10 + (i % 3), shape.dVocab, i));
      const first = [];
      for (const ids of prompts) first.push(await runner.logitsAt({ ids, position: -1 }));
      for (const [i, ids] of prompts.entries()) {
        const again = await runner.logitsAt({ ids, position: -1 });
        assert.deepEqual(bits(again.logits), bits(first[i]!.logits));
      }
    });
  });

  const wrong: [string, number[], number, string][] = [
    ["no tokens", [], 0, "bad-ids"],
    ["a position past the end", [1, 2], 2, "bad-plan"],
    ["a position before the start", [1, 2], -3, "bad-plan"],
  ];
  for (const [what, ids, position, code] of wrong)
    it(`are refused with ${what}: ${code}`, () =>
      withRunner(({ runner }) => assert.rejects(runner.logitsAt({ ids, position }), { code })));
});
