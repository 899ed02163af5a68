/**
 * The catalogue of models that can be downloaded (`models/catalogue.json`): where each file lies, at which revision, and
 * how large it is. A checksum stands only where it is known; a file without one is checked against what the server states.
 */
import { asInteger, asList, asObject, asText, badField, DecodeError } from "./decode";
import type { ModelSizes } from "./model";

/** One file of a model. */
export interface CatalogueFile {
  /** A plain name: no folder, nothing hidden. */
  readonly name: string;
  /** Bytes; left out where it is not known. */
  readonly size?: number;
  /** SHA-256 as hex; left out where it is not known. */
  readonly sha256?: string;
}

/** A model that can be downloaded. */
export interface CatalogueEntry {
  /** As Hugging Face has it: organisation and name. */
  readonly name: string;
  /** A commit, or a branch: that is pinned when the model is downloaded. */
  readonly revision: string;
  /** SPDX identifier. */
  readonly licence: string;
  readonly parameters: number;
  readonly sizes: ModelSizes;
  readonly files: readonly CatalogueFile[];
  /** Bytes of all files, nearly, where the size of one is not known. */
  readonly about?: number;
}

/** Bytes of all files, as far as is known before a server is asked; `exact` when every size is known. */
export function downloadSize({ files, about }: CatalogueEntry): { bytes: number; exact: boolean } {
  const exact = files.every(({ size }) => size !== undefined);
  const sum = files.reduce((total, { size }) => total + (size ?? 0), 0);
  return { bytes: exact ? sum : Math.max(sum, about ?? 0), exact };
}

/** Whether a revision names one commit for good. */
export function isPinned(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

const maxBytes = 2 ** 50;
const sizeNames = [
  "nLayers",
  "nHeads",
  "nKvHeads",
  "dModel",
  "dHead",
  "dMlp",
  "dVocab",
  "nCtx",
] as const satisfies (keyof ModelSizes)[];

/**
 * The entries of a catalogue.
 * @throws {DecodeError} "bad-field", "bad-version"
 */
export function decodeCatalogue(value: unknown): CatalogueEntry[] {
  const { version, models } = asObject(value, "catalogue", ["version", "models"]);
  if (version !== 1) throw new DecodeError("bad-version", "The catalogue is of a version not known here.");
  return decodeEntries(models, "catalogue.models");
}

/**
 * A list of entries.
 * @throws {DecodeError} "bad-field"
 */
export function decodeEntries(value: unknown, path: string): CatalogueEntry[] {
  const entries = asList(value, path).map((entry, i) => decodeEntry(entry, `${path}[${i}]`));
  const twice = entries.findIndex(({ name }, i) => entries.findIndex((other) => other.name === name) < i);
  if (twice >= 0) throw badField(`${path}[${twice}].name`, "is there twice");
  return entries;
}

function decodeEntry(value: unknown, path: string): CatalogueEntry {
  const fields = ["name", "revision", "licence", "parameters", "sizes", "files", "about"];
  const entry = asObject(value, path, fields);
  const sizes = asObject(entry["sizes"], `${path}.sizes`);
  const number = (name: string): number =>
    asInteger(sizes[name], `${path}.sizes.${name}`, { min: 0, max: 1e8 });
  const files = asList(entry["files"], `${path}.files`).map((file, i) =>
    decodeFile(file, `${path}.files[${i}]`),
  );
  if (files.length === 0) throw badField(`${path}.files`, "is empty");
  return {
    name: matching(entry["name"], `${path}.name`, /^[\w-][\w.-]*\/[\w-][\w.-]*$/),
    revision: matching(entry["revision"], `${path}.revision`, /^[\w-][\w.-]*$/),
    licence: asText(entry["licence"], `${path}.licence`),
    parameters: asInteger(entry["parameters"], `${path}.parameters`, { min: 1, max: maxBytes }),
    sizes: {
      family: asText(sizes["family"], `${path}.sizes.family`),
      ...(Object.fromEntries(sizeNames.map((name) => [name, number(name)])) as Omit<ModelSizes, "family">),
    },
    files,
    ...(entry["about"] === undefined
      ? {}
      : { about: asInteger(entry["about"], `${path}.about`, { min: 1, max: maxBytes }) }),
  };
}

function decodeFile(value: unknown, path: string): CatalogueFile {
  const { name, size, sha256 } = asObject(value, path, ["name", "size", "sha256"]);
  return {
    // A name that could leave its folder, or hide in it, is none.
    name: matching(name, `${path}.name`, /^[\w-][\w.-]*$/),
    ...(size === undefined ? {} : { size: asInteger(size, `${path}.size`, { min: 0, max: maxBytes }) }),
    ...(sha256 === undefined ? {} : { sha256: matching(sha256, `${path}.sha256`, /^[0-9a-f]{64}$/) }),
  };
}

function matching(value: unknown, path: string, pattern: RegExp): string {
  const text = asText(value, path);
  if (pattern.test(text)) return text;
  throw badField(path, `is ${JSON.stringify(text.slice(0, 80))}, which does not match ${pattern.source}`);
}
