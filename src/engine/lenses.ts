/** Trained lenses of one open model: read once, checked against the model, and used until their file changes. */
import { LensColumns } from "../analysis/lens/columns";
import { toErrorData } from "../base/errors";
import type { Translate } from "../graph/lensMath";
import type { LensChoice, LensFacts, LensKind } from "../protocol/lensFile";
import type { WorkOptions } from "../base/cancel";
import type { OpenModel } from "./model";
import { EngineError } from "./engineError";
import { fileIdentity, identityKey } from "./store/fileIdentity";
import { otherModel, readLensFile } from "./store/lensFile";

/** A lens ready to use. */
export interface HeldLens {
  readonly facts: LensFacts;
  readonly translate: Translate;
  /** Columns that were decoded through it. */
  readonly columns: LensColumns;
}

type LensedModel = Pick<OpenModel, "info" | "lensMath" | "unembedDigest" | "digest">;

/**
 * Reads a lens for a model.
 * @throws {EngineError} "bad-lens"; "lens-of-another-model" when its unembedding is another, as its sizes may be
 */
export async function openLens(open: LensedModel, path: string, work: WorkOptions = {}): Promise<HeldLens> {
  const { facts, translators } = await readLensFile(path, open.info);
  const warning = await checkModel(open, path, facts, work);
  return {
    facts: { file: path, ...facts, ...(warning === null ? {} : { warning }) },
    translate: async (row, values) => {
      const translator = translators[row];
      return translator === undefined ? values : open.lensMath.translate(translator, values);
    },
    columns: new LensColumns(),
  };
}

async function checkModel(
  open: LensedModel,
  path: string,
  facts: Pick<LensFacts, "modelDigest" | "unembedDigest">,
  work: WorkOptions,
): Promise<string | null> {
  if (facts.modelDigest === (await open.digest(work))) return null;
  if (facts.unembedDigest !== (await open.unembedDigest()))
    throw otherModel(path, "it was fitted for another unembedding or final norm");
  return "This lens was fitted for another model with the same unembedding and final norm; its held-out figures are not of this one.";
}

/** Lenses by file, the two used last. */
export class HeldLenses {
  private readonly held = new Map<string, Promise<HeldLens>>();

  constructor(private readonly open: OpenModel) {}

  /**
   * The lens of a file, or of the one beside the model; null where there is none.
   * @throws {EngineError} as `openLens`, and "bad-lens" where the file is not there
   */
  async get(file: string | null, work: WorkOptions): Promise<HeldLens | null> {
    const path = file ?? this.open.lensFile;
    if (path === null) return null;
    const key = identityKey([await fileIdentity(path).catch((cause: unknown) => missing(path, cause))]);
    const known = this.held.get(key) ?? openLens(this.open, path, { onProgress: work.onProgress });
    this.held.delete(key);
    this.held.set(key, known);
    known.catch(() => this.held.delete(key));
    for (const oldest of this.held.keys()) if (this.held.size > 2) this.held.delete(oldest);
    return known;
  }

  /** The lens that a view asks for. What keeps it from being used is told beside the view, which is then without it. */
  async choose(
    wanted: { readonly kind: LensKind; readonly file: string | null },
    work: WorkOptions,
  ): Promise<{ readonly lens: HeldLens | null; readonly choice: LensChoice }> {
    try {
      const lens = await this.get(wanted.file, work);
      const used = lens !== null && wanted.kind === "trained" ? "trained" : "logit";
      return { lens: used === "trained" ? lens : null, choice: { used, trained: lens?.facts ?? null } };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { lens: null, choice: { used: "logit", trained: null, problem: toErrorData(error) } };
    }
  }
}

function missing(path: string, cause: unknown): never {
  const next = "Check the path; `introspect lens-fit` makes a lens.";
  throw new EngineError("bad-lens", `There is no lens file ${path}.`, { next, cause });
}
