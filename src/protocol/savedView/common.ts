/** Shapes of what several panels' data is made of. */
import { bosPolicies } from "../../base/bosPolicy";
import type { OffsetRange } from "../engineApi";
import { textRoles, type Made } from "../made";
import { contextKinds, type ModelInfo, type RunWindow, type ScoredToken, type TokenInfo } from "../model";
import { asObject } from "../decode";
import {
  flag,
  index,
  list,
  mark,
  nullable,
  number,
  object,
  optional,
  text,
  word,
  type Shape,
} from "./shapes";

/** What the number is about. */
export const aboutThis = word("this");
/** The token after the position. */
export const aboutNext = word("next");

/** A model as it was. */
export const modelShape = object<ModelInfo>({
  path: text,
  family: text,
  nLayers: index,
  nHeads: index,
  nKvHeads: index,
  dModel: index,
  dHead: index,
  dMlp: index,
  dVocab: index,
  nCtx: index,
  nParams: index,
  digest: nullable(text),
  hooks: list(text),
  hasTokenizer: flag,
  addsBos: flag,
  gatedMlp: flag,
  hasRecords: flag,
  warnings: optional(list(text)),
});

/** A token in its text. */
export const tokenShape = object<TokenInfo>({
  id: index,
  text: nullable(text),
  start: index,
  end: index,
  special: optional(mark),
  approximate: optional(mark),
  prefix: optional(mark),
  template: optional(mark),
  generated: optional(mark),
});

/** A token with its log-probability; what is impossible has none in JSON. */
export const scoredShape = object<ScoredToken>({ id: index, text: nullable(text), logProb: number });

/** A token by id and text. */
export const namedShape = object<{ id: number; text: string | null }>({ id: index, text: nullable(text) });

/** What a run saw. */
export const windowShape: Shape<RunWindow> = object<RunWindow>({
  ids: list(index),
  tokens: list(tokenShape),
  start: index,
  truncated: flag,
  bos: flag,
  context: word(...contextKinds),
});

/** What data was made of. */
export const madeShape = object<Made>({
  version: text,
  at: text,
  bos: word(...bosPolicies),
  texts: (value, path) => {
    const given = asObject(value, path, textRoles);
    return Object.fromEntries(
      Object.entries(given).map(([role, one]) => [role, text(one, `${path}.${role}`)]),
    );
  },
  start: index,
  range: nullable(object<OffsetRange>({ start: index, end: index })),
});
