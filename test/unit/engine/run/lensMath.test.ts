import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gaussian, seededRandom } from "../../../../src/base/random";
import type { WeightLocation } from "../../../../src/graph/graphBuilder";
import type { ModelSpec } from "../../../../src/graph/modelSpec";
import { OrtLensMath } from "../../../../src/engine/run/lensMath";
import { SessionPool } from "../../../../src/engine/sessionPool";
import { useTempFolder } from "../../../support/tempFolder";

type Ending = Pick<ModelSpec, "finalNorm" | "unembed">;
type Weights = ReadonlyMap<string, { shape: number[]; data: Float32Array }>;

const epsilon = 1e-5;
const norm = { kind: "layer", gain: "gain", bias: "bias", plusOne: false, epsilon } as const;
const plain = { weight: "w", bias: null, project: null, scale: 1, softCap: null };
const endings: readonly (readonly [string, Ending])[] = [
  ["LayerNorm", { finalNorm: norm, unembed: plain }],
  ["RMSNorm", { finalNorm: { ...norm, kind: "rms", bias: null }, unembed: plain }],
  ["RMSNorm with a gain less 1", { finalNorm: { ...norm, kind: "rms", plusOne: true }, unembed: plain }],
  ["no norm", { finalNorm: null, unembed: plain }],
  [
    "a scale, a cap and a bias",
    { finalNorm: norm, unembed: { ...plain, bias: "c", scale: 0.7, softCap: 1.5 } },
  ],
  [
    "a projection",
    {
      finalNorm: norm,
      unembed: { ...plain, weight: "narrow", project: { weight: "p", layout: "out-in", bias: "pb" } },
    },
  ],
  [
    "a projection the other way",
    {
      finalNorm: norm,
      unembed: { ...plain, weight: "narrow", project: { weight: "q", layout: "in-out", bias: null } },
    },
  ],
];

const [d, v, narrow] = [6, 11, 4];

function randomWeights(vocabulary = v): Weights {
  const normal = gaussian(seededRandom(3));
  const made = (...shape: number[]) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return { shape, data: Float32Array.from({ length }, () => 0.8 * normal()) };
  };
  return new Map(
    Object.entries({
      gain: made(d),
      bias: made(d),
      w: made(vocabulary, d),
      c: made(vocabulary),
      narrow: made(vocabulary, narrow),
      p: made(narrow, d),
      pb: made(narrow),
      q: made(d, narrow),
    }),
  );
}

/** Log-probabilities of a row in float64, by plain loops. */
function decoded(row: Float64Array, { finalNorm, unembed }: Ending, weights: Weights): Float64Array {
  const of = (name: string | null): Float32Array | null => (name === null ? null : weights.get(name)!.data);
  let x = row;
  if (finalNorm !== null) {
    const mean = finalNorm.kind === "layer" ? x.reduce((a, b) => a + b, 0) / d : 0;
    const sigma = Math.sqrt(x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / d + epsilon);
    const [gain, bias] = [of(finalNorm.gain)!, of(finalNorm.bias)];
    x = x.map(
      (one, i) => ((one - mean) / sigma) * (gain[i] + (finalNorm.plusOne ? 1 : 0)) + (bias?.[i] ?? 0),
    );
  }
  const product = (w: Float32Array, n: number, layout: string, b: Float32Array | null): Float64Array =>
    Float64Array.from({ length: n }, (_, i) =>
      x.reduce(
        (sum, one, j) => sum + one * (layout === "out-in" ? w[i * x.length + j] : w[j * n + i]),
        b?.[i] ?? 0,
      ),
    );
  const { project } = unembed;
  if (project !== null) x = product(of(project.weight)!, narrow, project.layout, of(project.bias));
  const { softCap: cap, scale } = unembed;
  const logits = product(of(unembed.weight)!, v, "out-in", of(unembed.bias)).map((one) => one * scale);
  const capped = cap === null ? logits : logits.map((one) => cap * Math.tanh(one / cap));
  const total = Math.log(capped.reduce((sum, one) => sum + Math.exp(one), 0));
  return capped.map((one) => one - total);
}

