import path from "node:path";

/** The repository root, whatever folder a bundled test runs from. */
export const repoRoot = process.env["INTROSPECT_ROOT"] ?? process.cwd();

/** A path below the repository root. */
export function inRepo(...parts: string[]): string {
  return path.join(repoRoot, ...parts);
}
