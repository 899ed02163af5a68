/** What onnxruntime needs for NVIDIA's CUDA, what of it is there, and where the rest belongs. Untested with the libraries. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A library and where it was found; null where it is missing. */
export interface FoundLibrary {
  readonly library: string;
  readonly found: string | null;
}

/** What `introspect devices` says of CUDA. */
export interface CudaReport {
  readonly supported: boolean;
  readonly libraries: readonly FoundLibrary[];
  /** What to do, step by step; empty where nothing is missing. */
  readonly install: readonly string[];
}

/** Where to look. */
export interface CudaPlaces {
  readonly platform: string;
  /** Folder of the setting introspect.cudaLibraries; empty where it is not set. */
  readonly folder: string;
  /** Folder of onnxruntime's own library: its providers are loaded from there alone. */
  readonly runtime: string;
  /** Folders that the system's loader searches. */
  readonly searched: readonly string[];
}

const providers = ["onnxruntime_providers_shared", "onnxruntime_providers_cuda"];
const needed = ["cudart", "cublas", "cublasLt", "cufft", "cudnn"];

/** Looks for the libraries; nothing is loaded. */
export function cudaReport({ platform, folder, runtime, searched }: CudaPlaces): CudaReport {
  if (platform !== "linux" && platform !== "win32") return { supported: false, libraries: [], install: [] };
  const places = [...(folder === "" ? [] : [folder]), ...searched];
  const own = providers.map((name) => found(name, [runtime], platform));
  const others = needed.map((name) => found(name, places, platform));
  const install: string[] = [];
  const missingOwn = own.filter(({ found: at }) => at === null).map(({ library }) => library);
  if (missingOwn.length > 0)
    install.push(
      `Put ${missingOwn.join(" and ")} of the package Microsoft.ML.OnnxRuntime.Gpu (the version that \`introspect devices\` names) into ${runtime}.`,
    );
  const missing = others.filter(({ found: at }) => at === null).map(({ library }) => library);
  if (missing.length > 0)
    install.push(
      `Install CUDA 12 and cuDNN 9 (${missing.join(", ")}), and name their folder in the setting introspect.cudaLibraries${folder === "" ? "" : `; ${folder} does not have them`}.`,
    );
  return { supported: true, libraries: [...own, ...others], install };
}

function found(name: string, places: readonly string[], platform: string): FoundLibrary {
  const library = platform === "win32" ? `${name}.dll` : `lib${name}.so`;
  for (const place of places) {
    const file = namesIn(place).find((one) =>
      platform === "win32" ? one.startsWith(name) && one.endsWith(".dll") : one.startsWith(library),
    );
    if (file !== undefined) return { library, found: join(place, file) };
  }
  return { library, found: null };
}

function namesIn(folder: string): string[] {
  try {
    return existsSync(folder) ? readdirSync(folder) : [];
  } catch {
    return [];
  }
}

/** Folders of a search path such as LD_LIBRARY_PATH or PATH. */
export function searchedFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): string[] {
  const path = platform === "win32" ? env["PATH"] : env["LD_LIBRARY_PATH"];
  const system =
    platform === "linux" ? ["/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64"] : [];
  return [...(path ?? "").split(platform === "win32" ? ";" : ":").filter((one) => one !== ""), ...system];
}
