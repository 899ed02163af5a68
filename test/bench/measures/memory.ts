/** Memory of this process. */
import { readFileSync } from "node:fs";

/** Proportional set size in bytes: pages shared with others or mapped twice count once. Null where the system has no such figure. */
export function pss(): number | null {
  try {
    const text = readFileSync("/proc/self/smaps_rollup", "utf8");
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
  } catch {
    return null;
  }
}
