/** The only import of onnxruntime-node: sessions over graphs written in memory and weights mapped from a folder. */
import { dirname, join } from "node:path";
import type * as Ort from "onnxruntime-node";
import { encodeOnnxModel, type OnnxGraph } from "../formats/onnx/onnxModel";
import { EngineError } from "./engineError";

/** An array going into a graph. */
export type Feed =
  | { readonly type: "float32"; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: "int64"; readonly data: BigInt64Array; readonly dims: readonly number[] };

/** An array coming out of a graph. */
export interface Fetched {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array;
}

/** A graph ready to run. `run` blocks its thread inside the native call: keep graphs small, one block each. */
export interface GraphSession {
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Fetched>>>;
  release(): Promise<void>;
}

/** Where a session finds its weights and how many threads it may use. */
export interface SessionOptions {
  readonly directory: string;
  readonly threads: number;
  /** What runs the graphs; the CPU where it is left out, and wherever the device lacks an operator. */
  readonly device?: string;
}

let loaded: Promise<typeof Ort> | undefined;

/** onnxruntime, loaded on first use so that a missing binary is a sentence and not a crash at start. */
function runtime(): Promise<typeof Ort> {
  loaded ??= import("onnxruntime-node").catch((cause: unknown) => {
    loaded = undefined;
    const where = `${process.platform}-${process.arch}`;
    throw new EngineError("runtime-missing", `onnxruntime could not be loaded on ${where}.`, {
      next: "Install the Introspect build for this platform; on Windows also the Visual C++ runtime.",
      cause,
    });
  });
  return loaded;
}

/** Version of the onnxruntime in use. */
export async function onnxruntimeVersion(): Promise<string> {
  const ort = await runtime();
  return ort.env.versions.node ?? ort.env.versions.common;
}

/** Devices that the runtime knows of on this platform, and whether it brings what they need. */
export async function listBackends(): Promise<{ name: string; bundled: boolean }[]> {
  const ort = await runtime();
  return ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
}

/** Folder of the runtime's native library. */
export function runtimeFolder(): string {
  const root = dirname(require.resolve("onnxruntime-node/package.json"));
  return join(root, "bin", "napi-v6", process.platform, process.arch);
}

/**
 * A session over a graph. Prepacking is off so that weights stay mapped pages shared by every variant; spinning is off
 * because a chain of sessions with it on is several times slower; optimisations are off so that variants of a block
 * compute the same bits.
 * @throws {EngineError} "runtime-missing", "run-failed"
 */
export async function createSession(graph: OnnxGraph, options: SessionOptions): Promise<GraphSession> {
  const ort = await runtime();
  const session = await guarded(graph.name, () =>
    ort.InferenceSession.create(encodeOnnxModel(graph), {
      executionProviders:
        options.device === undefined || options.device === "cpu" ? ["cpu"] : [options.device, "cpu"],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "disabled",
      enableCpuMemArena: false,
      logSeverityLevel: 3,
      extra: {
        session: {
          disable_prepacking: "1",
          intra_op: { allow_spinning: "0" },
          model_external_initializers_file_folder_path: options.directory,
        },
      },
    }),
  );
  return {
    run: (feeds) => guarded(graph.name, () => runSession(ort, session, feeds)),
    release: () => session.release(),
  };
}

async function runSession(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Fetched>> {
  const inputs: Record<string, Ort.Tensor> = {};
  for (const [name, feed] of Object.entries(feeds)) inputs[name] = tensorOf(ort, feed);
  const outputs = await session.run(inputs);
  const fetched: Record<string, Fetched> = {};
  for (const [name, value] of Object.entries(outputs)) {
    fetched[name] = { dims: value.dims, data: value.data as Fetched["data"] };
  }
  return fetched;
}

function tensorOf(ort: typeof Ort, feed: Feed): Ort.Tensor {
  return feed.type === "float32"
    ? new ort.Tensor("float32", feed.data, feed.dims)
    : new ort.Tensor("int64", feed.data, feed.dims);
}

async function guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError("run-failed", `The model's "${what}" graph failed: ${said.slice(0, 300)}`, {
      next: "See the engine log; if the model's files were changed, choose the model again.",
      cause,
    });
  }
}
