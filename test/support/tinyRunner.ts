/** A Runner over the tiny model: everything the contract in src/graph/runner.ts asks for, computed the plain way. */
import { throwIfCancelled, type WorkOptions } from "../../src/base/cancel";
import { seededRandom } from "../../src/base/random";
import type { HeadReading } from "../../src/graph/headReading";
import type {
  BaseRun,
  DecodeRequest,
  Decoded,
  Generated,
  NeuronWeights,
  NormWeights,
  ReadSpec,
  RunPlan,
  Readout,
  Runner,
  Vocabulary,
} from "../../src/graph/runner";
import type { Edit } from "../../src/protocol/edit";
import { editHook } from "../../src/protocol/editHook";
import type { ModelInfo } from "../../src/protocol/model";
import type { Axis, Tensor } from "../../src/tensor/tensor";
import { tensor } from "../../src/tensor/tensor";
import { reduced } from "./reduceOracle";
import { apply, normalize, tinyForward, type Tap, type TinyLinear, type TinyModel } from "./tinyModel";

const noTap: Tap = () => {};
const blockHooks = [
  "hook_resid_pre",
  "ln1.hook_scale",
  "attn.hook_pattern",
  "attn.hook_z",
  "attn.hook_result",
  "hook_attn_out",
  "hook_resid_mid",
  "ln2.hook_scale",
  "mlp.hook_pre",
  "mlp.hook_pre_linear",
  "mlp.hook_post",
  "hook_mlp_out",
  "hook_resid_post",
];

/** The tiny model's description. */
export function tinyInfo(model: TinyModel): ModelInfo {
  const { shape } = model;
  const gated = shape.kind === "gated";
  const layers = model.blocks.flatMap((_, l) =>
    blockHooks.filter((name) => gated || name !== "mlp.hook_pre_linear").map((name) => `blocks.${l}.${name}`),
  );
  return {
    path: "tiny",
    family: gated ? "llama" : "gpt2",
    nLayers: shape.nLayers,
    nHeads: shape.nHeads,
    nKvHeads: shape.nHeads,
    dModel: shape.dModel,
    dHead: shape.dModel / shape.nHeads,
    dMlp: shape.dMlp,
    dVocab: shape.dVocab,
    nCtx: shape.nCtx,
    nParams: 0,
    digest: "tiny",
    hooks: ["hook_embed", "hook_pos_embed", ...layers],
    hasTokenizer: true,
    addsBos: true,
    gatedMlp: gated,
    hasRecords: false,
  };
}

/** Token texts of the tiny models: 0 is <s>, 1 is a space, then letters with a leading space at every second id. */
export const tinyVocabulary: Vocabulary = {
  text: (id) => (id === 0 ? "<s>" : id === 1 ? " " : `${id % 2 === 0 ? " " : ""}t${id}`),
  decode: (ids) => ids.map((id) => tinyVocabulary.text(id)).join(""),
};

/** A runner that also counts what it was asked for. */
export class TinyRunner implements Runner {
  readonly info: ModelInfo;
  readonly readout: Readout;
  /** Every plan that `run` got, in order. */
  readonly plans: RunPlan[] = [];
  /** Rows that `decode` got, all calls together. */
  decodedRows = 0;

  constructor(readonly model: TinyModel) {
    this.info = tinyInfo(model);
    const mlpInputs = model.blocks.map(() => ({ stream: "hook_resid_mid", norm: "ln2" }) as const);
    const attentionAdds = model.blocks.map(() => ({ hasNorm: false, factor: 1 }));
    this.readout = { softCap: null, addsUp: true, mlpInputs, attentionAdds, mlpAdds: attentionAdds };
  }

