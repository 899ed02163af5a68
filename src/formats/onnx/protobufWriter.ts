/** The few protobuf wire types that an ONNX model needs, written into a growing buffer. */

const utf8 = new TextEncoder();

/** Writes protobuf fields; nested messages are written whole by the caller and added as bytes. */
export class ProtobufWriter {
  private buffer = new Uint8Array(256);
  private used = 0;

  /** Field of wire type 0; negative numbers take ten bytes, as int64 does. */
  int(field: number, value: number | bigint): void {
    this.varint(BigInt(field << 3));
    this.varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** Field of wire type 5: a 32-bit float. */
  float(field: number, value: number): void {
    this.varint(BigInt((field << 3) | 5));
    this.raw(new Uint8Array(new Float32Array([value]).buffer));
  }

  /** Field of wire type 2: bytes, or a nested message. */
  bytes(field: number, value: Uint8Array): void {
    this.varint(BigInt((field << 3) | 2));
    this.varint(BigInt(value.length));
    this.raw(value);
  }

  /** Field of wire type 2: text. */
  text(field: number, value: string): void {
    this.bytes(field, utf8.encode(value));
  }

  /** What was written so far, as a copy of its own. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.used);
  }

  private varint(value: bigint): void {
    let rest = value;
    this.reserve(10);
    while (rest > 0x7fn) {
      this.buffer[this.used++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.used++] = Number(rest);
  }

  private raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.used);
    this.used += value.length;
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.used + more));
    grown.set(this.buffer);
    this.buffer = grown;
  }
}
