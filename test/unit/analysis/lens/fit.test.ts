import assert from "node:assert/strict";
import { join } from "node:path";
import { fitLens, type FitRequest, type FittedLens } from "../../../../src/analysis/lens/fit";
import { newFitState, restoreFit, storeFit } from "../../../../src/analysis/lens/fit/state";
import { cutWindows } from "../../../../src/analysis/lens/fit/windows";
import { CancelledError } from "../../../../src/base/errors";
import { gaussian, seededRandom } from "../../../../src/base/random";
import { openModel, type OpenModel } from "../../../../src/engine/model";
import { type ReferenceTensor, writeReferenceTensors } from "../../../support/referenceTensors";
import { useTempFolder, writeFiles } from "../../../support/tempFolder";

/** Without norms inside blocks, without what attention writes and with neurons that are their sums, blocks are affine. */
const config = {
  model_type: "introspect-plain",
  n_layers: 3,
  n_heads: 2,
  d_model: 8,
  d_head: 4,
  d_mlp: 12,
  vocab_size: 20,
  n_ctx: 32,
  norm: "none",
  final_norm: true,
  activation: "linear",
};

function writeAffine(folder: string): void {
  const normal = gaussian(seededRandom(2));
  const tensors = new Map<string, ReferenceTensor>();
  const put = (name: string, size: number, ...shape: number[]): void => {
    const length = shape.reduce((a, b) => a * b, 1);
    tensors.set(name, { shape, data: Float32Array.from({ length }, () => size * normal()) });
  };
  put("embed.weight", 1, 20, 8);
  put("positions.weight", 0.5, 32, 8);
  for (let l = 0; l < 3; l++) {
    for (const side of ["q", "k", "v"]) put(`blocks.${l}.attn.${side}.weight`, 0.3, 8, 8);
    put(`blocks.${l}.attn.o.weight`, 0, 8, 8);
    put(`blocks.${l}.mlp.in.weight`, 0.3, 12, 8);
    put(`blocks.${l}.mlp.in.bias`, 0.3, 12);
    put(`blocks.${l}.mlp.out.weight`, 0.3, 8, 12);
    put(`blocks.${l}.mlp.out.bias`, 0.5, 8);
  }
  put("final_norm.weight", 1, 8);
  put("unembed.weight", 1, 20, 8);
  writeReferenceTensors(join(folder, "model.safetensors"), tensors);
  writeFiles(folder, { "config.json": config });
}

