/** How busy the machine is: figures of a busy one say little, so each report carries this beside them. */
import { cpus, loadavg } from "node:os";

/** Processors, and the mean number of processes that wanted one during the last minute. */
export interface MachineLoad {
  readonly processors: number;
  readonly load1: number;
}

/** The machine's load now. */
export function machineLoad(): MachineLoad {
  return { processors: cpus().length, load1: Number((loadavg()[0] ?? 0).toFixed(2)) };
}
