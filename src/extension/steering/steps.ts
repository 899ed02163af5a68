/** Steps of a dialogue that can go back. */

/** How a step ended: with a new state, one step back, or the whole dialogue left. */
export type StepEnd<State> =
  { readonly kind: "next"; readonly state: State } | { readonly kind: "back" } | { readonly kind: "leave" };

/** One step: asks with what is known so far. `number` counts from 1. */
export type Step<State> = (state: State, number: number, total: number) => Promise<StepEnd<State>>;

/** Runs the steps in order; going back keeps what was answered. Null when the person left. */
export async function runSteps<State>(start: State, steps: readonly Step<State>[]): Promise<State | null> {
  let state = start;
  let at = 0;
  while (at < steps.length) {
    const end = await (steps[at] as Step<State>)(state, at + 1, steps.length);
    if (end.kind === "leave") return null;
    if (end.kind === "back") at = Math.max(0, at - 1);
    else {
      state = end.state;
      at += 1;
    }
  }
  return state;
}
