/** Seeded harm to program texts. */

const pieces = (
  '( ) [ ] { } : ; , . = == != < > + - * / % ^ & | ~ " \' # \n \t \\ f" {x} lambda def if else for in while return not and or ' +
  "True None 0 1 -1 99999999999 1e308 0x \u00e9 \ud83d\ude00 \u0000 tokens indices key query value select"
).split(" ");

/** A copy of a text with one to four of its parts gone, doubled, exchanged, or replaced. */
export function mutatedText(text: string, random: () => number): string {
  let copy = text;
  const at = (): number => Math.floor(random() * (copy.length + 1));
  const harms = 1 + Math.floor(random() * 4);
  for (let i = 0; i < harms; i++) {
    const [from, length] = [at(), Math.floor(random() * 12)];
    const [head, part, tail] = [
      copy.slice(0, from),
      copy.slice(from, from + length),
      copy.slice(from + length),
    ];
    const piece = pieces[Math.floor(random() * pieces.length)];
    const kind = Math.floor(random() * 6);
    if (kind === 0) copy = head + tail;
    else if (kind === 1) copy = head + part + part + tail;
    else if (kind === 2) copy = `${head}${piece}${part}${tail}`;
    else if (kind === 3) copy = head + piece + tail;
    else if (kind === 4) {
      const lines = copy.split("\n");
      const line = Math.floor(random() * lines.length);
      lines.splice(Math.floor(random() * lines.length), 0, ...lines.splice(line, 1));
      copy = lines.join("\n");
    } else copy = tail + head;
  }
  return copy;
}
