/** The engine's methods about steering beside `steer/run`. */
import type { EngineApi } from "../protocol/engineApi";
import type { Handlers } from "../protocol/rpc";
import { EngineError } from "./engineError";

type SteeringMethod = "steer/step" | "steer/sweep" | "tasks/vector";

const unbuilt = (): never => {
  throw new EngineError("bad-request", "This is not built yet.");
};

/** Handlers over a store of models. */
export function steeringHandlers(): Pick<Handlers<EngineApi>, SteeringMethod> {
  return { "steer/step": unbuilt, "steer/sweep": unbuilt, "tasks/vector": unbuilt };
}
