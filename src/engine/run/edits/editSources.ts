/** What edits take from unedited runs, each run made once however many hooks are wanted of it. */
import type { WorkOptions } from "../../../base/cancel";
import { GraphError } from "../../../graph/graphError";
import { hookAxes, parseHook } from "../../../graph/hooks";
import type { ModelSpec } from "../../../graph/modelSpec";
import type { Edit } from "../../../protocol/edit";
import type { Tensor } from "../../../tensor/tensor";
import { valueShape } from "../valueShape";

/** Most bytes that the edits of one run may hold of other runs. */
const mostBytes = 1024 * 1024 * 1024;

/** Runs ids without edits and gives what some hooks have. */
export type ReadHooks = (
  ids: readonly number[],
  hooks: readonly string[],
  options: WorkOptions,
) => Promise<ReadonlyMap<string, Tensor>>;

/** The unedited runs that the edits of one run's ids refer to. */
export class EditSources {
  private readonly known = new Map<string, ReadonlyMap<string, Tensor>>();

  constructor(
    private readonly spec: ModelSpec,
    private readonly ids: readonly number[],
    private readonly read: ReadHooks,
  ) {}

  /**
   * Reads what the edits need and is not there yet.
   * @throws {GraphError} "bad-edit" when it would take too much memory
   */
  async prepare(edits: readonly Edit[], options: WorkOptions = {}): Promise<void> {
    const wanted = new Map<string, { ids: readonly number[]; hooks: Set<string> }>();
    for (const edit of edits.filter(takesSource)) {
      const ids = sourceIds(edit) ?? this.ids;
      const run = wanted.get(ids.join()) ?? { ids, hooks: new Set() };
      wanted.set(ids.join(), run);
      if (!this.known.get(ids.join())?.has(edit.hook)) run.hooks.add(edit.hook);
    }
    this.checkSize([...wanted.values()]);
    for (const [key, { ids, hooks }] of wanted) {
      if (hooks.size === 0) continue;
      const found = await this.read(ids, [...hooks], options);
      this.known.set(key, new Map([...(this.known.get(key) ?? []), ...found]));
    }
  }

  /** What the run that an edit refers to has at the edit's hook; it was prepared. */
  of(edit: Edit): Tensor {
    return this.known.get((sourceIds(edit) ?? this.ids).join())?.get(edit.hook) as Tensor;
  }

  private checkSize(runs: readonly { ids: readonly number[]; hooks: ReadonlySet<string> }[]): void {
    let bytes = 0;
    for (const { ids, hooks } of runs) for (const hook of hooks) bytes += this.bytesOf(hook, ids.length);
    if (bytes <= mostBytes) return;
    const said = `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new GraphError("bad-edit", `The edits would hold ${said} of other runs at once.`, {
      next: "Edit fewer layers at a time, or a shorter text.",
    });
  }

  private bytesOf(hook: string, n: number): number {
    const { site } = parseHook(hook);
    if (hookAxes(site)[0] === "head") return 4 * this.spec.nHeads * n * n;
    return 4 * n * valueShape(this.spec, site).reduce((a, b) => a * b, 1);
  }
}

/** True for edits whose numbers come from an unedited run. */
function takesSource({ op, value }: Edit): boolean {
  if (op === "mean") return value === undefined || "ids" in value;
  return op === "resample" || op === "interchange" || op === "freeze";
}

/** Ids of the run that an edit names; null for the run that is edited. */
function sourceIds({ value }: Edit): readonly number[] | null {
  return value !== undefined && "ids" in value ? value.ids : null;
}
