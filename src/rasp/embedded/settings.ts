/** Settings that a program's comments make: `# example: "hello"`. */
import type { ProgramInput } from "../program";
import type { Comment } from "../python/syntax/token";
import type { Diagnostic } from "../source/diagnostic";
import type { SourceRange } from "../source/range";
import { RaspError } from "../source/raspError";
import { arrayFromJson, inputFromJson } from "../values/json";

/** The JSON value after `# name:`, and where it is written; undefined where no comment has it. */
export function setting(
  comments: readonly Comment[],
  name: string,
):
  | ({ readonly valueRange: SourceRange } & (
      { readonly value: unknown; readonly comment: Comment } | { readonly broken: Comment }
    ))
  | undefined {
  for (const comment of comments) {
    const json = new RegExp(`^#\\s*${name}:\\s*(.*)$`).exec(comment.text)?.[1];
    if (json === undefined || !comment.ownLine) continue;
    const end = comment.range.start + comment.text.length;
    const valueRange = { start: end - json.length, end };
    try {
      return { value: JSON.parse(json) as unknown, comment, valueRange };
    } catch {
      return { broken: comment, valueRange };
    }
  }
  return undefined;
}

/** The example that a program sets for itself, or a remark on why it could not be read. */
export function exampleOf(comments: readonly Comment[]): { input?: ProgramInput; remark?: Diagnostic } {
  const found = setting(comments, "example");
  if (found === undefined) return {};
  if ("broken" in found) return { remark: unreadable(found.broken, "it is no JSON") };
  try {
    return { input: programInput(found.value) };
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return { remark: unreadable(found.comment, error.message) };
  }
}

function unreadable(comment: Comment, why: string): Diagnostic {
  return {
    severity: "warning",
    code: "example",
    message: `The example is not used: ${why.replace(/\.$/, "")}.`,
    range: comment.range,
    next: 'Write it as JSON: # example: "hello", # example: [1, 2, 3], or # example: {"x": [1, 2, 3]}.',
  };
}

/**
 * An input from JSON: tokens, or an object of arrays.
 * @throws {RaspError} "type" for anything else
 */
export function programInput(value: unknown): ProgramInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { kind: "tokens", tokens: inputFromJson(value) };
  }
  const arrays = new Map<string, ReturnType<typeof inputFromJson>>();
  for (const [name, items] of Object.entries(value)) arrays.set(name, arrayFromJson(name, items));
  return { kind: "arrays", arrays };
}
