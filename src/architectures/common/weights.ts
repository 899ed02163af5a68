/** Finds a checkpoint's tensors under either of the prefixes that exporters use, and checks their shapes. */
import { rowsOf, type WeightTable } from "../../graph/graphBuilder";
import { GraphError } from "../../graph/graphError";
import type { LinearSpec } from "../../graph/modelSpec";

/** Looks tensors up by the family's own names. */
export class WeightFinder {
  private readonly prefix: string;
  private readonly absent: string[] = [];

  /** @param prefix  what a causal-LM checkpoint puts before the base model's names, for example "transformer." */
  constructor(
    private readonly weights: WeightTable,
    prefix: string,
    probe: string,
  ) {
    this.prefix = weights.has(prefix + probe) || !weights.has(probe) ? prefix : "";
  }

  /**
   * Full name of a tensor of the base model.
   * @throws {GraphError} "missing-tensor", "wrong-shape"
   */
  tensor(name: string, shape: readonly number[]): string {
    return this.exact(this.prefix + name, shape);
  }

  /** Full name of a tensor outside the base model, for example "lm_head.weight". */
  exact(name: string, shape: readonly number[]): string {
    const found = this.weights.get(name);
    if (found === undefined) {
      throw new GraphError("missing-tensor", `The checkpoint has no tensor "${name}".`, {
        next: "The checkpoint may be incomplete, or of another family than its config.json says.",
        details: { name },
      });
    }
    if (found.shape.length !== shape.length || found.shape.some((n, i) => n !== shape[i])) {
      const said = `[${found.shape.join(", ")}], config.json asks for [${shape.join(", ")}]`;
      throw new GraphError("wrong-shape", `The tensor "${name}" is ${said}.`, {
        next: "The weights and config.json do not belong together; get both from one place.",
        details: { name, found: found.shape, expected: shape },
      });
    }
    return name;
  }

  /** Full name of a tensor of the base model, or null where the checkpoint leaves it out. */
  optional(name: string, shape: readonly number[]): string | null {
    return this.weights.has(this.prefix + name) ? this.tensor(name, shape) : null;
  }

  /** A Linear of the base model, [out, in], with its bias where asked for. */
  linear(name: string, [inner, outer]: readonly [number, number], bias: boolean): LinearSpec {
    const weight = this.tensor(`${name}.weight`, [outer, inner]);
    return { weight, layout: "out-in", bias: bias ? this.tensor(`${name}.bias`, [outer]) : null };
  }

  /** Rows from … to − 1 of a Linear that holds several, as a Linear of its own. */
  linearRows(
    name: string,
    [inner, outer]: readonly [number, number],
    { rows, bias }: { readonly rows: readonly [from: number, to: number]; readonly bias: boolean },
  ): LinearSpec {
    const whole = this.linear(name, [inner, outer], bias);
    const part = (tensor: string): string => rowsOf(tensor, ...rows);
    return { ...whole, weight: part(whole.weight), bias: whole.bias === null ? null : part(whole.bias) };
  }

  /** A Conv1D of the base model, [in, out], with its bias where there is one. */
  conv1d(name: string, [inner, outer]: readonly [number, number]): LinearSpec {
    const weight = this.tensor(`${name}.weight`, [inner, outer]);
    return { weight, layout: "in-out", bias: this.bias(name, outer) };
  }

  /** A bias where the checkpoint has one; a model trained without biases leaves them out, and that means zero. */
  bias(name: string, width: number): string | null {
    const full = `${this.prefix}${name}.bias`;
    if (this.weights.has(full)) return this.exact(full, [width]);
    this.absent.push(full);
    return null;
  }

  /** A sentence about biases that were left out, where the checkpoint has others; none when all or none are there. */
  warnings(): string[] {
    const hasOthers = [...this.weights.keys()].some((name) => name.endsWith(".bias"));
    if (this.absent.length === 0 || !hasOthers) return [];
    const n = this.absent.length;
    return [
      `The checkpoint lacks ${n} bias tensor${n > 1 ? "s" : ""} (${this.absent[0] as string} …), taken as zero.`,
    ];
  }
}
