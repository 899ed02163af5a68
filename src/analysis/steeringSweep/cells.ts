/** The cells of a sweep of steering: edits filled in for a layer and a strength, and what comes of them. */
import type { WorkOptions } from "../../base/cancel";
import { badField } from "../../protocol/decode";
import { decodeEdit } from "../../protocol/decodeEdit";
import type { Edit } from "../../protocol/edit";
import type { EffectAndCost } from "../../protocol/steeringSweep";
import { cellEdit } from "../../protocol/sweepCell";
import { numericEdits, type PairEncoder, requireRows } from "../common/editValue";
import type { EditedModel } from "../common/steering/editedModel";
import { takeMeasure } from "../common/steering/measures";
import type { ReadyMeasure } from "../common/steering/readyMeasure";
import type { BothEdits } from "../common/steering/variants";
import type { Runner } from "../../graph/runner";

/** One cell. */
export interface Cell {
  readonly layer: number;
  readonly strength: number;
}

/** What cells' edits are made of. */
export interface CellEditsOf {
  readonly templates: readonly Readonly<Record<string, unknown>>[];
  readonly encoder: PairEncoder | null;
  /** Reads the direction files of edits. */
  readonly readFiles: (edits: readonly Edit[]) => Promise<Edit[]>;
  /** Positions of the prompt. */
  readonly promptLength: number;
}

/** Edits per cell; what a layer's edits add is read once, whatever the strengths. */
export class CellEdits {
  private readonly known = new Map<string, Promise<BothEdits>>();

  constructor(
    private readonly runner: Runner,
    private readonly of: CellEditsOf,
  ) {}

  /**
   * The edits as the plan has them, values still to be read.
   * @throws {DecodeError} "bad-field"
   */
  given({ layer, strength }: Cell): Edit[] {
    return this.of.templates.map((template, i) => {
      const path = `edits[${i}]`;
      return decodeEdit(cellEdit(template, { layer, strength }, path), path, this.runner.info);
    });
  }

  /** The edits as they are given, and as numbers. */
  async at(cell: Cell, options: WorkOptions): Promise<BothEdits> {
    const given = this.given(cell);
    const key = JSON.stringify(given.map(({ scale: _, ...rest }) => rest));
    const known = this.known.get(key) ?? this.read(given, options);
    this.known.set(key, known);
    known.catch(() => this.known.delete(key));
    const read = await known;
    const scaled = (edits: readonly Edit[]): Edit[] =>
      edits.map((edit, i) => ({
        ...edit,
        ...(given[i].scale === undefined ? {} : { scale: given[i].scale }),
      }));
    return { given: scaled(read.given), numeric: scaled(read.numeric) };
  }

  private async read(given: readonly Edit[], options: WorkOptions): Promise<BothEdits> {
    const withFiles = await this.of.readFiles(given);
    const numeric = await numericEdits(this.runner, withFiles, this.of.encoder, options);
    numeric.forEach((edit) => requireRows(edit, this.of.promptLength));
    return { given: withFiles, numeric };
  }
}

/**
 * Refuses a plan that says nothing of its layers or strengths.
 * @throws {DecodeError} "bad-field"
 */
export function requireAxes(
  templates: readonly Readonly<Record<string, unknown>>[],
  { layers, strengths }: { readonly layers: readonly number[]; readonly strengths: readonly number[] },
): void {
  const text = JSON.stringify(templates);
  if (layers.length > 1 && !text.includes("{layer}")) {
    const next = 'Write "{layer}" where it belongs, as in "blocks.{layer}.hook_resid_pre".';
    throw badField("edits", "name no {layer}, so that every layer would be the same", next);
  }
  if (strengths.length > 1 && !text.includes("{strength}") && templates.every((one) => "scale" in one))
    throw badField("edits", "name no {strength}", 'Leave scale out, or write "{strength}" for it.');
}

/** Effect and cost of an edited model, and how many texts were too short to say anything. */
export async function effectAndCost(
  measures: { readonly effect: ReadyMeasure; readonly cost: ReadyMeasure },
  models: { readonly plain: EditedModel; readonly edited: EditedModel },
  options: WorkOptions,
): Promise<EffectAndCost & { readonly skipped: number }> {
  const effect = await takeMeasure(measures.effect, models, options);
  const cost = await takeMeasure(measures.cost, models, options);
  return {
    effect: effect.value,
    cost: cost.value,
    skipped: Math.max(effect.skipped ?? 0, cost.skipped ?? 0),
  };
}
