/**
 * A process that speaks the engine's protocol and, for the model "stuck", runs one native graph call that takes minutes:
 * a chain of large matrix products in a single graph, which nothing inside the process can stop.
 */
import { GraphBuilder } from "../../src/graph/graphBuilder";
import { createSession } from "../../src/engine/ort";
import type { EngineApi } from "../../src/protocol/engineApi";
import { RpcPeer, type Channel, type Handlers } from "../../src/protocol/rpc";
import { protocolVersion } from "../../src/protocol/version";

type Small = Pick<EngineApi, "engine/hello" | "model/digest">;

const width = 1500;
const products = 20_000;

async function stick(): Promise<void> {
  const graph = new GraphBuilder("stuck", new Map());
  let value = graph.input("x", [width, width]);
  for (let i = 0; i < products; i++) value = graph.op("MatMul", [value, value]);
  graph.output("y", value, [width, width]);
  const session = await createSession(graph.build(), { directory: process.cwd(), threads: 1 });
  process.stderr.write("now it is stuck\n");
  const data = new Float32Array(width * width);
  await session.run({ x: { type: "float32", data, dims: [width, width] } });
}

const handlers: Handlers<Small> = {
  "engine/hello": () => ({ pid: process.pid, onnxruntime: "real", build: protocolVersion }),
  "model/digest": async ({ model }) => {
    if (model === "stuck") await stick();
    return { digest: String(process.pid), verified: [] };
  },
};

const channel: Channel = {
  send: (message) => void process.send?.(message),
  onMessage: (listener) => void process.on("message", listener),
  onClose: (listener) => void process.on("disconnect", listener),
};
new RpcPeer<Small, Record<never, never>>(channel, handlers, { remote: "host" });
process.on("disconnect", () => process.exit(0));