describe("fitting a lens", () => {
  const folder = useTempFolder();
  let open: OpenModel;
  beforeEach(async () => {
    writeAffine(folder());
    open = await openModel(folder(), { cacheDirectory: join(folder(), "cache"), threads: 1 });
  });
  afterEach(() => open.dispose());
  const random = seededRandom(4);
  const ids = Array.from({ length: 900 }, () => Math.floor(20 * random()));
  const windows = cutWindows({ nCtx: 32, tokens: 900, text: { ids, bos: false }, heldOut: 0.2 });
  const fit = (request: Partial<FitRequest> = {}, signal?: AbortSignal): Promise<FittedLens> =>
    fitLens(
      { runner: open.runner, math: open.lensMath },
      { windows, steps: 0, seed: 1, ...request },
      { signal },
    );

  it("finds affine blocks by least squares, where logit lens and chance are far away", async () => {
    const { heldOut } = await fit();
    assert.equal(
      heldOut.positions,
      windows.report.reduce((sum, one) => sum + one.length - 1, 0),
    );
    for (const { trained, logit, random: drawn, from, worse } of heldOut.layers) {
      assert.equal(from, "least squares");
      assert.equal(worse, undefined);
      assert.ok(trained < 1e-4, `trained ${trained}`);
      assert.ok(logit > 0.05 && drawn > 0.05, `logit ${logit}, random ${drawn}`);
    }
  });

  it("keeps the closed form where KL steps make it no better", async () => {
    const closed = await fit();
    const { translators, heldOut } = await fit({ steps: 3 });
    heldOut.layers.forEach(({ from, trained }, l) => {
      if (from === "least squares") assert.deepEqual(translators[l], closed.translators[l]);
      assert.ok(trained <= closed.heldOut.layers[l].trained + 1e-4);
    });
  });

  it("goes on from wherever it was stopped, to the same bits", async () => {
    const whole = await fit({ steps: 8 });
    for (const calls of [3, 14, 30, 60, 90]) {
      const stop = new AbortController();
      const state = newFitState(3, 8);
      let n = 0;
      const subject = { runner: open.runner, math: open.lensMath };
      const options = { signal: stop.signal, onProgress: () => ++n === calls && stop.abort() };
      const request = { windows, steps: 8, seed: 1, state };
      const first = await fitLens(subject, request, options).catch((error: unknown) => error);
      if (!(first instanceof CancelledError)) continue;
      const restored = restoreFit(storeFit(state), 8);
      assert.ok(restored);
      const second = await fit({ steps: 8, state: restored });
      assert.deepEqual(second, whole, `stopped after ${calls}`);
    }
  });

  it("lowers the KL by steps where blocks are not affine and least squares is not made for it", async () => {
    open.dispose();
    writeFiles(folder(), { "config.json": { ...config, activation: "tanh", norm: "rms" } });
    open = await openModel(folder(), { cacheDirectory: join(folder(), "cache"), threads: 1 });
    const [closed, stepped] = [await fit(), await fit({ steps: 60 })];
    const sum = ({ heldOut }: FittedLens): number =>
      heldOut.layers.reduce((total, { trained }) => total + trained, 0);
    assert.ok(stepped.heldOut.layers.some(({ from }) => from === "KL steps"));
    assert.ok(sum(stepped) < 0.98 * sum(closed), `${sum(stepped)} of ${sum(closed)}`);
  });

  it("is given back nothing from a state that lacks an array or has another size", () => {
    const { arrays, notes } = storeFit(newFitState(3, 8));
    const less = new Map([...arrays].slice(1));
    assert.equal(restoreFit({ arrays: less, notes }, 8), null);
    assert.equal(restoreFit({ arrays, notes }, 9), null);
    assert.deepEqual(restoreFit({ arrays, notes }, 8), newFitState(3, 8));
  });
});

describe("the windows of a fit", () => {
  const text = { ids: Array.from({ length: 100 }, (_, i) => i), bos: false };

  it("are apart: what judges is neither fitted on nor chooses", () => {
    const { fit, choose, report } = cutWindows({ nCtx: 10, tokens: 100, text, heldOut: 0.4 });
    assert.deepEqual([fit.length, choose.length, report.length], [6, 2, 2]);
    assert.deepEqual(
      [...fit, ...choose, ...report].flat().sort((a, b) => a - b),
      text.ids,
    );
    assert.ok(Math.min(...choose.flat(), ...report.flat()) > Math.max(...fit.flat()));
  });

  it("each begin with BOS where the text does", () => {
    const { fit, report } = cutWindows({ nCtx: 10, tokens: 100, text: { ...text, bos: true }, heldOut: 0.4 });
    for (const window of [...fit, ...report]) assert.equal(window[0], 0);
    assert.equal(new Set(fit.flatMap((window) => window.slice(1))).size, fit.flat().length - fit.length);
  });

  it("are held out of another text where one is given", () => {
    const other = { ids: text.ids.map((id) => id + 1000), bos: false };
    const { fit, choose, report } = cutWindows({ nCtx: 10, tokens: 100, text, heldOut: other });
    assert.equal(fit.length, 10);
    assert.ok([...choose, ...report].flat().every((id) => id >= 1000));
  });

  it("are spread over a text of which not all is wanted", () => {
    const { fit } = cutWindows({ nCtx: 10, tokens: 50, text, heldOut: 0.4 });
    assert.deepEqual(
      fit.map(([first]) => first),
      [0, 20, 40],
    );
  });

  it("are refused of a text that is too short", () => {
    assert.throws(() => cutWindows({ nCtx: 64, tokens: 100, text, heldOut: 0.2 }), {
      code: "too-little-text",
    });
  });
});
