import assert from "node:assert/strict";
import { numericEdits } from "../../../src/analysis/common/editValue";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import { decodeEdits } from "../../../src/protocol/decodeEdit";
import { editHook, editOps } from "../../../src/protocol/editHook";
import { bits, EditSubject, promptLength } from "../../support/editSubject";

const mutations = 3000;

/** Values that stand where others should: of the wrong kind, out of range, odd in JSON. */
const junk: readonly unknown[] = [
  ...[null, true, "", "last", "every-step", "add", "keep", "edge-mask", "blocks.1.attn.hook_z", "__proto__"],
  ...[0, -1, 1, 0.5, 7, 19, 20, 1e6, -1e6, 1e30, -1e30, 1e31, 1e308, 4294967296, Number.MAX_SAFE_INTEGER],
  ...[
    [],
    [0],
    [1, 1],
    [[]],
    [[1], [2]],
    [1e30],
    new Array(16).fill(1),
    {},
    { text: "a" },
    { ids: [1] },
    { ids: [1e9] },
  ],
  ...[{ direction: "x" }, { ids: [1, 2], minus: [3, 4] }, { text: "", minus: "" }],
];

type Json = Record<string, unknown>;

describe("mutated edits", function () {
  this.timeout(300_000);
  let open: EditSubject;
  before(async () => {
    open = await EditSubject.open(null);
  });
  after(() => open.close());

  const seeds = (): Json[] => {
    const { info } = open.runner;
    const hooks = ["hook_embed", ...info.hooks.filter((hook) => hook.startsWith("blocks.1."))];
    const row = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.sin(i + 1));
    return hooks.flatMap((hook) =>
      editOps(hook).map((op): Json => {
        const of = editHook(hook, info)!;
        const run = ["mean", "resample", "interchange", "freeze"].includes(op);
        const numbers = ["add", "set", "project-out", "keep", "edge-set"].includes(op);
        return {
          hook,
          op,
          positions: [2, -1],
          ...(run ? { value: { ids: [...open.otherIds] } } : {}),
          ...(numbers ? { value: row(of.width) } : {}),
          ...(op === "scale" ? { scale: 2 } : {}),
          ...(op === "clamp" ? { min: -1, max: 1 } : {}),
          ...(of.part === "edges" ? { keys: [0], heads: [1] } : {}),
          ...(of.part === "residual" ? { preserveNorm: true } : {}),
        };
      }),
    );
  };
  const fields = ["hook", "op", "value", "scale", "positions", "batch", "heads", "neurons", "keys"];
  const others = ["preserveNorm", "min", "max", "seed", "from", "subspace", "odd"];

  /** One to three changes of a list of one to three edits. */
  const mutant = (random: () => number, all: readonly Json[]): unknown => {
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const list = Array.from({ length: 1 + Math.floor(random() * 3) }, () => structuredClone(pick(all)));
    for (let i = 0; i <= Math.floor(random() * 3); i++) {
      const edit = pick(list);
      const name = pick(random() < 0.7 ? fields : others);
      const value = edit[name];
      const kind = random();
      if (kind < 0.15) Reflect.deleteProperty(edit, name);
      else if (kind < 0.4 && Array.isArray(value) && value.length > 0)
        value[Math.floor(random() * value.length)] = pick(junk);
      else if (kind < 0.5) edit[name] = structuredClone(pick(all)[name]);
      else edit[name] = structuredClone(pick(junk));
    }
    return random() < 0.02 ? pick(junk) : list;
  };

  it(`are each refused with a code or run, ${mutations} of them`, async () => {
    const random = seededRandom(20);
    const all = seeds();
    const { runner, ids } = open;
    const last = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
    const count = new Map<string, number>();
    for (let i = 0; i < mutations; i++) {
      const raw: unknown = JSON.parse(JSON.stringify(mutant(random, all)) ?? "null");
      let answer: string;
      try {
        const edits = await numericEdits(runner, decodeEdits(raw, "edits", runner.info), null);
        const { reads } = await runner.run({ ids, edits, reads: [{ hook: last }] });
        const decoded = await runner.decode({ rows: reads.get(last)!.data, k: 1 });
        assert.equal(decoded.logSumExp.length, promptLength);
        assert.ok(decoded.logSumExp.every(Number.isFinite), JSON.stringify(raw));
        answer = "runs";
      } catch (error) {
        assert.ok(error instanceof CodedError, `${String(error)} of ${JSON.stringify(raw)}`);
        assert.notEqual(error.code, "run-failed", `${error.message} of ${JSON.stringify(raw)}`);
        answer = error.code;
      }
      count.set(answer, (count.get(answer) ?? 0) + 1);
    }
    const of = (answer: string): number => count.get(answer) ?? 0;
    assert.ok(of("runs") > mutations / 10, `${of("runs")} run`);
    assert.ok(of("bad-field") > mutations / 10 && of("bad-edit") > 0, JSON.stringify([...count]));
    const after = await open.logits([]);
    assert.deepEqual(bits(after), bits(await open.logits([])));
  });
});
