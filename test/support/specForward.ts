/**
 * A decoder in plain loops and double precision, from a ModelSpec and its tensors: the second implementation that the
 * graphs are tested against, for settings and lengths that no reference file has. It is itself held against them.
 */
import type {
  Activation,
  AttentionSpec,
  BlockSpec,
  DenseMlpSpec,
  HeadNormSpec,
  LinearSpec,
  MlpSpec,
  ModelSpec,
  NormSpec,
  RotarySpec,
} from "../../src/graph/modelSpec";
import type { ReferenceTensor } from "./referenceTensors";

type Row = number[];
type Rows = Row[];

/** Logits of every position. */
export function specForward(
  spec: ModelSpec,
  tensors: ReadonlyMap<string, ReferenceTensor>,
  ids: readonly number[],
): Rows {
  const model = new Loops(spec, tensors);
  return model.logits(model.blocks(model.embedded(ids)));
}

class Loops {
  private readonly tables = new Map<string, Rows>();

  constructor(
    private readonly spec: ModelSpec,
    private readonly tensors: ReadonlyMap<string, ReferenceTensor>,
  ) {}

  embedded(ids: readonly number[]): Rows {
    const { embed, positions } = this.spec;
    const table = this.table(embed.weight);
    const resid = ids.map((id, p) => {
      let row = table[id].map((x) => x * embed.scale);
      if (embed.project !== null) row = this.linear(row, embed.project);
      if (positions.kind === "learned") return plus(row, this.table(positions.weight)[p]);
      return positions.kind === "sinusoidal" ? plus(row, [...positions.row(p)]) : row;
    });
    return resid.map((row) => this.norm(row, embed.norm));
  }

  blocks(resid: Rows): Rows {
    return this.spec.blocks.reduce((rows, block) => this.block(rows, block), resid);
  }

  logits(resid: Rows): Rows {
    const { weight, bias, project, scale, softCap } = this.spec.unembed;
    return resid.map((row) => {
      const normed = this.norm(row, this.spec.finalNorm);
      const narrow = project === null ? normed : this.linear(normed, project);
      const raw = this.linear(narrow, { weight, layout: "out-in", bias });
      return raw.map((x) => capped(x * scale, softCap));
    });
  }

  private block(resid: Rows, block: BlockSpec): Rows {
    const { order, ln1, mlp } = block;
    const ln2 = block.ln2 === "ln1" ? ln1 : block.ln2;
    const after = order === "post";
    const read = after ? resid : resid.map((row) => this.norm(row, ln1));
    const attended = this.attention(read, block.attention).map((row) =>
      this.norm(row, block.ln1Post).map((x) => x * block.residualScale),
    );
    const base = block.addedTo === "normed" ? read : resid;
    let mid = base.map((row, p) => plus(row, attended[p]));
    if (after) mid = mid.map((row) => this.norm(row, ln1));
    if (mlp === null) return mid;
    return mid.map((row, p) => {
      const from = order === "parallel" ? resid[p] : row;
      const input = after ? from : this.norm(from, ln2);
      const made = this.norm(this.mlp(input, mlp), block.ln2Post).map((x) => x * block.residualScale);
      const sum = plus(block.addedTo === "normed" ? input : row, made);
      return after ? this.norm(sum, ln2) : sum;
    });
  }

  private attention(rows: Rows, spec: AttentionSpec): Rows {
    const { nHeads, nKvHeads, dHead, causal } = this.spec;
    const n = rows.length;
    const heads = rows.map((row, p) => this.heads(row, spec, { position: p, length: n }));
    return rows.map((_, i) => {
      const z: Row = [];
      for (let h = 0; h < nHeads; h++) {
        const kv = Math.floor((h * nKvHeads) / nHeads);
        const scores = heads.map(({ k }, j) => {
          const near = spec.window === null || i - j < spec.window;
          if ((causal && j > i) || !near) return -Infinity;
          const raw = capped(dot(heads[i].q[h], k[kv]) * spec.scoreScale, spec.softCap);
          return raw + (spec.alibi?.bias(h, j, n) ?? 0);
        });
        const pattern = softmax(scores);
        for (let d = 0; d < dHead; d++)
          z.push(heads.reduce((sum, { v }, j) => sum + pattern[j] * v[kv][d], 0));
      }
      return this.linear(z, spec.out);
    });
  }