  async run(plan: RunPlan, options: WorkOptions = {}) {
    throwIfCancelled(options.signal);
    this.plans.push(plan);
    const reads = new Map<string, Tensor>();
    const indices = new Map<string, Tensor>();
    const edits = editTap(this.info, plan.edits ?? [], plan.ids.length);
    const seen: Tap = (hook, values, shape) => {
      for (const spec of plan.reads.filter((read) => read.hook === hook)) {
        const found = reduced(take(spec, values.slice(), shape), spec.reduce);
        reads.set(spec.as ?? hook, found.value);
        if (found.indices) indices.set(spec.as ?? hook, found.indices);
      }
    };
    tinyForward(this.model, plan.ids, (hook, values, shape) => {
      edits(hook, values, shape);
      seen(hook, values, shape);
      const layer = /^blocks\.(\d+)\.attn\.hook_z$/.exec(hook)?.[1];
      if (layer !== undefined) {
        const { nHeads, dModel } = this.info;
        seen(`blocks.${layer}.attn.hook_result`, this.headResults(Number(layer), values), [
          shape[0],
          nHeads,
          dModel,
        ]);
      }
    });
    const missing = plan.reads.find((read) => !reads.has(read.as ?? read.hook));
    if (missing) throw new Error(`no hook ${missing.hook}`);
    return { reads, ...(indices.size > 0 ? { indices } : {}) };
  }

  async decode(request: DecodeRequest, options: WorkOptions = {}): Promise<Decoded> {
    throwIfCancelled(options.signal);
    const { dModel } = this.info;
    const n = request.rows.length / dModel;
    this.decodedRows += n;
    const logits = Array.from({ length: n }, (_, i) =>
      this.unembed(request.rows.slice(i * dModel, (i + 1) * dModel)),
    );
    const order = logits.map((row) => Array.from(row.keys()).sort((a, b) => row[b] - row[a] || a - b));
    const logSumExp = logits.map(logSum);
    const { compare } = request;
    const given =
      request.track && logits.map((_, i) => request.track?.[request.track.length === 1 ? 0 : i] ?? []);
    const track = compare
      ? compare.to.map((row, i) => [...(given?.[i] ?? []), ...order[row].slice(0, compare.follow)])
      : given;
    const logProb = (row: number, id: number) => logits[row][id] - logSumExp[row];
    return {
      ids: order.map((row) => row.slice(0, request.k)),
      logits: logits.map((row, i) => order[i].slice(0, request.k).map((id) => row[id])),
      logSumExp,
      entropy: logits.map(
        (row, i) => -row.reduce((h, x) => h + (x - logSumExp[i]) * Math.exp(x - logSumExp[i]), 0),
      ),
      tracked: track
        ? logits.map((row, i) =>
            track[i].map((id) => ({
              logit: row[id],
              rank: 1 + row.filter((x) => x > row[id]).length,
            })),
          )
        : [],
      divergence: (compare?.to ?? []).map((other, i) =>
        Array.from(logits[i].keys()).reduce(
          (sum, id) => sum + Math.exp(logProb(other, id)) * (logProb(other, id) - logProb(i, id)),
          0,
        ),
      ),
    };
  }

  async logitsOfIds(rows: Float32Array, ids: readonly number[]) {
    const { dModel } = this.info;
    return Float32Array.from(ids, (id, i) => this.unembed(rows.slice(i * dModel, (i + 1) * dModel))[id]);
  }

  async logitsOf(row: Float32Array) {
    return { logits: this.unembed(row) };
  }

  async logitsAt(
    plan: { ids: readonly number[]; edits?: readonly Edit[]; position: number },
    options: WorkOptions = {},
  ) {
    throwIfCancelled(options.signal);
    const logits = this.logits(plan.ids, plan.edits ?? [], plan.ids.length);
    return { logits: logits[plan.position < 0 ? plan.ids.length + plan.position : plan.position] };
  }

