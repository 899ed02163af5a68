/**
 * Where graphs run. The CPU is what this project tests; every other device is tried with one small product when a model
 * is opened, and where that fails the CPU is used and the reason said. A device counts as verified for a model only
 * where `introspect verify --device` passed.
 */
import { GraphBuilder } from "../graph/graphBuilder";
import { EngineError } from "./engineError";
import { createSession, listBackends } from "./ort";

/** A device that can be asked for. "auto" is the first one beside the CPU that works. */
export const deviceNames = ["cpu", "auto", "cuda", "webgpu", "dml", "coreml", "tensorrt"] as const;

/** A device as it is here. */
export interface DeviceState {
  readonly name: string;
  /** The runtime brings it along on this platform. */
  readonly bundled: boolean;
  /** One small product came out right on it. */
  readonly works: boolean;
  /** Why it does not work, in the runtime's words. */
  readonly reason?: string;
  /** "tested": by this project; everything else is "untested" until `introspect verify` says more of a model. */
  readonly status: "tested" | "untested";
}

/** The device that a model runs on. */
export interface ChosenDevice {
  readonly name: string;
  /** What a person should know of it: that it is untested, or why it is not the one that was asked for. Null for the CPU as asked. */
  readonly note: string | null;
}

/** How devices are found out about; for tests. */
export interface DeviceProbe {
  readonly backends: () => Promise<readonly { readonly name: string; readonly bundled: boolean }[]>;
  /** Null where the device works, else why not. */
  readonly trial: (device: string) => Promise<string | null>;
}

const thisRuntime: DeviceProbe = { backends: listBackends, trial: tryDevice };

/**
 * The device to run on.
 * @throws {EngineError} "unknown-device" for a name that no platform has
 */
export async function chooseDevice(
  asked: string | undefined,
  probe: DeviceProbe = thisRuntime,
): Promise<ChosenDevice> {
  const name = deviceNames.find((one) => one === (asked ?? "cpu"));
  if (name === undefined) {
    const next = `Devices: ${deviceNames.join(", ")}.`;
    throw new EngineError("unknown-device", `There is no device ${JSON.stringify(asked?.slice(0, 40))}.`, {
      next,
    });
  }
  if (name === "cpu") return { name, note: null };
  const known = (await probe.backends()).filter((one) => one.name !== "cpu");
  const tried = name === "auto" ? known : known.filter((one) => one.name === name);
  const reasons: string[] = [];
  for (const one of tried) {
    const reason = await probe.trial(one.name);
    if (reason === null) return { name: one.name, note: `Runs on ${one.name}, which is untested.` };
    reasons.push(`${one.name}: ${reason}`);
  }
  const why = reasons.length > 0 ? reasons.join("; ") : "the runtime has no such device on this platform";
  return { name: "cpu", note: `Runs on the CPU instead of ${name} (${why}).` };
}

/** All devices that the runtime knows of here. */
export async function deviceStates(probe: DeviceProbe = thisRuntime): Promise<DeviceState[]> {
  const states: DeviceState[] = [];
  for (const { name, bundled } of await probe.backends()) {
    const reason = await probe.trial(name);
    const status = name === "cpu" ? "tested" : "untested";
    states.push({ name, bundled, works: reason === null, ...(reason === null ? {} : { reason }), status });
  }
  return states;
}

/** A product of two small matrices on the device. */
async function tryDevice(device: string): Promise<string | null> {
  const graph = new GraphBuilder("trial", new Map());
  const x = graph.input("x", [2, 2]);
  graph.output("y", graph.op("MatMul", [x, x]), [2, 2]);
  try {
    const session = await createSession(graph.build(), { directory: process.cwd(), threads: 1, device });
    try {
      const data = Float32Array.of(1, 2, 3, 4);
      const { y } = await session.run({ x: { type: "float32", data, dims: [2, 2] } });
      const isRight = [7, 10, 15, 22].every((value, i) => Math.abs(Number(y.data[i]) - value) < 1e-3);
      return isRight ? null : "a small product came out wrong";
    } finally {
      await session.release();
    }
  } catch (error) {
    return reasonOf(error);
  }
}

/** The runtime's own words, without the places in its sources. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const said = cause instanceof Error ? cause.message : String(cause);
  const [line] = said.replace(/^.*was false\. /s, "").split("\n");
  return line.slice(0, 200).replace(/\.$/, "");
}
