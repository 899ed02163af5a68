/** The names of Python's builtins that every embedded dialect has. */
import { builtinsFor } from "../python/run/builtins";

/** Names alone: nothing is called. */
export const pythonNames: readonly string[] = [
  ...builtinsFor(() => {
    throw new Error("names are not run");
  }).keys(),
];
