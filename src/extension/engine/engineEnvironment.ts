/** Settings that the engine's process reads from its environment (src/engine/environment.ts). */
import path from "node:path";

/** The values of these settings. */
export interface EngineSettingValues {
  readonly device: string;
  /** Gigabytes; 0 leaves it to the machine. */
  readonly memoryBudget: number;
  /** Folder; empty for none. */
  readonly cudaLibraries: string;
}

/** Variables to add to the process's environment: device, budget, and where the loader looks for CUDA's libraries. */
export function engineEnvironment(
  { device, memoryBudget, cudaLibraries }: EngineSettingValues,
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Record<string, string> {
  const searched = platform === "win32" ? "PATH" : "LD_LIBRARY_PATH";
  const before = env[searched];
  const delimiter = platform === "win32" ? path.win32.delimiter : path.posix.delimiter;
  const folder = cudaLibraries.trim();
  return {
    INTROSPECT_DEVICE: device,
    ...(memoryBudget > 0 ? { INTROSPECT_MEMORY_BUDGET: String(memoryBudget) } : {}),
    ...(folder === ""
      ? {}
      : {
          INTROSPECT_CUDA_LIBRARIES: folder,
          [searched]: before === undefined || before === "" ? folder : `${folder}${delimiter}${before}`,
        }),
  };
}
