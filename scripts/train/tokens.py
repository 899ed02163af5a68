"""Encodes and decodes text with the model folder's tokenizer.json.

The word pattern is GPT-2's, written without Unicode classes that Python's `re`
lacks; tokenizer.mjs encodes the corpus, this file only prompts and excerpts.
"""

import json
import os
import re

WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:_|[^\s\w])+|\s+(?!\S)|\s+")


def byte_characters():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {}, 0
    for byte in range(256):
        if byte in printable:
            table[byte] = chr(byte)
        else:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


class Tokenizer:
    def __init__(self, folder):
        with open(os.path.join(folder, "tokenizer.json"), encoding="utf8") as file:
            model = json.load(file)["model"]
        self.ids = model["vocab"]
        self.names = {id: name for name, id in self.ids.items()}
        self.ranks = {tuple(merge): rank for rank, merge in enumerate(model["merges"])}
        self.to_character = byte_characters()
        self.to_byte = {character: byte for byte, character in self.to_character.items()}

    def encode(self, text):
        ids = []
        for word in WORDS.findall(text):
            parts = [self.to_character[byte] for byte in word.encode()]
            while True:
                pairs = [(self.ranks.get(pair, 1 << 30), at) for at, pair in enumerate(zip(parts, parts[1:]))]
                rank, at = min(pairs, default=(1 << 30, 0))
                if rank == 1 << 30:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            ids.extend(self.ids[part] for part in parts)
        return ids

    def decode(self, ids):
        pieces = []
        for id in ids:
            name = self.names[id]
            pieces.append(name.encode() if name == "<|endoftext|>" else bytes(self.to_byte[c] for c in name))
        return b"".join(pieces).decode(errors="replace")
