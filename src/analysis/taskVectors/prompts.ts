/** Prompts of a task: demonstrations and a query, and which pairs serve for what. */
import { permutation, seededRandom } from "../../base/random";
import type { Task, TaskTemplate, TaskVectorPlan } from "../../protocol/taskVector";
import { AnalysisError } from "../common/analysisError";

type Pair = readonly [string, string];

/** A task's pairs, each in one part alone. */
export interface TaskParts {
  readonly name: string;
  /** What demonstrations, and queries that are not asked, are drawn from. */
  readonly pool: readonly Pair[];
  readonly dev: readonly Pair[];
  readonly test: readonly Pair[];
}

/**
 * Shuffles a task's pairs and deals them out; where there are too few, dev and test get fewer, the pool never.
 * @throws {AnalysisError} "too-little-text" where not even one query of each is left
 */
export function partsOf(task: Task, plan: TaskVectorPlan): TaskParts {
  const known = new Set<string>();
  const different = task.pairs.filter(([x]) => !known.has(x) && known.add(x));
  const order = permutation(different.length, seededRandom(plan.seed)).map((i) => different[i]);
  const least = plan.demonstrations + 1;
  const left = order.length - least;
  if (left < 2) {
    const message = `The task ${JSON.stringify(task.name)} has ${order.length} different inputs; ${plan.demonstrations} demonstrations need ${least + 2}.`;
    throw new AnalysisError("too-little-text", message, {
      next: "Give more pairs, or fewer demonstrations.",
    });
  }
  const share = Math.min(1, left / (plan.dev + plan.test));
  const dev = Math.max(1, Math.floor(plan.dev * share));
  const test = Math.max(1, Math.min(left - dev, Math.floor(plan.test * share)));
  return {
    name: task.name,
    dev: order.slice(0, dev),
    test: order.slice(dev, dev + test),
    pool: order.slice(dev + test),
  };
}

/** The query alone. */
export function zeroShot({ query }: TaskTemplate, x: string): string {
  return filled(query, x, "");
}

/** An answer as it stands behind a query in the demonstrations: with what is written between the two, such as a space. */
export function answerText({ demonstration, query }: TaskTemplate, y: string): string {
  const between = demonstration.startsWith(query) ? /^[^{]*/.exec(demonstration.slice(query.length)) : null;
  return (between?.[0] ?? "") + y;
}

/** Demonstrations from the pool, drawn by a seed, before a query; none of them shows the query's own input. */
export function demonstrated(
  { pool }: Pick<TaskParts, "pool">,
  x: string,
  { plan, seed }: { readonly plan: TaskVectorPlan; readonly seed: number },
): string {
  const order = permutation(pool.length, seededRandom(seed)).map((i) => pool[i]);
  const shown = order.filter(([input]) => input !== x).slice(0, plan.demonstrations);
  return (
    shown.map(([input, output]) => filled(plan.template.demonstration, input, output)).join("") +
    zeroShot(plan.template, x)
  );
}

/** Replaced in one pass, so that braces in a text stay as they are. */
function filled(template: string, x: string, y: string): string {
  return template.replace(/\{[xy]\}/g, (part) => (part === "{x}" ? x : y));
}
