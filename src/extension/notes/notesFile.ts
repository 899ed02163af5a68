/**
 * The file of notes about neurons, as text: reading it, and putting a note into what stands in it by now. Readable JSON
 * in a stable order, so that it can be kept under version control; what it has beside notes is kept.
 */
import { asObject, asText, badField, parseJson } from "../../protocol/decode";
import type { NeuronNote, NotedNeuron } from "../../protocol/neuronPanel";

/** A file's content: fields that this version does not know stay as they are. */
export interface NotesContent {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly models: ReadonlyMap<string, ModelNotes>;
}

interface ModelNotes {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly neurons: ReadonlyMap<string, Readonly<Record<string, unknown>> & NeuronNote>;
}

/** A file that nobody has written to. */
export const noNotes: NotesContent = { rest: {}, models: new Map() };

const nameOf = (layer: number, neuron: number): string => `L${layer} N${neuron}`;
const namePattern = /^L(\d{1,6}) N(\d{1,7})$/;

/**
 * What a file says.
 * @throws {DecodeError} "not-json", "bad-version", "bad-field"
 */
export function parseNotes(text: string): NotesContent {
  const { version, models, ...rest } = asObject(parseJson(text, "The notes"), "notes");
  if (version !== 1) throw badField("version", "is not 1", "These notes were written by a newer Introspect.");
  const entries = Object.entries(asObject(models ?? {}, "models")).map(
    ([digest, value]) => [digest, parseModel(value, `models.${digest}`)] as const,
  );
  return { rest, models: new Map(entries) };
}

function parseModel(value: unknown, path: string): ModelNotes {
  const { neurons, ...rest } = asObject(value, path);
  const entries = Object.entries(asObject(neurons ?? {}, `${path}.neurons`)).map(([name, one]) => {
    const at = `${path}.neurons.${name}`;
    if (!namePattern.test(name)) throw badField(at, "is no name of a neuron", 'Names are like "L2 N417".');
    const object = asObject(one, at);
    const text = (field: "label" | "note"): string =>
      object[field] === undefined ? "" : asText(object[field], `${at}.${field}`);
    return [name, { ...object, label: text("label"), note: text("note") }] as const;
  });
  return { rest, neurons: new Map(entries) };
}

/** The notes about a model's neurons. */
export function notesOf({ models }: NotesContent, digest: string): NotedNeuron[] {
  return [...(models.get(digest)?.neurons ?? [])].map(([name, { label, note }]) => {
    const [, layer, neuron] = namePattern.exec(name) as RegExpExecArray;
    return { layer: Number(layer), neuron: Number(neuron), label, note };
  });
}

/** A note as it was when a person began, and as they left it. */
export interface NoteChange {
  readonly digest: string;
  readonly layer: number;
  readonly neuron: number;
  readonly before: NeuronNote;
  readonly after: NeuronNote;
}

/** The content with a note put in; an empty one goes. What somebody else wrote meanwhile is kept beside it. */
export function withNote(content: NotesContent, change: NoteChange): NotesContent {
  const { digest } = change;
  const name = nameOf(change.layer, change.neuron);
  const model = content.models.get(digest) ?? { rest: {}, neurons: new Map() };
  const there = model.neurons.get(name);
  const merged = mergedNote(change.before, change.after, there ?? { label: "", note: "" });
  const neurons = new Map(model.neurons);
  if (merged.label === "" && merged.note === "") neurons.delete(name);
  else neurons.set(name, { ...there, ...merged });
  const models = new Map(content.models);
  if (neurons.size === 0 && Object.keys(model.rest).length === 0) models.delete(digest);
  else models.set(digest, { ...model, neurons });
  return { ...content, models };
}

/** Ours where the file still says what we began from; both where each of us wrote something else. */
export function mergedNote(before: NeuronNote, ours: NeuronNote, theirs: NeuronNote): NeuronNote {
  const label = mergedText(before.label, ours.label, theirs.label, " / ");
  return { label, note: mergedText(before.note, ours.note, theirs.note, "\n") };
}

function mergedText(before: string, ours: string, theirs: string, between: string): string {
  if (theirs === before || theirs === ours) return ours;
  if (ours === before) return theirs;
  return [theirs, ours].filter((text) => text !== "").join(between);
}

/** The file's text: models by digest, neurons by layer and index. */
export function notesText({ rest, models }: NotesContent): string {
  const byName = <Value>(entries: Iterable<readonly [string, Value]>): (readonly [string, Value])[] =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const place = (name: string): number[] => (namePattern.exec(name) ?? []).slice(1).map(Number);
  const byPlace = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => {
    const [layer, neuron] = place(a);
    const [otherLayer, otherNeuron] = place(b);
    return layer - otherLayer || neuron - otherNeuron;
  };
  const written = byName(models).map(([digest, model]) => {
    const neurons = [...model.neurons].sort(byPlace).map(([name, { label, note, ...more }]) => {
      const said = { ...(label === "" ? {} : { label }), ...(note === "" ? {} : { note }) };
      return [name, { ...said, ...more }] as const;
    });
    return [digest, { ...model.rest, neurons: Object.fromEntries(neurons) }] as const;
  });
  return `${JSON.stringify({ version: 1, ...rest, models: Object.fromEntries(written) }, null, 2)}\n`;
}
