/** How many threads a session may use. */
import { readFileSync } from "node:fs";
import { availableParallelism, platform } from "node:os";

const most = 8;

/** min(physical cores, 8): hyperthreads do not help matrix products. */
export function threadCount(): number {
  const logical = availableParallelism();
  return Math.max(1, Math.min(physicalCores(logical), logical, most));
}

function physicalCores(logical: number): number {
  if (platform() === "darwin") return logical;
  if (platform() !== "linux") return Math.ceil(logical / 2);
  try {
    return countCores(readFileSync("/proc/cpuinfo", "utf8")) || logical;
  } catch {
    return logical;
  }
}

/** Distinct (package, core) pairs in the text of /proc/cpuinfo; 0 where it does not say. */
export function countCores(cpuinfo: string): number {
  const cores = new Set<string>();
  for (const processor of cpuinfo.split(/\n\s*\n/)) {
    const id = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (id !== undefined) cores.add(`${/^physical id\s*:\s*(\d+)/m.exec(processor)?.[1] ?? 0}/${id}`);
  }
  return cores.size;
}
