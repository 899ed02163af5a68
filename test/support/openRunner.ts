/** Opens a checkpoint folder for tests that need a runner and no tokenizer. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelSpecOf } from "../../src/engine/families";
import { modelInfo } from "../../src/engine/modelInfo";
import { ModelRunner } from "../../src/engine/modelRunner";
import { SessionPool } from "../../src/engine/sessionPool";
import { openModelFolder } from "../../src/engine/store/modelFolder";

/** A runner and how to let go of it. */
export interface OpenRunner {
  readonly runner: ModelRunner;
  dispose(): void;
}

/** Opens a folder; no tokenizer is read. */
export async function openRunner(path: string, threads = 2): Promise<OpenRunner> {
  const folder = await openModelFolder(path, { cacheDirectory: join(tmpdir(), "introspect-test-cache") });
  const spec = modelSpecOf(folder.config, folder.tensors);
  const pool = new SessionPool({ directory: folder.directory, threads });
  const facts = { path, nParams: folder.nParams, hasTokenizer: false, addsBos: false, hasRecords: false };
  return {
    runner: new ModelRunner(modelInfo(spec, facts), spec, folder.tensors, pool),
    dispose: () => pool.dispose(),
  };
}
