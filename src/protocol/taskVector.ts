/** Task vectors: what demonstrations leave at the last position, put into a run that has seen none (Hendel et al., 2023). */

/** A task: what goes in and what comes out. */
export interface Task {
  readonly name: string;
  readonly pairs: readonly (readonly [string, string])[];
}

/** A task as a plan gives it; a file holds a list of `{input, output}`, or of pairs. */
export interface TaskSource {
  readonly name: string;
  readonly pairs?: readonly (readonly [string, string])[];
  readonly file?: string;
}

/** How demonstrations are written; `{x}` and `{y}` stand for input and output. */
export interface TaskTemplate {
  readonly demonstration: string;
  /** Up to where the answer begins. */
  readonly query: string;
}

/** A plan of `introspect task-vector`. */
export interface TaskVectorPlan {
  readonly version: 1;
  readonly tasks: readonly TaskSource[];
  readonly template: TaskTemplate;
  /** Demonstrations in a prompt. */
  readonly demonstrations: number;
  /** Vectors averaged, each behind other demonstrations and another query that is not asked. */
  readonly dummies: number;
  /** Queries by which the layer is chosen, and queries that the accuracies are of; no query is in both. */
  readonly dev: number;
  readonly test: number;
  /** Blocks whose hook_resid_post is patched. */
  readonly layers: "all" | readonly number[];
  readonly seed: number;
  /** New inputs that each task's vector answers alone. */
  readonly ask: readonly string[];
}

/** Accuracies of one task. */
export interface TaskAccuracy {
  readonly task: string;
  /** Queries of the test. */
  readonly n: number;
  /** With demonstrations, and with none. */
  readonly regular: number;
  readonly zeroShot: number;
  /** Per layer, zero-shot with the vector set at the last position; on the part that chooses, and on the test's. */
  readonly dev: readonly number[];
  readonly patched: readonly number[];
  /** Row of the layer that is best on the part that chooses, never on the test's, among those that do more than copy an output there. */
  readonly best: number;
  /** Wilson interval of the test accuracy there, 95 %. */
  readonly interval: readonly [number, number];
  /** Per layer, on the test's part: a random vector of the same length, and the mean of the other tasks' vectors (null where there is no other). */
  readonly random: readonly number[];
  readonly others: readonly number[] | null;
  /** Per layer, the share of test queries that are wrongly answered with what the prompts the vector was read from go on with. */
  readonly copied: readonly number[];
  /** Layers where that is most of them: what is patched there is an output, not a task. */
  readonly copiesOutput: readonly boolean[];
  /** Most promoted tokens of the vector at the best layer, by what it decodes to. */
  readonly decodes: readonly {
    readonly id: number;
    readonly text: string | null;
    readonly logProb: number;
  }[];
  readonly asked: readonly {
    readonly input: string;
    readonly answer: string | null;
    readonly logProb: number;
  }[];
}

/** Prompts of one task's demonstrations with another's vector, on inputs that both know: whose answer comes. */
export interface TaskConflict {
  readonly demonstrations: string;
  readonly vector: string;
  readonly layer: number;
  readonly n: number;
  /** Shares of the answers that are right by the demonstrations, and by the vector; without the vector beside. */
  readonly byDemonstrations: number;
  readonly byVector: number;
  readonly plain: { readonly byDemonstrations: number; readonly byVector: number };
}

/** Answer of `introspect task-vector`. */
export interface TaskVectorResult {
  readonly layers: readonly number[];
  readonly tasks: readonly TaskAccuracy[];
  readonly conflicts: readonly TaskConflict[];
  readonly warnings: readonly string[];
}