  async generate(request: Parameters<Runner["generate"]>[0], options: WorkOptions = {}): Promise<Generated> {
    const random = seededRandom(request.sampling.seed);
    const all = [...request.ids];
    const logProbs: number[] = [];
    const alternatives: { id: number; logProb: number }[][] = [];
    const most = request.forced?.length ?? request.sampling.maxTokens;
    while (logProbs.length < most && all.length < this.info.nCtx) {
      throwIfCancelled(options.signal);
      const logits = this.logits(all, request.edits ?? [], request.ids.length).at(-1) as Float32Array;
      const id = request.forced?.[logProbs.length] ?? choose(logits, request.sampling.temperature, random);
      const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
      const listed = order.slice(0, request.sampling.alternatives ?? 0);
      alternatives.push(listed.map((one) => ({ id: one, logProb: logits[one] - logSum(logits) })));
      logProbs.push(logits[id] - logSum(logits));
      all.push(id);
      options.onProgress?.({
        done: logProbs.length,
        total: most,
        message: "Generating",
      });
    }
    return { ids: all.slice(request.ids.length), logProbs, alternatives };
  }

  async base(ids: readonly number[], options: WorkOptions = {}): Promise<BaseRun> {
    const hook = `blocks.${this.info.nLayers - 1}.hook_resid_post`;
    throwIfCancelled(options.signal);
    return {
      ids,
      final: async ({ edits, positions }, work) => {
        const sorted = [...positions].sort((a, b) => a - b);
        const { reads } = await this.run({ ids, edits, reads: [{ hook, positions: sorted }] }, work);
        const { data } = reads.get(hook) as Tensor;
        const { dModel } = this.info;
        const row = (at: number) =>
          data.subarray(sorted.indexOf(at) * dModel, (sorted.indexOf(at) + 1) * dModel);
        return Float32Array.from(positions.flatMap((at) => [...row(at)]));
      },
    };
  }

  async neuronWeights(layer: number, neurons: readonly number[]): Promise<NeuronWeights[]> {
    const { up, gate, down } = this.model.blocks[layer];
    const column = (linear: typeof up, j: number) =>
      Float32Array.from({ length: linear.nIn }, (_, i) => linear.w[i * linear.nOut + j]);
    return neurons.map((j) => ({
      out: down.w.slice(j * down.nOut, (j + 1) * down.nOut),
      in: column(up, j),
      inBias: up.b?.[j] ?? 0,
      ...(gate ? { gate: column(gate, j), gateBias: gate.b?.[j] ?? 0 } : {}),
    }));
  }

  async neuronOutputs(layer: number, directions: Float32Array) {
    const { dModel, dMlp } = this.info;
    const all = await this.neuronWeights(
      layer,
      Array.from({ length: dMlp }, (_, j) => j),
    );
    const n = directions.length / dModel;
    const dot = (i: number, out: Float32Array) =>
      out.reduce((sum, x, d) => sum + x * directions[i * dModel + d], 0);
    return {
      products: Float32Array.from({ length: n * dMlp }, (_, e) =>
        dot(Math.floor(e / dMlp), all[e % dMlp].out),
      ),
      norms: Float32Array.from(all, ({ out }) => Math.hypot(...out)),
    };
  }

  async logitDirections(sums: Float32Array) {
    const { dModel, dVocab } = this.info;
    const { final, unembed, shape } = this.model;
    const rows = Array.from({ length: sums.length / dVocab }, (_, r) => {
      const row = Float32Array.from(
        { length: dModel },
        (_, d) =>
          final.gain[d] *
          unembed.reduce(
            (s, x, e) => (e % dModel === d ? s + x * sums[r * dVocab + Math.floor(e / dModel)] : s),
            0,
          ),
      );
      const mean = shape.kind === "gpt" ? row.reduce((a, b) => a + b, 0) / dModel : 0;
      return row.map((x) => x - mean);
    });
    return Float32Array.from(rows.flatMap((row) => [...row]));
  }

  async unembedRows(ids: readonly number[]) {
    const { dModel } = this.info;
    return ids.map((id) => this.model.unembed.slice(id * dModel, (id + 1) * dModel));
  }