describe("the arithmetic of trained lenses", () => {
  const folder = useTempFolder();
  let pool: SessionPool;
  const mathOf = (ending: Ending, weights: Weights, dVocab = v): OrtLensMath => {
    const table = new Map<string, WeightLocation>();
    let offset = 0;
    for (const [name, { shape, data }] of weights) {
      table.set(name, { shape, file: "w.bin", offset, length: data.byteLength });
      offset += data.byteLength;
    }
    writeFileSync(
      join(folder(), "w.bin"),
      Buffer.concat([...weights.values()].map(({ data }) => Buffer.from(data.buffer))),
    );
    pool = new SessionPool({ directory: folder(), threads: 1 });
    return new OrtLensMath({ ...ending, dModel: d, dVocab } as ModelSpec, table, pool);
  };
  afterEach(() => pool.dispose());
  const normal = gaussian(seededRandom(7));
  const rows = (n: number): Float32Array => Float32Array.from({ length: n * d }, () => 1.5 * normal());

  for (const [name, ending] of endings) {
    it(`has the KL of plain loops, and the gradient of its finite differences: ${name}`, async () => {
      const weights = randomWeights();
      const math = mathOf(ending, weights);
      const [layers, final] = [[rows(3), rows(3)], rows(3)];
      const { kl, gradients } = await math.divergences({ layers, final }, { gradients: true });
      const klOf = (own: Float64Array, position: number): number => {
        const p = decoded(Float64Array.from(final.slice(position * d, (position + 1) * d)), ending, weights);
        const q = decoded(own, ending, weights);
        return p.reduce((sum, one, i) => sum + Math.exp(one) * (one - q[i]), 0);
      };
      for (const [l, layer] of layers.entries())
        for (let position = 0; position < 3; position++) {
          const own = Float64Array.from(layer.slice(position * d, (position + 1) * d));
          assert.ok(Math.abs(kl[l][position] - klOf(own, position)) < 1e-5);
          for (let i = 0; i < d; i++) {
            const step = 1e-5;
            const slope =
              (klOf(own.with(i, own[i] + step), position) - klOf(own.with(i, own[i] - step), position)) /
              (2 * step);
            assert.ok(Math.abs(slope - gradients[l][position * d + i]) < 1e-4, `${slope} at ${i}`);
          }
        }
    });
  }

  it("finds no distance and no slope between a row and itself", async () => {
    const math = mathOf({ finalNorm: norm, unembed: plain }, randomWeights());
    const final = rows(4);
    const { kl, gradients } = await math.divergences({ layers: [final], final }, { gradients: true });
    assert.deepEqual([...kl[0]], [0, 0, 0, 0]);
    assert.ok(gradients[0].every((one) => one === 0));
  });

  it("takes a large vocabulary a few positions at a time, with the same numbers", async () => {
    const large = 200_000;
    const math = mathOf({ finalNorm: norm, unembed: plain }, randomWeights(large), large);
    const [layers, final] = [[rows(9), rows(9)], rows(9)];
    const { kl, gradients } = await math.divergences({ layers, final }, { gradients: true });
    for (const position of [0, 5, 8]) {
      const one = (all: Float32Array): Float32Array => all.slice(position * d, (position + 1) * d);
      const alone = { layers: layers.map(one), final: one(final) };
      const found = await math.divergences(alone, { gradients: true });
      layers.forEach((_, l) => {
        assert.ok(Math.abs(found.kl[l][0] - kl[l][position]) < 1e-5);
        one(gradients[l]).forEach((value, i) => assert.ok(Math.abs(value - found.gradients[l][i]) < 1e-5));
      });
    }
  });

  it("leaves rows to the last bit where the translator is of zeros, and maps them where it is not", async () => {
    const math = mathOf({ finalNorm: norm, unembed: plain }, randomWeights());
    const own = rows(5);
    const zero = { a: new Float32Array(d * d), b: new Float32Array(d) };
    assert.deepEqual(await math.translate(zero, own), own);
    const translator = { a: rows(d), b: rows(1) };
    const mapped = await math.translate(translator, own);
    mapped.forEach((value, at) => {
      const [row, i] = [Math.floor(at / d), at % d];
      let expected = own[at] + translator.b[i];
      for (let j = 0; j < d; j++) expected += translator.a[i * d + j] * own[row * d + j];
      assert.ok(Math.abs(value - expected) < 1e-5);
    });
  });

  it("sums products in float64", async () => {
    const math = mathOf({ finalNorm: norm, unembed: plain }, randomWeights());
    const [x, y] = [rows(300), rows(300)];
    const { xx, yx } = await math.products(x, y);
    for (const [i, j] of [
      [0, 0],
      [2, 5],
    ]) {
      let [a, b] = [0, 0];
      for (let r = 0; r < 300; r++) {
        a += x[r * d + i] * x[r * d + j];
        b += y[r * d + i] * x[r * d + j];
      }
      assert.ok(Math.abs(xx[i * d + j] - a) < 1e-10 * 300 && Math.abs(yx[i * d + j] - b) < 1e-10 * 300);
    }
    const outer = await math.outer(y, x);
    assert.ok(outer.every((value, i) => Math.abs(value - yx[i]) < 1e-3));
  });
});
