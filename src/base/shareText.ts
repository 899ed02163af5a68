/** A share as percent with three significant digits: 43.2%, 0.0312%; what is not quite all is never shown as 100%. */
export function shareText(share: number): string {
  if (share === 0) return "0%";
  if (share >= 1) return "100%";
  if (share >= 0.9995) return ">99.9%";
  if (share < 1e-6) return "<0.0001%";
  return `${(share * 100).toPrecision(3)}%`;
}
