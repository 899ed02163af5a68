/** A place of a document read along directions: what the engine is asked, and what the page is sent of it. */
import * as vscode from "vscode";
import type { ConceptReading } from "../../protocol/directionPanel";
import type { RunChoice } from "../../protocol/panelApi";
import { readTail } from "../documents/documentTarget";
import { cutTail, hasReplaced } from "../documents/textTail";
import { says } from "../messages";
import { pageTexts } from "../messages/directions";
import { madeOf } from "../panels/made";
import type { StateOf } from "../panels/panelStore";
import type { JobWork } from "../panels/panelTask";
import { beginOf, contextOf } from "../panels/runChoice";
import type { Services } from "../services";
import { bosPolicy } from "../settings";

/** Columns of the picture: more than a line or a sentence, and still drawn between two keystrokes. */
export const mostTokens = 96;

/** A text that is read: a selection, or the cursor's line. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly start: number;
  readonly end: number;
}

/** What is read there. */
export interface PlaceReading {
  readonly place: Place;
  readonly run: RunChoice;
  /** Paths of directions. */
  readonly files: readonly string[];
  /** Layers whose mean is painted; null: each direction's best. */
  readonly strip: readonly number[] | null;
  /** What the model wrote behind it. */
  readonly written: Written;
}

/** Tokens that the model wrote behind a text, and how many it is to have room for there. */
export interface Written {
  readonly ids: readonly number[];
  readonly room: number;
}

/** Fields of the snapshot, and the reading. */
export type PlaceRead = Pick<StateOf<"direction">, "made" | "model" | "message"> & {
  readonly reading: ConceptReading;
};

/** Reads it. */
export async function readPlace(
  services: Services,
  { place: { document, start, end }, run, files, strip, written }: PlaceReading,
  work: JobWork,
): Promise<PlaceRead> {
  const { engine, models } = services;
  const context = contextOf(run, start);
  // The text is taken before anything is awaited, so that it belongs to the offsets.
  const piece = readTail(document, { start: beginOf(context), end }, models.known?.nCtx ?? null);
  const info = models.known ?? (await models.open(work));
  const seen = cutTail(piece, beginOf(context), info.nCtx);
  const input = { kind: "text", ...seen, context, bos: bosPolicy() } as const;
  const range = { start, end };
  const asked = { files, layers: null, most: mostTokens, strip, written: written.ids, room: written.room };
  const params = { model: info.path, input, range, ...asked };
  const { window, positions = [], directions } = await engine.call("directions/read", params, work);
  const notes = [
    ...(positions.length === mostTokens ? [pageTexts.cut(mostTokens)] : []),
    ...(hasReplaced(seen.text) ? [says.notUtf8()] : []),
  ];
  return {
    reading: {
      window,
      positions,
      // A page knows no addresses, and a saved view holds none.
      directions: directions.map((one) => ({ ...one, file: vscode.workspace.asRelativePath(one.file) })),
    },
    made: madeOf(services, { input, window, range }),
    model: models.known ?? info,
    message: notes.length > 0 ? notes.join(" ") : undefined,
  };
}
