/** How atoms and sequences are written. */
import { Float, Tuple, type Atom } from "./atom";

/** A float as Python's repr writes it: shortest digits that give it back, ".0" on whole ones, exponents from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split("e");
    const power = Number(exponent);
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** An atom as Python's repr writes it, with strings in double quotes as RASP writes them. */
export function atomText(atom: Atom): string {
  if (typeof atom === "string") return `"${atom}"`;
  if (typeof atom === "boolean") return atom ? "True" : "False";
  if (atom === null) return "None";
  if (atom instanceof Float) return floatText(atom.value);
  if (atom instanceof Tuple) {
    return `(${atom.items.map(atomText).join(", ")}${atom.items.length === 1 ? "," : ""})`;
  }
  return String(atom);
}

/** An atom as it stands in a sequence: floats to three decimals, T and F, strings without quotes. */
export function cellText(atom: Atom): string {
  if (typeof atom === "string") return atom;
  if (typeof atom === "boolean") return atom ? "T" : "F";
  if (atom instanceof Float) return floatText(roundedTo3(atom.value));
  return atomText(atom);
}

/** To three decimals, halves by the exact value of the double, as Python rounds. */
function roundedTo3(value: number): number {
  return Number.isFinite(value) && Math.abs(value) < 1e21 ? Number(value.toFixed(3)) : value;
}
