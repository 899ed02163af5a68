"""Reading and writing safetensors files, and loading a model folder."""

import json
import os
import struct

import numpy as np
import torch

KINDS = {"F16": np.float16, "F32": np.float32, "I32": np.int32, "U8": np.uint8}


def write_safetensors(path, arrays, metadata):
    """Writes named numpy arrays (float16, float32, int32 or uint8); the header is padded to 8 bytes."""
    names = {np.dtype(kind): name for name, kind in KINDS.items()}
    header, offset = {"__metadata__": metadata}, 0
    for name, array in arrays.items():
        end = offset + array.nbytes
        header[name] = {"dtype": names[array.dtype], "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".part", "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
    os.replace(path + ".part", path)


def read_safetensors(path):
    """Named numpy arrays and the metadata of a safetensors file."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        body = file.read()
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(body[start:end], KINDS[entry["dtype"]]).reshape(entry["shape"])
    return arrays, metadata


def load_model(folder, dtype=torch.float32):
    """Configuration and parameters of an exported model folder."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    arrays, _ = read_safetensors(os.path.join(folder, "model.safetensors"))
    return config, {name: torch.from_numpy(array.copy()).to(dtype) for name, array in arrays.items()}


def default_cache():
    return os.path.join(os.path.expanduser("~"), ".cache", "introspect-train")


def default_model():
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.normpath(os.path.join(here, "..", "..", "models", "introspect-small"))


def read_tokens(cache, split, kind):
    return np.fromfile(os.path.join(cache, "tokens", f"{split}.{kind}.bin"), dtype=np.uint16)
