import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelRunner } from "../../../src/engine/modelRunner";
import type { Edit, EditOp } from "../../../src/protocol/edit";
import { editHook, editOps } from "../../../src/protocol/editHook";
import { bits } from "../../support/editSubject";
import { openRunner } from "../../support/openRunner";
import { hasOracle, oracleDir, oracleIt } from "../../support/oracle";

const folders = hasOracle("oracle-hf")
  ? readdirSync(oracleDir("oracle-hf"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [{ name: "gpt2" }];

/** One edit of each kind of step at a hook, touching the position that the logits are of and an earlier one. */
function editsAt(runner: ModelRunner, hook: string): Edit[] {
  const { width } = editHook(hook, runner.info)!;
  const numbers = Array.from({ length: width }, (_, i) => Math.sin(i + 1));
  const needs: Partial<Record<EditOp, Partial<Edit>>> = {
    add: { value: numbers },
    keep: { value: numbers },
    clamp: { max: 0.01 },
    "edge-mask": { keys: [1] },
    "edge-set": { keys: [1] },
  };
  return editOps(hook)
    .filter((op) => op in needs)
    .map((op) => ({ hook, op, positions: [2, -1], ...needs[op] }));
}

async function logits(
  runner: ModelRunner,
  ids: readonly number[],
  edits: readonly Edit[],
): Promise<number[]> {
  return bits((await runner.logitsAt({ ids, edits, position: -1 })).logits);
}

describe("edits in every family", () => {
  for (const { name } of folders) {
    oracleIt(
      `${name}: all at strength zero change no bit, each by itself does`,
      `oracle-hf/${name}`,
      async function (dir) {
        this.timeout(30_000);
        const { ids } = JSON.parse(readFileSync(join(dir, "reference.json"), "utf8")) as { ids: number[] };
        const open = await openRunner(dir);
        try {
          const { runner } = open;
          const hooks = runner.info.hooks.filter((hook) => editOps(hook).length > 0);
          const plain = await logits(runner, ids, []);
          const all = hooks.flatMap((hook) => editsAt(runner, hook));
          assert.ok(all.length > 2 * hooks.length);
          const asleep = all.map((edit) => ({ ...edit, scale: 0 }));
          assert.deepEqual(await logits(runner, ids, asleep), plain);
          for (const hook of hooks.filter((one) => !/^blocks\.[1-9]/.test(one))) {
            const [edit] = editsAt(runner, hook);
            assert.notDeepEqual(await logits(runner, ids, [edit!]), plain, hook);
          }
        } finally {
          open.dispose();
        }
      },
    );
  }
});
