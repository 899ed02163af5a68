/** What a chunk of positions feeds into graphs: rotary angles, linear biases, computed rows; each made once per chunk. */
import type { AlibiSpec, ModelSpec, RotarySpec } from "../../graph/modelSpec";
import { floatFeed } from "../feeds";
import type { Feed } from "../ort";

/** Positions from … to − 1 of a run of `length` positions in all. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** Feeds of one chunk; layers that share settings share them. */
export class PositionFeeds {
  private readonly turns = new Map<RotarySpec, { cos: Feed; sin: Feed }>();
  private readonly biases = new Map<AlibiSpec, Feed>();

  constructor(
    private readonly spec: Pick<ModelSpec, "nHeads" | "dModel">,
    private readonly range: PositionRange,
  ) {}

  /** Cosine and sine, each [positions, 1, dRotary]; angles in double precision. */
  rotary(spec: RotarySpec): { cos: Feed; sin: Feed } {
    const known = this.turns.get(spec);
    if (known !== undefined) return known;
    const made = rotaryFeeds(spec, this.range);
    this.turns.set(spec, made);
    return made;
  }

  /** What is added to the scores of every key up to the chunk's end, [head, 1, keys]. */
  alibi(spec: AlibiSpec): Feed {
    const known = this.biases.get(spec);
    if (known !== undefined) return known;
    const { nHeads } = this.spec;
    const { to, length } = this.range;
    const data = new Float32Array(nHeads * to);
    for (let head = 0; head < nHeads; head++) {
      for (let key = 0; key < to; key++) data[head * to + key] = spec.bias(head, key, length);
    }
    const made = floatFeed(data, [nHeads, 1, to]);
    this.biases.set(spec, made);
    return made;
  }

  /** Computed rows of the positions, [positions, dModel]. */
  rows(row: (position: number) => Float32Array): Feed {
    const { from, to } = this.range;
    const { dModel } = this.spec;
    const data = new Float32Array((to - from) * dModel);
    for (let position = from; position < to; position++) data.set(row(position), (position - from) * dModel);
    return floatFeed(data, [to - from, dModel]);
  }
}

function rotaryFeeds(spec: RotarySpec, range: PositionRange): { cos: Feed; sin: Feed } {
  const { cos, sin } = rotaryTables(spec, range);
  const dims = [range.to - range.from, 1, spec.dRotary];
  return { cos: floatFeed(cos, dims), sin: floatFeed(sin, dims) };
}

/** Cosine and sine of some positions, [position, dRotary] each, times the factor; angles in double precision. */
export function rotaryTables(
  spec: RotarySpec,
  { from, to, length }: PositionRange,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const frequencies = spec.inverseFrequencies(length);
  const half = frequencies.length;
  const n = to - from;
  const cos = new Float32Array(n * half * 2);
  const sin = new Float32Array(n * half * 2);
  const [step, apart] = spec.pairs === "halves" ? [1, half] : [2, 1];
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < half; i++) {
      const angle = (from + row) * frequencies[i];
      const at = row * half * 2 + i * step;
      cos[at] = cos[at + apart] = Math.cos(angle) * spec.factor;
      sin[at] = sin[at + apart] = Math.sin(angle) * spec.factor;
    }
  }
  return { cos, sin };
}
