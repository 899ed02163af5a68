/** What is exported of a coloured text: its measured tokens as they are now, and what they were made of. */
import { createHash } from "node:crypto";
import { windowTokens } from "../../../base/sections";
import { commandLine } from "../../../base/shell";
import { aboutOf, type HeatmapMeasure } from "../../../protocol/heatmap";
import { heatmapCommand, type HeatmapRun } from "../../../protocol/heatmapCommand";
import type { Made } from "../../../protocol/made";
import type { ModelInfo } from "../../../protocol/model";
import { documentName, readerOf } from "../../documents/documentTarget";
import type { EngineCallOptions } from "../../engine/engineSupervisor";
import { madeNow } from "../../panels/made";
import type { Services } from "../../services";
import { bosPolicy } from "../../settings";
import { isInBits, share, type Look } from "../look";
import type { PartStore } from "../partStore";
import { measureName, unitOf } from "../words";

/** A coloured text at one moment. */
export interface HeatSnapshot {
  readonly measure: HeatmapMeasure;
  /** The measure's name, and the unit it is shown in; empty where it has none. */
  readonly name: string;
  readonly unit: string;
  readonly inBits: boolean;
  readonly store: PartStore;
  /** All of the text, as it was measured. */
  readonly text: string;
  readonly document: string;
  readonly modelName: string;
  readonly model: ModelInfo;
  readonly made: Made;
  readonly windowTokens: number;
  /** For attention: position of the chosen token, where that is known. */
  readonly at: number | null;
  /** SHA-256 of the whole text, which is not repeated where it is long. */
  readonly textDigest: string;
  /** Share of the text that is measured as it is now. */
  readonly measured: number;
  /** The command that gives the same numbers; null where there is none. */
  readonly command: string | null;
}

/** Units of a text that an export repeats. */
const mostText = 400_000;

/** What a file was made with names its model by digest, which is computed when it is first needed. */
export async function withDigest(
  { engine }: Services,
  info: ModelInfo,
  work: EngineCallOptions = {},
): Promise<ModelInfo> {
  if (info.digest !== null) return info;
  return { ...info, ...(await engine.call("model/digest", { model: info.path }, work)) };
}

/** What stands there now; the look must be of an open model. */
export function snapshotOf(services: Services, look: Look, model: ModelInfo): HeatSnapshot {
  const { measure, document, linked, store } = look;
  const inBits = isInBits(look);
  const reader = readerOf(document);
  const text = reader.slice(0, reader.length);
  const bos = bosPolicy();
  const made = madeNow(services, {
    bos,
    texts: text.length <= mostText ? { text } : {},
    start: 0,
    range: null,
  });
  const at = measure.kind === "attention" ? positionAt(store, look.at) : null;
  return {
    measure,
    name: measureName(measure, inBits, linked),
    unit: unitOf(measure, inBits),
    inBits,
    store,
    text,
    document: documentName(document.uri),
    modelName: services.models.name,
    model,
    made,
    windowTokens: windowTokens(model.nCtx),
    at,
    textDigest: createHash("sha256").update(text).digest("hex"),
    measured: share(look),
    command: commandOrNull({ measure, inBits, at, model: model.path, bos, text }),
  };
}

function commandOrNull(run: HeatmapRun): string | null {
  const command = heatmapCommand(run);
  try {
    return command && commandLine(command);
  } catch {
    return null;
  }
}

/** Position of the token at an offset (of several in one character the last); null where that is not known. */
function positionAt(store: PartStore, offset: number): number | null {
  return [...store.measured({ start: offset, end: offset + 1 })].at(-1)?.position ?? null;
}

/** What every file of an export says of itself, as exports of panels do. */
export function factsOf(snapshot: HeatSnapshot): Readonly<Record<string, unknown>> {
  const { made, model, document, measure, unit, command, measured } = snapshot;
  return {
    introspect: made.version,
    made: made.at,
    picture: "token-heatmap",
    model: { path: model.path, family: model.family, digest: model.digest },
    document,
    ran: snapshot.name,
    bos: made.bos,
    texts: made.texts,
    textSha256: snapshot.textDigest,
    start: made.start,
    range: made.range,
    command,
    measure,
    about: aboutOf(measure),
    unit,
    windowTokens: snapshot.windowTokens,
    measured,
  };
}