  async headReading({ layer, head }: { layer: number; head: number }): Promise<HeadReading> {
    const { dHead } = this.info;
    const side = ({ w, b, nIn, nOut }: TinyLinear): HeadReading["q"] => {
      const outputs = Array.from({ length: dHead }, (_, d) => head * dHead + d);
      const weight = outputs.map((j) => Float32Array.from({ length: nIn }, (_, i) => w[i * nOut + j]));
      return { weight, bias: Float32Array.from(outputs, (j) => b?.[j] ?? 0), norm: null };
    };
    const { q, k } = this.model.blocks[layer];
    const plain = { norm: "ln1", clip: null, rotation: null, softCap: null, bias: null } as const;
    return { ...plain, kvHead: head, q: side(q), k: side(k), scoreScale: 1 / Math.sqrt(dHead) };
  }

  async unembedDirections(rows: Float32Array, k: number) {
    const { dModel, dVocab } = this.info;
    const { final, unembed, shape } = this.model;
    return Array.from({ length: rows.length / dModel }, (_, r) => {
      const row = rows.subarray(r * dModel, (r + 1) * dModel);
      const mean = shape.kind === "gpt" ? row.reduce((a, b) => a + b, 0) / dModel : 0;
      const weight = (id: number) =>
        row.reduce((s, x, d) => s + (x - mean) * final.gain[d] * unembed[id * dModel + d], 0);
      const all = Array.from({ length: dVocab }, (_, id) => [id, weight(id)] as const).sort(
        (a, b) => b[1] - a[1],
      );
      return { top: all.slice(0, k), bottom: all.slice(-k).reverse() };
    });
  }

  async normWeights(name: Parameters<Runner["normWeights"]>[0]): Promise<NormWeights> {
    const which = name === "final" ? name : name.norm;
    if (which === "ln1_post" || which === "ln2_post") return { kind: "none", gain: null, bias: null };
    const norm = name === "final" ? this.model.final : this.model.blocks[name.layer][which as "ln1" | "ln2"];
    return { kind: this.model.shape.kind === "gpt" ? "layer" : "rms", ...norm };
  }

  /** z [pos, head, dHead] through each head's own rows of the output projection: [pos, head, dModel]. */
  private headResults(layer: number, z: Float32Array): Float32Array {
    const { nHeads, dHead, dModel } = this.info;
    const { o } = this.model.blocks[layer];
    const n = z.length / dModel;
    const out = new Float32Array(n * nHeads * dModel);
    for (let h = 0; h < nHeads; h++) {
      const only = z.map((x, i) => (Math.floor((i % dModel) / dHead) === h ? x : 0));
      const added = apply({ ...o, b: null }, only);
      for (let p = 0; p < n; p++) {
        out.set(added.subarray(p * dModel, (p + 1) * dModel), (p * nHeads + h) * dModel);
      }
    }
    return out;
  }

  /** Logits of every position under edits; `nPrompt` says which positions are the prompt's. */
  logits(ids: readonly number[], edits: readonly Edit[], nPrompt: number): Float32Array[] {
    const { dModel } = this.info;
    const resid = tinyForward(this.model, ids, editTap(this.info, edits, nPrompt));
    return ids.map((_, p) => this.unembed(resid.slice(p * dModel, (p + 1) * dModel)));
  }

  private unembed(row: Float32Array): Float32Array {
    const { dVocab, dModel } = this.info;
    const x = normalize(this.model, this.model.final, row, noTap);
    return Float32Array.from({ length: dVocab }, (_, id) =>
      x.reduce((s, value, d) => s + value * this.model.unembed[id * dModel + d], 0),
    );
  }
}

function logSum(logits: Float32Array): number {
  const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return max + Math.log(logits.reduce((s, x) => s + Math.exp(x - max), 0));
}

function choose(logits: Float32Array, temperature: number, random: () => number): number {
  const best = logits.reduce((b, x, id) => (x > logits[b] ? id : b), 0);
  if (temperature === 0) return best;
  const warm = logits.map((x) => x / temperature);
  const total = logSum(warm);
  let left = random();
  return Math.max(
    0,
    warm.findIndex((x) => (left -= Math.exp(x - total)) < 0),
  );
}

