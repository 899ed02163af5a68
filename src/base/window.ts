/**
 * Where to cut a text that is longer than a model's context. Host and engine cut alike without talking about it:
 * the places depend only on absolute offsets and on the text around them, so typing at the end moves nothing
 * until half a context has been added, and a cache of the prefix survives.
 */

/** A piece of a document: `offset` is the place of its first unit in the whole document, in UTF-16 units. */
export interface TextPiece {
  readonly text: string;
  readonly offset: number;
}

/** UTF-16 units by which a window moves: half a context at three units a token. */
export function windowStride(nCtx: number): number {
  return 3 * Math.max(4, Math.floor(nCtx / 2));
}

/** Up to this many strides (nine units a token) a whole document is tried uncut: its tokens may fit. */
const wholeStrides = 6;

/**
 * From where on a document must be sent so that the window before `end` can be found: 0 for one that may fit whole.
 * The text from here to `end` has always at least two strides when it is cut, which is how `windowStarts` knows.
 */
export function neededFrom(end: number, nCtx: number): number {
  const stride = windowStride(nCtx);
  if (end <= wholeStrides * stride) return 0;
  const latest = Math.floor((end - stride) / stride);
  return Math.max(0, (latest - 1) * stride - 2);
}

/**
 * Places, in offsets of the document, at which a window over this piece may start: the wanted one first, then later
 * ones for when its tokens do not fit. The first is the start of a piece under two strides and of a document that may
 * fit whole; after that comes the latest anchor with a stride of text after it; an anchor is the first line start at or after a multiple of the
 * stride, or that multiple itself where a line is longer than the stride. The last places leave ever less text.
 */
export function* windowStarts(piece: TextPiece, nCtx: number): Generator<number> {
  const stride = windowStride(nCtx);
  const end = piece.offset + piece.text.length;
  let last = piece.offset;
  const mayFit = piece.offset === 0 && piece.text.length <= wholeStrides * stride;
  const isShort = piece.text.length < 2 * stride;
  if (isShort || mayFit) yield last;
  if (!isShort) {
    const wanted = wantedStart(piece, stride);
    if (wanted > last || !mayFit) yield wanted;
    last = wanted;
  }
  const step = Math.max(1, Math.floor(stride / 4));
  for (let k = Math.floor(last / step) + 1; k * step < end; k++) {
    const start = anchor(piece, k * step, step);
    if (start <= last || start >= end) continue;
    last = start;
    yield start;
  }
  for (let left = Math.floor((end - last) / 2); left >= 1; left = Math.floor(left / 2)) {
    yield betweenPairs(piece, end - left);
  }
}

function wantedStart(piece: TextPiece, stride: number): number {
  const end = piece.offset + piece.text.length;
  for (let k = Math.floor((end - stride) / stride); k * stride > piece.offset; k--) {
    const start = anchor(piece, k * stride, stride);
    if (start <= end - stride) return start;
  }
  return piece.offset;
}

/** The first line start in [from, from + reach), else `from`, never inside a surrogate pair. */
function anchor(piece: TextPiece, from: number, reach: number): number {
  const end = Math.min(from + reach, piece.offset + piece.text.length);
  for (let at = from; at < end; at++) {
    if (isLineStart(piece, at)) return at;
  }
  return betweenPairs(piece, from);
}

function isLineStart(piece: TextPiece, at: number): boolean {
  const i = at - piece.offset;
  if (i <= 0) return at === 0;
  const before = piece.text[i - 1];
  return before === "\n" || (before === "\r" && piece.text[i] !== "\n");
}

/** The place itself, or one unit on where it lies between the halves of a surrogate pair. */
function betweenPairs(piece: TextPiece, at: number): number {
  const i = at - piece.offset;
  if (i <= 0 || i >= piece.text.length) return at;
  const splits = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(piece.text.slice(i - 1, i + 1));
  return splits ? at + 1 : at;
}
