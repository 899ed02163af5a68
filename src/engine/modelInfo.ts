/** Describes an opened model for every boundary. */
import { absence } from "../graph/absence";
import { blockHook, blockSites, embedSites, finalSites, parseHook } from "../graph/hooks";
import type { ModelSpec } from "../graph/modelSpec";
import type { ModelInfo } from "../protocol/model";

/** Facts about a model that do not follow from its parts. */
export interface InfoFacts {
  readonly path: string;
  readonly nParams: number;
  readonly hasTokenizer: boolean;
  readonly addsBos: boolean;
  readonly hasRecords: boolean;
  /** What was odd about the folder, beside what the checkpoint's own parts said. */
  readonly warnings?: readonly string[];
}

/** The description of a model; its digest is not known yet. */
export function modelInfo(spec: ModelSpec, facts: InfoFacts): ModelInfo {
  const warnings = [...spec.warnings, ...(facts.warnings ?? [])];
  const { family, nLayers, nHeads, nKvHeads, dModel, dHead, dMlp, dVocab, nCtx } = spec;
  return {
    path: facts.path,
    family,
    nLayers,
    nHeads,
    nKvHeads,
    dModel,
    dHead,
    dMlp,
    dVocab,
    nCtx,
    nParams: facts.nParams,
    digest: null,
    hooks: hooksOf(spec),
    hasTokenizer: facts.hasTokenizer,
    addsBos: facts.addsBos,
    gatedMlp: spec.blocks.some(({ mlp }) => mlp?.kind === "dense" && mlp.gate !== null),
    hasRecords: facts.hasRecords,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Names of the hooks a model has, in the order a token passes them. */
export function hooksOf(spec: ModelSpec): string[] {
  const blocks = spec.blocks.flatMap((_, layer) => blockSites.map((site) => blockHook(layer, site)));
  return [...embedSites, ...blocks, ...finalSites].filter((name) => absence(spec, parseHook(name)) === null);
}
