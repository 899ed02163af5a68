/** Seeded harm to program texts: what typing, pasting and chance make of them. */

/** Pieces that mean something to one of the languages. */
const pieces: readonly string[] = [
  ..."( ) [ ] { } ; , : = == != < > <= >= + - * / % ^ ** . # \" ' ( ( ( not and or if else in for def".split(
    " ",
  ),
  ..."return select( aggregate( range( zip( len( round( indicator( tokens indices length full_s out".split(
    " ",
  ),
  ..."True False set show example examples on off load draw exit s-op selector lambda 0 1 2 9 007".split(" "),
  ...'1.5 99999999999999999999 "a" "" x f(x) \n \r\n \t \u0000 é 😀 \ud800 § full'.split(" "),
  "full seq display on",
  "not ",
  " ",
];

/** A text with one to five changes: something cut out, doubled, moved, or put in. */
export function mutated(text: string, random: () => number): string {
  let result = text;
  const below = (n: number): number => Math.floor(random() * n);
  for (let changes = 1 + below(5); changes > 0; changes--) {
    const at = below(result.length + 1);
    const end = Math.min(result.length, at + 1 + below(12));
    const cut = result.slice(at, end);
    switch (below(5)) {
      case 0:
        result = result.slice(0, at) + result.slice(end);
        break;
      case 1:
        result = result.slice(0, at) + cut + cut + result.slice(at + cut.length);
        break;
      case 2: {
        const rest = result.slice(0, at) + result.slice(end);
        const to = below(rest.length + 1);
        result = rest.slice(0, to) + cut + rest.slice(to);
        break;
      }
      case 3:
        result = result.slice(0, at) + pieces[below(pieces.length)] + result.slice(end);
        break;
      default:
        result = result.slice(0, at) + pieces[below(pieces.length)] + result.slice(at);
    }
  }
  return result;
}
