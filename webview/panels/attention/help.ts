/** Keys and words of the attention page, and the choices of what its wall leaves out. */

/** Keys and what they do. */
export const keys = [
  ["← → ↑ ↓", "move over the heads, the tokens or the matrix"],
  ["Enter", "on a head: show its pattern; on a token: take it as query"],
  ["Home End", "first key, the query’s own position"],
  ["Enter", "on a cell of the matrix: why there, and what blocking it does"],
  ["drag", "zoom into the matrix, double click goes back"],
  ["+ − 0", "zoom around the cell, out again, all"],
] as const;

/** Words of the field, each in a sentence. */
export const terms = [
  ["head 4.11", "layer 4, head 11, counted from 0"],
  ["pattern", "how much a query (row) attends to each key (column); a row sums to 1 over the whole window"],
  ["induction", "attention to what followed earlier copies of the same token (Olsson et al. 2022)"],
  ["previous token", "mean attention from each token to the one before it"],
  ["duplicate token", "mean attention to earlier copies of the same token"],
  [
    "pattern × ‖value‖",
    "a weight times the length of the key’s value vector: what little a sink has to give stays small (Kobayashi et al. 2020)",
  ],
  ["entropy", "how spread out a head’s rows are: 0 is one key alone"],
  [
    "repeated random tokens",
    "a seeded random sequence twice over, scored on its second copy: no text’s habits help a head there",
  ],
  [
    "why there",
    "the score of an edge as parts of the query times parts of the key, norm scales as in the run",
  ],
  ["embed, head 0.4, mlp 1", "what the embedding and each earlier head and MLP wrote into the stream"],
  ["rot.", "what of it the rotation of queries and keys by their distance makes"],
  ["blocked before, after", "before the softmax the row renormalises; after it, the row loses the weight"],
  ["in italics", "a token of the custom prefix, which stands in no document"],
  ["BOS", "the beginning-of-sequence token; the setting introspect.bos says whether one is put first"],
  ["arc", "a key’s weight: the thicker, the more of the query’s attention lies there"],
  ["dotted below", "a token that the model wrote behind the text, the likeliest each time"],
  [
    "picture of a head",
    "its pattern made small; a cell is the largest weight of the queries and keys it stands for",
  ],
  ["attention sink", "position 0, where heads rest that have nothing to do (Xiao et al. 2023)"],
] as const;

/** Heads below a share of the scale can be left out. */
export const leasts = [
  { value: "0", label: "all heads" },
  { value: "0.1", label: "from 10% of the scale" },
  { value: "0.3", label: "from 30% of the scale" },
];