  private heads(
    row: Row,
    spec: AttentionSpec,
    at: { position: number; length: number },
  ): { q: Rows; k: Rows; v: Rows } {
    const raw = this.projections(row, spec);
    const clip = (heads: Rows): Rows =>
      heads.map((head) =>
        head.map((x) => (spec.clip === null ? x : Math.min(Math.max(x, -spec.clip), spec.clip))),
      );
    const side = (heads: Rows, norm: HeadNormSpec | null): Rows =>
      clip(this.headNorm(heads, norm)).map((head) => turned(head, spec.rotary, at));
    return { q: side(raw.q, spec.qNorm), k: side(raw.k, spec.kNorm), v: clip(raw.v) };
  }

  private projections(row: Row, { qkv }: AttentionSpec): { q: Rows; k: Rows; v: Rows } {
    const { nHeads, nKvHeads, dHead } = this.spec;
    if (qkv.kind === "separate") {
      const [q, k, v] = [qkv.q, qkv.k, qkv.v].map((one) => inHeads(this.linear(row, one), dHead));
      return { q, k, v };
    }
    const all = inHeads(this.linear(row, qkv.linear), dHead);
    if (qkv.kind === "fused") {
      return {
        q: all.slice(0, nHeads),
        k: all.slice(nHeads, nHeads + nKvHeads),
        v: all.slice(nHeads + nKvHeads),
      };
    }
    const found: { q: Rows; k: Rows; v: Rows } = { q: [], k: [], v: [] };
    let next = 0;
    for (let group = 0; group < qkv.groups; group++) {
      for (const { of, heads } of qkv.parts) {
        for (let i = 0; i < heads; i++) found[of].push(all[next++]);
      }
    }
    return found;
  }

  private headNorm(heads: Rows, norm: HeadNormSpec | null): Rows {
    if (norm === null) return heads;
    const { dHead } = this.spec;
    const gains = typeof norm.gain === "string" ? [norm.gain] : (norm.gain ?? []);
    const gain = gains.flatMap((name) => this.values(name));
    const bias = norm.bias === null ? [] : this.values(norm.bias);
    const normed =
      norm.over === "all"
        ? inHeads(normalized(heads.flat(), norm), dHead)
        : heads.map((head) => normalized(head, norm));
    return normed.map((head, h) =>
      head.map((x, d) => {
        const at = h * dHead + d;
        const g = gain.length === 0 ? 1 : gain[at % gain.length] + (norm.plusOne ? 1 : 0);
        return x * g + (bias.length === 0 ? 0 : bias[at % bias.length]);
      }),
    );
  }

  private mlp(x: Row, spec: MlpSpec): Row {
    if (spec.kind === "dense") return this.dense(x, spec);
    const probabilities = softmax(this.linear(x, spec.router));
    const best = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const chosen = best.slice(0, spec.topK);
    const total = spec.normalised ? chosen.reduce((sum, e) => sum + probabilities[e], 0) : 1;
    let out = x.map(() => 0);
    for (const e of chosen) {
      const share = probabilities[e] / total;
      out = plus(
        out,
        this.dense(x, spec.experts[e]).map((y) => y * share),
      );
    }
    if (spec.shared === null) return out;
    const gate = spec.shared.gate === null ? 1 : sigmoid(this.linear(x, spec.shared.gate)[0]);
    return plus(
      out,
      this.dense(x, spec.shared.mlp).map((y) => y * gate),
    );
  }

  private dense(x: Row, spec: DenseMlpSpec): Row {
    const pre = this.linear(x, spec.gate ?? spec.in).map((y) => activate(y, spec.activation));
    const up = spec.gate === null ? null : this.linear(x, spec.in);
    return this.linear(
      pre.map((y, i) => y * (up?.[i] ?? 1)),
      spec.out,
    );
  }

  private norm(x: Row, norm: NormSpec | null): Row {
    if (norm === null) return x;
    const gain = norm.gain === null ? null : this.values(norm.gain);
    const bias = norm.bias === null ? null : this.values(norm.bias);
    return normalized(x, norm).map(
      (y, i) => y * (gain === null ? 1 : gain[i] + (norm.plusOne ? 1 : 0)) + (bias?.[i] ?? 0),
    );
  }

