/** What the Sweep page says, checked before the host uses it. */
import { asInteger, asList, asObject, badField } from "./decode";
import type { ParamDecoders } from "./rpc";
import type { SweepHostApi } from "./sweepPanel";

/** Rows and columns that a plan may have. */
const most = 1000;

/** Per method, the check of what the page sends; each throws DecodeError "bad-field". */
export const sweepPanelDecoders: ParamDecoders<SweepHostApi> = {
  "sweep/open": (params) => {
    const list = asList(asObject(params, "params", ["cell"])["cell"], "params.cell");
    if (list.length !== 2) throw badField("params.cell", "is not a row and a column");
    const at = (i: 0 | 1): number => asInteger(list[i], `params.cell[${i}]`, { min: 0, max: most - 1 });
    return { cell: [at(0), at(1)] };
  },
};
