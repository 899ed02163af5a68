import assert from "node:assert/strict";
import path from "node:path";
import type { Logger } from "../../../../src/base/log";
import { readModelRecords } from "../../../../src/engine/store/records";
import { writeSafetensors, type TensorToWrite } from "../../../../src/formats/safetensorsWriter";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

const shape = { nLayers: 2, dMlp: 3, dVocab: 10 };

type Values = Record<string, readonly [TensorToWrite["dtype"], number[], number[]]>;

const good: Values = {
  ids: ["I32", [4], [1, 9, 0, 3]],
  "mlp.mean": ["F32", [2, 3], [0, 1, 2, 3, 4, 5]],
  "mlp.deviation": ["F32", [2, 3], [1, 1, 1, 2, 2, 0]],
  "mlp.max": ["F32", [2, 3], [9, 8, 7, 6, 5, 4]],
  "mlp.top": ["I32", [2, 3, 2], [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]],
  "mlp.random": ["I32", [2, 3, 2], [3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0]],
};

const words = Array.from({ length: 6 }, (_, i) => ({ kind: i > 3 ? "none" : "token", text: `é ${i}` }));

/** Good records with explanations, scores 0, 1/8, 2/8 … and controls of the other sign. */
function explained(list: unknown, scores = words.flatMap((_, i) => [i / 8, -i / 8])): Values {
  const bytes = [...new TextEncoder().encode(typeof list === "string" ? list : JSON.stringify(list))];
  return {
    ...good,
    "mlp.explanations": ["U8", [bytes.length], bytes],
    "mlp.explanationScores": ["F32", [2, 3, 2], scores],
  };
}

function fileOf(values: Values, metadata: Record<string, string>): Uint8Array {
  const entries = Object.entries(values);
  const data = entries.map(([, [dtype, , list]]) => {
    const kinds = { F32: Float32Array, I32: Int32Array, U8: Uint8Array };
    const array = kinds[dtype as keyof typeof kinds].from(list);
    return new Uint8Array(array.buffer);
  });
  return writeSafetensors(
    entries.map(([name, [dtype, size]]) => ({ name, dtype, shape: size })),
    data,
    metadata,
  );
}

const withoutScores = Object.fromEntries(
  Object.entries(explained(words)).filter(([name]) => name !== "mlp.explanationScores"),
);

describe("records of neurons", () => {
  const temp = useTempFolder();
  const metadata = { format: "introspect-records-1", text: "held-out stories" };
  const read = async (file: Uint8Array) => {
    const warnings: string[] = [];
    const log: Logger = { info: () => {}, warn: (m) => warnings.push(m), error: () => {} };
    writeFiles(temp(), { "records.safetensors": file });
    return {
      records: await readModelRecords(path.join(temp(), "records.safetensors"), shape, log),
      warnings,
    };
  };

  it("are read as they were written", async () => {
    const { records, warnings } = await read(fileOf(good, metadata));
    assert.deepEqual(warnings, []);
    assert.deepEqual(records, {
      mean: Float32Array.from(good["mlp.mean"][2]),
      deviation: Float32Array.from(good["mlp.deviation"][2]),
      max: Float32Array.from(good["mlp.max"][2]),
      ids: Int32Array.from(good["ids"][2]),
      top: Int32Array.from(good["mlp.top"][2]),
      random: Int32Array.from(good["mlp.random"][2]),
      nPlaces: 2,
      text: "held-out stories",
      explanations: null,
    });
  });

  it("carry explanations in the order of the neurons", async () => {
    const { records, warnings } = await read(
      fileOf(explained(words), { ...metadata, explanationBasis: "these stories" }),
    );
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      records?.explanations,
      words.map((one, i) => ({ ...one, score: i / 8, control: -i / 8, basis: "these stories" })),
    );
  });

  it("are null without a file", async () => {
    assert.equal(await readModelRecords(null, shape), null);
  });

  const bad: readonly [string, RegExp, Values, Record<string, string>?][] = [
    ["another format", /format/, good, { format: "other" }],
    ["no format", /format/, good, {}],
    ["windows of another length", /256 tokens, not 128/, good, { ...metadata, window: "128" }],
    [
      "another number of neurons",
      /mlp\.mean is F32 \[3, 2\]/,
      { ...good, "mlp.mean": ["F32", [3, 2], [0, 1, 2, 3, 4, 5]] },
    ],
    ["another type", /mlp\.max is I32/, { ...good, "mlp.max": ["I32", [2, 3], [0, 1, 2, 3, 4, 5]] }],
    ["an id outside the vocabulary", /vocabulary/, { ...good, ids: ["I32", [4], [1, 10, 0, 3]] }],
    ["a place outside the text", /outside the text/, { ...good, ids: ["I32", [3], [1, 9, 0]] }],
    [
      "a negative place",
      /outside the text/,
      { ...good, "mlp.top": ["I32", [2, 3, 2], Array<number>(12).fill(-1)] },
    ],
    ["a mean that is no number", /finite/, { ...good, "mlp.mean": ["F32", [2, 3], [0, NaN, 2, 3, 4, 5]] }],
    ["a negative deviation", /negative/, { ...good, "mlp.deviation": ["F32", [2, 3], [0, -1, 2, 3, 4, 5]] }],
    ["explanations that are no JSON", /JSON/, explained("[{")],
    ["too few explanations", /no list of 6/, explained(words.slice(1))],
    ["an unknown kind", /explanation 0/, explained(words.map((one) => ({ ...one, kind: "guess" })))],
    ["an explanation without words", /explanation 5/, explained([...words.slice(0, 5), null])],
    ["a score above 1", /correlation/, explained(words, Array<number>(12).fill(2))],
    ["explanations without scores", /explanationScores is missing/, withoutScores],
    ["a missing tensor", /mlp\.random is missing/, Object.fromEntries(Object.entries(good).slice(0, 5))],
  ];
  for (const [name, reason, values, header] of bad) {
    it(`are left out, with a reason, for ${name}`, async () => {
      const { records, warnings } = await read(fileOf(values, header ?? metadata));
      assert.equal(records, null);
      assert.match(warnings.join(), reason);
    });
  }

  it("are left out when the file is cut short", async () => {
    const { records, warnings } = await read(fileOf(good, metadata).subarray(0, -1));
    assert.equal(records, null);
    assert.equal(warnings.length, 1);
  });
});