  private linear(x: Row, { weight, layout, bias }: LinearSpec): Row {
    const table = this.table(weight);
    const offset = bias === null ? null : this.values(bias);
    const n = layout === "out-in" ? table.length : table[0].length;
    return Array.from({ length: n }, (_, o) => {
      const sum = layout === "out-in" ? dot(x, table[o]) : x.reduce((s, y, i) => s + y * table[i][o], 0);
      return sum + (offset?.[o] ?? 0);
    });
  }

  private values(name: string): Row {
    return this.table(name).flat();
  }

  private table(name: string): Rows {
    const known = this.tables.get(name);
    if (known !== undefined) return known;
    const made = rowsOf(this.tensors, name);
    this.tables.set(name, made);
    return made;
  }
}

/** Rows of a tensor, or of the part of one that a name with [from:to] stands for; a vector has rows of one. */
function rowsOf(tensors: ReadonlyMap<string, ReferenceTensor>, name: string): Rows {
  const part = /^(.*)\[(\d+):(\d+)\]$/.exec(name);
  const tensor = tensors.get(part?.[1] ?? name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  const width = tensor.data.length / tensor.shape[0];
  const [from, to] = part === null ? [0, tensor.shape[0]] : [Number(part[2]), Number(part[3])];
  return Array.from({ length: to - from }, (_, i) => [
    ...tensor.data.subarray((from + i) * width, (from + i + 1) * width),
  ]);
}

function inHeads(flat: Row, dHead: number): Rows {
  return Array.from({ length: flat.length / dHead }, (_, h) => flat.slice(h * dHead, (h + 1) * dHead));
}

function turned(
  x: Row,
  rotary: RotarySpec | null,
  { position, length }: { position: number; length: number },
): Row {
  if (rotary === null) return x;
  const out = [...x];
  const half = rotary.dRotary / 2;
  rotary.inverseFrequencies(length).forEach((frequency, i) => {
    const [a, b] = rotary.pairs === "halves" ? [i, i + half] : [2 * i, 2 * i + 1];
    const cos = Math.cos(position * frequency) * rotary.factor;
    const sin = Math.sin(position * frequency) * rotary.factor;
    out[a] = x[a] * cos - x[b] * sin;
    out[b] = x[b] * cos + x[a] * sin;
  });
  return out;
}

function normalized(x: Row, { kind, epsilon }: Pick<NormSpec, "kind" | "epsilon">): Row {
  const mean = kind === "layer" ? x.reduce((a, b) => a + b, 0) / x.length : 0;
  const centred = x.map((y) => y - mean);
  const scale = Math.sqrt(centred.reduce((sum, y) => sum + y * y, 0) / x.length + epsilon);
  return centred.map((y) => y / scale);
}

function activate(x: number, kind: Activation): number {
  switch (kind) {
    case "gelu":
      return (x * (1 + erf(x / Math.SQRT2))) / 2;
    case "gelu-tanh":
      return (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;
    case "gelu-quick":
      return x * sigmoid(1.702 * x);
    case "relu":
      return Math.max(x, 0);
    case "relu-squared":
      return Math.max(x, 0) ** 2;
    case "gelu-clipped":
      return Math.min(Math.max((x * (1 + erf(x / Math.SQRT2))) / 2, -10), 10);
    case "relu-clipped":
      return Math.min(Math.max(x, 0), 6);
    case "relu-leaky":
      return x > 0 ? x : 0.01 * x;
    case "mish":
      return x * Math.tanh(Math.log1p(Math.exp(x)));
    case "laplace":
      return (1 + erf((x - 0.707107) / (0.282095 * Math.SQRT2))) / 2;
    case "silu":
      return x * sigmoid(x);
    case "tanh":
      return Math.tanh(x);
    case "sigmoid":
      return sigmoid(x);
    case "identity":
      return x;
  }
}

/** The error function by its power series, exact to double precision for the arguments that occur here. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 && n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softmax(x: Row): Row {
  const most = Math.max(...x);
  const weights = x.map((y) => Math.exp(y - most));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((y) => y / sum);
}

function capped(x: number, cap: number | null): number {
  return cap === null ? x : cap * Math.tanh(x / cap);
}

function dot(a: Row, b: Row): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function plus(a: Row, b: Row): Row {
  return a.map((x, i) => x + b[i]);
}
