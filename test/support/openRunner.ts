/** Opens a checkpoint folder for tests that need a runner and no tokenizer. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OnnxGraph } from "../../src/formats/onnx/onnxModel";
import type { GraphSession } from "../../src/engine/ort";
import { modelSpecOf } from "../../src/engine/families";
import { modelInfo } from "../../src/engine/modelInfo";
import { ModelRunner } from "../../src/engine/modelRunner";
import { SessionPool } from "../../src/engine/sessionPool";
import { openModelFolder } from "../../src/engine/store/modelFolder";

/** A runner and how to let go of it. */
export interface OpenRunner {
  readonly runner: ModelRunner;
  /** How many graph calls were begun. */
  calls(): number;
  dispose(): void;
}

/** A pool that counts the graph calls it was asked for. */
class CountingPool extends SessionPool {
  calls = 0;

  override use<T>(
    key: string,
    graph: () => OnnxGraph,
    work: (session: GraphSession) => Promise<T>,
  ): Promise<T> {
    this.calls++;
    return super.use(key, graph, work);
  }
}

/** Opens a folder; no tokenizer is read. */
export async function openRunner(path: string, threads = 2): Promise<OpenRunner> {
  const folder = await openModelFolder(path, { cacheDirectory: join(tmpdir(), "introspect-test-cache") });
  const spec = modelSpecOf(folder.config, folder.tensors);
  const pool = new CountingPool({ directory: folder.directory, threads });
  const facts = { path, nParams: folder.nParams, hasTokenizer: false, addsBos: false, hasRecords: false };
  return {
    runner: new ModelRunner(modelInfo(spec, facts), spec, folder.tensors, { pool }),
    calls: () => pool.calls,
    dispose: () => pool.dispose(),
  };
}
