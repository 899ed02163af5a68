/** The unit in force for log-probabilities, entropies and divergences: the one place where a page turns nats into it. */
import { fromNats, type LogUnit } from "../../src/protocol/logUnit";
import { renewTheme } from "./theme";

let current: LogUnit = "nats";

/** The unit in force, to stand behind numbers and in heads of columns. */
export function logUnit(): LogUnit {
  return current;
}

/** Takes another unit; every picture is then drawn anew, as after a change of theme. */
export function setLogUnit(unit: LogUnit): void {
  if (unit === current) return;
  current = unit;
  renewTheme();
}

/** A number of nats in the unit in force; what is missing stays missing. */
export function inLogUnit<Value extends number | null | undefined>(nats: Value): Value {
  return (typeof nats === "number" ? fromNats(nats, current) : nats) as Value;
}
