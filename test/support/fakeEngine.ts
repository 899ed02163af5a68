/**
 * A process that speaks the engine's protocol without a model, for tests of the supervisor: a model's folder names
 * what it should do ("hang", "deaf", "exit", "slow", anything else answers at once).
 */
import { CancelledError } from "../../src/base/errors";
import type { EngineApi } from "../../src/protocol/engineApi";
import { RpcPeer, type Channel, type Handlers } from "../../src/protocol/rpc";
import { protocolVersion } from "../../src/protocol/version";

type Method = "engine/hello" | "model/digest";
type Small = Pick<EngineApi, Method>;

const spinFor = (ms: number): void => {
  const end = Date.now() + ms;
  while (Date.now() < end);
};

/** Handlers of the two methods that the tests call. */
const handlers: Handlers<Small> = {
  "engine/hello": ({ build }) => {
    process.stderr.write(`hello ${build}\n`);
    return { pid: process.pid, onnxruntime: "none", build: protocolVersion };
  },
  "model/digest": ({ model }, { signal, onProgress }) => {
    onProgress({ done: 1, total: 2, message: model });
    if (model === "exit") process.exit(3);
    // Deaf: no turn of the event loop, as in a native call, so that no cancel can be heard.
    if (model === "deaf") spinFor(60_000);
    if (model !== "hang") return { digest: `${process.pid}`, verified: [] };
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new CancelledError()));
    });
  },
};

const channel: Channel = {
  send: (message) => void process.send?.(message),
  onMessage: (listener) => void process.on("message", listener),
  onClose: (listener) => void process.on("disconnect", listener),
};
new RpcPeer<Small, Record<never, never>>(channel, handlers, { remote: "host" });
process.on("disconnect", () => process.exit(0));
