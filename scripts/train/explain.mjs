// Adds the neurons' explanations to records.safetensors, made by the extension's own code.
//
//   node explain.mjs [--model DIR]
//
// Run it after records.py. Half of the records' text chooses and fits a reading of each
// neuron, the other half scores it; models/README.md describes the tensors.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const flag = process.argv.indexOf("--model");
const folder = flag > 0 ? process.argv[flag + 1] : join(root, "models", "introspect-small");

/** The parts of the extension that this needs, bundled where its packages are found. */
async function extensionCode() {
  const outfile = join(root, "out", "train", "explain.cjs");
  mkdirSync(join(root, "out", "train"), { recursive: true });
  await esbuild.build({
    stdin: {
      resolveDir: root,
      contents: `
        export { RecordActivations, neuronKey } from "./src/analysis/common/activations";
        export { explainNeurons } from "./src/analysis/common/explanation/explain";
        export { openModel } from "./src/engine/model";
        export { headerLength, parseHeader } from "./src/formats/safetensors";
        export { writeSafetensors } from "./src/formats/safetensorsWriter";`,
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["onnxruntime-node"],
    outfile,
  });
  return createRequire(import.meta.url)(outfile);
}

const code = await extensionCode();

/** Explanations of all neurons by the records alone, a layer at a time. */
async function explanations() {
  const cacheDirectory = join(tmpdir(), "introspect-explain");
  const model = await code.openModel(folder, { cacheDirectory });
  try {
    const { nLayers, dMlp } = model.info;
    const held = await model.records();
    if (held === null) throw new Error(`${folder} has no records that fit it; run records.py first`);
    const window = { ids: [], tokens: [], start: 0, truncated: false, bos: false };
    const result = [];
    for (let layer = 0; layer < nLayers; layer++) {
      const neurons = Array.from({ length: dMlp }, (_, neuron) => ({ layer, neuron }));
      const overWindow = new Map(neurons.map((id) => [code.neuronKey(id), new Float32Array(0)]));
      const records = new code.RecordActivations(model.runner, { ...held, explanations: null });
      const basis = { window, records, overWindow, neurons };
      result.push(...(await code.explainNeurons(model.runner, model.vocabulary, basis)));
      console.log(`layer ${layer} of ${nLayers}`);
    }
    return { all: result, shape: [nLayers, dMlp] };
  } finally {
    model.dispose();
    rmSync(cacheDirectory, { recursive: true, force: true });
  }
}

/** The records with explanations in place of any that were there. */
function withExplanations(file, { all, shape }) {
  const length = code.headerLength(file.subarray(0, 8), file.length);
  const header = code.parseHeader(file.subarray(8, 8 + length), file.length);
  const old = [...header.tensors].filter(([name]) => !name.startsWith("mlp.explanation"));
  const words = new TextEncoder().encode(JSON.stringify(all.map(({ kind, text }) => ({ kind, text }))));
  const scores = Float32Array.from(all.flatMap(({ score, control }) => [score, control]));
  return code.writeSafetensors(
    [
      ...old.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      { name: "mlp.explanationScores", dtype: "F32", shape: [...shape, 2] },
      { name: "mlp.explanations", dtype: "U8", shape: [words.length] },
    ],
    [...old.map(([, { start, end }]) => file.subarray(start, end)), new Uint8Array(scores.buffer), words],
    { ...header.metadata, explanationBasis: all[0].basis },
  );
}

const found = await explanations();
const path = join(folder, "records.safetensors");
const whole = withExplanations(new Uint8Array(readFileSync(path)), found);
writeFileSync(`${path}.part`, whole);
renameSync(`${path}.part`, path);
const named = found.all.filter(({ kind }) => kind !== "none");
console.log(`${named.length} of ${found.all.length} neurons explained; ${whole.length} bytes`);
console.log(found.all[0].basis);
