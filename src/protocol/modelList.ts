/** The models that can be chosen: those on this machine, and those of the catalogue. */
import type { ErrorData } from "../base/errors";
import type { CatalogueEntry } from "./catalogue";

/** Where a model was found. */
export type ModelSource =
  /** It comes with Introspect. */
  | "bundled"
  /** A folder that was used before. */
  | "used"
  /** Downloaded by Introspect. */
  | "downloaded"
  /** A snapshot in the Hugging Face cache. */
  | "cache"
  /** Not on this machine yet. */
  | "catalogue";

/** What can be said of a model without loading it: settings and headers were read, no weights. */
export interface ListedModel {
  readonly source: ModelSource;
  /** "organisation/name" where it is known, else the folder's name. */
  readonly name: string;
  /** Null for one of the catalogue. */
  readonly path: string | null;
  /** Commit it is of; null where that is not known. */
  readonly revision: string | null;
  /** `model_type` of config.json; null where there is none. */
  readonly family: string | null;
  readonly parameters: number | null;
  /** Bytes of its files here, or of its download. */
  readonly bytes: number | null;
  /** Bytes of memory it takes: weights as float32, and what running takes. Null where that cannot be told. */
  readonly needed: number | null;
  /** Whether that is within the budget. */
  readonly fits: boolean | null;
  /** Why it cannot be used; absent where nothing is known to speak against it. */
  readonly problem?: ErrorData;
  /** The entry of one of the catalogue, and how many bytes of it an earlier try has left. */
  readonly entry?: CatalogueEntry;
  readonly begun?: number;
}

/** All of them, and what decides whether they fit. */
export interface ModelList {
  /** Most bytes of memory that a model may take. */
  readonly budget: number;
  /** Folder into which models are downloaded; it need not exist. */
  readonly downloads: string;
  /** Bytes free there; null where the system does not tell. */
  readonly free: number | null;
  /** Folder of the Hugging Face cache that was looked through. */
  readonly cache: string;
  /** Bundled, used, downloaded, cached, of the catalogue: in this order. */
  readonly models: readonly ListedModel[];
}

/** What to look at beside the cache. */
export interface ModelListRequest {
  /** Folder of the model that comes with Introspect. */
  readonly bundled: string;
  /** Folders used before, the newest first. */
  readonly used: readonly string[];
  readonly catalogue: readonly CatalogueEntry[];
}

/** Name of the file that says what a downloaded folder is; it is written last. */
export const downloadRecordName = "introspect-download.json";

/** End of the name of a folder whose download is not complete. */
export const partialSuffix = ".partial";

/** Name of the folder a model is downloaded into: one level, whatever the platform. */
export function downloadFolderName(name: string): string {
  return name.replace("/", "--");
}
