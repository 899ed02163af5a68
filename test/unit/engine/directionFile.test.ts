import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withDirections } from "../../../src/engine/directionFile";
import { writeNpz } from "../../../src/formats/npz";
import type { Edit } from "../../../src/protocol/edit";
import { useTempFolder } from "../../support/tempFolder";

const hook = "blocks.1.hook_resid_post";
const digest = "d".repeat(64);

describe("direction files", () => {
  const folder = useTempFolder();
  const edit = (direction: string, more: object = {}): Edit => ({
    hook,
    op: "add",
    positions: "last",
    value: { direction, ...more },
  });
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder(), name), content);
    return name;
  };
  const npz = (name: string, shape: number[], data: Float32Array | BigInt64Array, key = hook): string =>
    write(name, writeNpz(new Map([[key, { shape, data }]])));
  const read = async (one: Edit): Promise<unknown> =>
    (await withDirections([one], { base: folder(), digest }))[0]?.value;

  it("are read from npz by the hook's name, one vector or several", async () => {
    assert.deepEqual(await read(edit(npz("one.npz", [3], Float32Array.of(1, 2, 3)))), [1, 2, 3]);
    const several = edit(npz("two.npz", [2, 2], Float32Array.of(1, 2, 3, 4), "hook_embed"), {
      hook: "hook_embed",
    });
    assert.deepEqual(await read(several), [
      [1, 2],
      [3, 4],
    ]);
  });

  it("are read from JSON that names its hook", async () => {
    assert.deepEqual(await read(edit(write("v.json", JSON.stringify({ hook, vector: [0.5, 1] })))), [0.5, 1]);
    const rows = edit(write("r.json", JSON.stringify({ hook, vector: [[1], [2]] })));
    assert.deepEqual(await read(rows), [[1], [2]]);
  });

  it("serve subspaces too, and leave other values alone", async () => {
    const direction = npz("s.npz", [1, 2], Float32Array.of(3, 4));
    const exchange: Edit = {
      hook,
      op: "interchange",
      positions: "last",
      value: { text: "a" },
      subspace: { direction },
    };
    assert.deepEqual(await withDirections([exchange], { base: folder(), digest }), [
      { ...exchange, subspace: [[3, 4]] },
    ]);
  });

  const bad: (readonly [string, () => Edit, RegExp])[] = [
    ["are not there", () => edit("none.npz"), /ENOENT/],
    ["are folders", () => edit("."), /EISDIR/],
    ...(existsSync("/dev/zero") ? [["never end", () => edit("/dev/zero"), /no file/] as const] : []),
    ["hold another hook", () => edit(npz("o.npz", [1], Float32Array.of(1), "hook_embed")), /only hook_embed/],
    [
      "hold another hook in JSON",
      () => edit(write("o.json", '{"hook":"hook_embed","vector":[1]}')),
      /at hook_embed/,
    ],
    ["hold a cube", () => edit(npz("c.npz", [1, 1, 1], Float32Array.of(1))), /\[1, 1, 1\]/],
    ["hold integers", () => edit(npz("i.npz", [1], BigInt64Array.of(1n))), /integers/],
    ["hold no numbers", () => edit(npz("n.npz", [1], Float32Array.of(NaN))), /no finite numbers/],
    ["hold text", () => edit(write("t.json", '{"hook":"x"')), /not JSON/],
    [
      "hold text for a number",
      () => edit(write("w.json", JSON.stringify({ hook, vector: [1, "2"] }))),
      /vector\[1\]/,
    ],
    ["hold nothing", () => edit(write("e.json", JSON.stringify({ hook, vector: [] }))), /empty/],
    ["are cut off", () => edit(write("cut.npz", "PK")), /not a whole/],
  ];
  for (const [what, make, message] of bad)
    it(`are refused when they ${what}`, () =>
      assert.rejects(read(make()), { code: "bad-direction", message }));
});
