/** Plans of task vectors, decoded. */
import { asInteger, asList, asObject, asText, badField, DecodeError, parseJson } from "./decode";
import type { TaskSource, TaskTemplate, TaskVectorPlan } from "./taskVector";

const mostTasks = 100;
const mostPairs = 100_000;
const mostQueries = 10_000;
const fields = [
  ...["$schema", "version", "tasks", "template", "demonstrations", "dummies", "dev", "test"],
  ...["layers", "seed", "ask"],
];

/** As in the paper's code: one demonstration a line, an arrow before the answer. */
const defaultTemplate: TaskTemplate = { demonstration: "example:{x}->{y}\n", query: "example:{x}->" };

/**
 * A plan from the text of its file.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function parseTaskVectorPlan(text: string): TaskVectorPlan {
  return decodeTaskVectorPlan(parseJson(text, "The plan"));
}

/**
 * A plan from plain data.
 * @throws {DecodeError} "bad-version", "bad-field"
 */
export function decodeTaskVectorPlan(value: unknown): TaskVectorPlan {
  const object = asObject(value, "plan", fields);
  const version = asInteger(object["version"], "version", { min: 1 });
  if (version !== 1) {
    const next = "Update Introspect, or write the plan as version 1.";
    throw new DecodeError("bad-version", `The plan is of version ${version}; this one reads 1.`, { next });
  }
  const tasks = asList(object["tasks"], "tasks").map((task, i) => decodeTask(task, `tasks[${i}]`));
  if (tasks.length === 0) throw badField("tasks", "is an empty list");
  if (tasks.length > mostTasks)
    throw badField("tasks", `has ${tasks.length} entries; ${mostTasks} are the most`);
  const twice = tasks.find(({ name }, i) => tasks.findIndex((one) => one.name === name) < i);
  if (twice) throw badField("tasks", `has two tasks named ${JSON.stringify(twice.name)}`);
  const number = (name: string, normal: number, min: number, max: number): number =>
    asInteger(object[name] ?? normal, name, { min, max });
  return {
    version,
    tasks,
    template: decodeTemplate(object["template"]),
    demonstrations: number("demonstrations", 5, 1, 1000),
    dummies: number("dummies", 2, 1, 100),
    dev: number("dev", 20, 1, mostQueries),
    test: number("test", 50, 1, mostQueries),
    layers: decodeLayers(object["layers"]),
    seed: asInteger(object["seed"] ?? 0, "seed"),
    ask: asList(object["ask"] ?? [], "ask").map((one, i) => asText(one, `ask[${i}]`)),
  };
}

function decodeTask(value: unknown, path: string): TaskSource {
  const { name, pairs, file } = asObject(value, path, ["name", "pairs", "file"]);
  if ((pairs === undefined) === (file === undefined))
    throw badField(path, "needs pairs or a file, one of them");
  return {
    name: asText(name, `${path}.name`),
    ...(pairs === undefined ? {} : { pairs: decodePairs(pairs, `${path}.pairs`) }),
    ...(file === undefined ? {} : { file: asText(file, `${path}.file`) }),
  };
}

/**
 * Pairs of a task: lists of two texts, or objects with `input` and `output`, which may be lists of which the first counts.
 * @throws {DecodeError} "bad-field"
 */
export function decodePairs(value: unknown, path: string): [string, string][] {
  const list = asList(value, path);
  if (list.length > mostPairs) throw badField(path, `has ${list.length} entries; ${mostPairs} are the most`);
  return list.map((entry, i) => {
    const at = `${path}[${i}]`;
    if (Array.isArray(entry)) {
      if (entry.length !== 2) throw badField(at, "is no pair of two texts");
      return [asText(entry[0], `${at}[0]`), asText(entry[1], `${at}[1]`)];
    }
    const { input, output } = asObject(entry, at);
    const first = (given: unknown): unknown => (Array.isArray(given) ? given[0] : given);
    return [asText(first(input), `${at}.input`), asText(first(output), `${at}.output`)];
  });
}

function decodeTemplate(value: unknown): TaskTemplate {
  if (value === undefined) return defaultTemplate;
  const object = asObject(value, "template", ["demonstration", "query"]);
  const demonstration = asText(object["demonstration"], "template.demonstration");
  const query = asText(object["query"], "template.query");
  for (const part of ["{x}", "{y}"])
    if (!demonstration.includes(part)) throw badField("template.demonstration", `lacks ${part}`);
  if (!query.includes("{x}")) throw badField("template.query", "lacks {x}");
  if (query.includes("{y}")) throw badField("template.query", "has {y}, which is what is asked for");
  return { demonstration, query };
}

function decodeLayers(value: unknown): TaskVectorPlan["layers"] {
  if (value === undefined || value === "all") return "all";
  const layers = asList(value, "layers").map((layer, i) => asInteger(layer, `layers[${i}]`, { min: 0 }));
  if (layers.length === 0) throw badField("layers", "is an empty list");
  return [...new Set(layers)].sort((a, b) => a - b);
}
