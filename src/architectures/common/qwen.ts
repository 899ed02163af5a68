/** What the families of Qwen share. */
import { flag, type ModelConfig, whole } from "./configReader";
import { type Windows, windowsOf } from "./windows";

/** Windows from layer `max_window_layers` on, where `use_sliding_window` asks for them. */
export function qwenWindows(config: ModelConfig, nLayers: number): Windows {
  if (!flag(config, "use_sliding_window", false)) return () => null;
  const first = whole(config, "max_window_layers", 28);
  return windowsOf(config, nLayers, { fallback: 4096, slides: (layer) => layer >= first });
}