function editTap(info: ModelInfo, edits: readonly Edit[], nPrompt: number): Tap {
  return (hook, values, shape) => {
    for (const edit of edits.filter((e) => e.hook === hook))
      applyEdit(edit, info, { values, n: shape[0], nPrompt });
  };
}

function applyEdit(
  edit: Edit,
  info: ModelInfo,
  on: { values: Float32Array; n: number; nPrompt: number },
): void {
  const spec = editHook(edit.hook, info);
  if (!spec) throw new Error(`cannot edit ${edit.hook}`);
  const { width, unit } = spec;
  const rows = edit.value as readonly (readonly number[])[] | readonly number[] | undefined;
  const row = (i: number) => (rows && Array.isArray(rows[0]) ? rows[i] : rows) as readonly number[];
  const chosen = edit.heads ?? edit.neurons;
  const touched = (e: number) => !chosen || chosen.includes(Math.floor(e / unit));
  const positions = positionsOf(edit, on.n, on.nPrompt);
  const first = on.nPrompt > 1 ? 1 : 0;
  const means = Array.from({ length: width }, (_, e) => {
    let total = 0;
    for (let p = first; p < on.nPrompt; p++) total += on.values[p * width + e];
    return total / (on.nPrompt - first);
  });
  const target = (e: number, i: number) =>
    edit.op === "zero" ? 0 : edit.op === "mean" && !rows ? means[e] : row(i)[e];
  positions.forEach((p, i) => {
    if (rows && Array.isArray(rows[0]) && i >= rows.length) return;
    for (let e = 0; e < width; e++) {
      if (!touched(e)) continue;
      const at = p * width + e;
      const strength = edit.scale ?? 1;
      if (edit.op === "scale") on.values[at] *= strength;
      else if (edit.op === "add") on.values[at] += strength * row(i)[e];
      else if (strength !== 0) on.values[at] = (1 - strength) * on.values[at] + strength * target(e, i);
    }
  });
}

function positionsOf(edit: Edit, n: number, nPrompt: number): number[] {
  const upTo = (end: number) => Array.from({ length: end }, (_, i) => i);
  const { positions } = edit;
  if (positions === "every-step") return upTo(n);
  if (positions === "prefill-all") return upTo(nPrompt);
  if (positions === "last") return [nPrompt - 1];
  if (positions === "prefill-front") return upTo((edit.value as unknown[]).length);
  return positions.map((p) => (p < 0 ? nPrompt + p : p));
}

function take(spec: ReadSpec, values: Float32Array, shape: readonly number[]): Tensor {
  const byHead = spec.hook.endsWith("hook_pattern");
  const axes: Axis[] = byHead
    ? ["head", "queryPos", "keyPos"]
    : /hook_(z|result)$/.test(spec.hook)
      ? ["pos", "head", spec.hook.endsWith("z") ? "dHead" : "dModel"]
      : ["pos", spec.hook.endsWith("scale") ? "one" : spec.hook.includes(".mlp.") ? "dMlp" : "dModel"];
  const all = (i: number) => Array.from({ length: shape[i] }, (_, j) => j);
  const chosen = shape.map((_, i) => all(i));
  if (spec.positions) chosen[byHead ? 1 : 0] = [...spec.positions];
  if (spec.heads) chosen[byHead ? 0 : 1] = [...spec.heads];
  if (spec.neurons) chosen[1] = [...spec.neurons];
  const [a, b, c] = [chosen[0], chosen[1], chosen[2] ?? [0]];
  const inner = shape[2] ?? 1;
  const data = a.flatMap((i) => b.flatMap((j) => c.map((k) => values[(i * shape[1] + j) * inner + k])));
  return tensor(
    axes,
    chosen.map((list) => list.length),
    Float32Array.from(data),
  );
}
