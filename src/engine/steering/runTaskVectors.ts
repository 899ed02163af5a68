/** Task vectors on an open model: the same for editor and command line. */
import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { taskVectors } from "../../analysis/taskVectors";
import type { WorkOptions } from "../../base/cancel";
import { parseJson } from "../../protocol/decode";
import { decodePairs } from "../../protocol/decodeTaskVector";
import type { Task, TaskSource, TaskVectorPlan, TaskVectorResult } from "../../protocol/taskVector";
import type { TextTokenizer } from "../../tokenizer/textTokenizer";
import { choicesBehind } from "../choicesBehind";
import { EngineError } from "../engineError";
import type { OpenModel } from "../model";

/**
 * Reads the plan's tasks and runs it.
 * @throws {DecodeError} "not-json", "bad-field"; {EngineError} "bad-texts"; {AnalysisError} "too-little-text"
 */
export async function runTaskVectors(
  { runner, vocabulary }: OpenModel,
  plan: TaskVectorPlan,
  { tokenizer, base }: { readonly tokenizer: TextTokenizer; readonly base: string },
  work: WorkOptions,
): Promise<TaskVectorResult> {
  const tasks: Task[] = [];
  for (const source of plan.tasks) tasks.push(await readTask(source, base));
  const encode = (prompt: string): readonly number[] => tokenizer.encode(prompt, { bos: "auto" }).ids;
  const answerOf = (prompt: string, answer: string): number | null => {
    const [{ ids, from }] = choicesBehind(tokenizer, prompt, [answer], "auto");
    return from === encode(prompt).length && from < ids.length ? ids[from] : null;
  };
  return taskVectors(runner, vocabulary, { plan, tasks, encode, answerOf }, work);
}

async function readTask({ name, pairs, file }: TaskSource, base: string): Promise<Task> {
  if (pairs !== undefined) return { name, pairs };
  const path = isAbsolute(file ?? "") ? (file ?? "") : resolve(base, file ?? "");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const next = "Check the path: it starts from the folder of the file that names it.";
    const message = `The file of pairs ${file} cannot be read: ${cause.code ?? String(cause)}.`;
    throw new EngineError("bad-texts", message, { next, cause });
  });
  return { name, pairs: decodePairs(parseJson(text, String(file)), String(file)) };
}
