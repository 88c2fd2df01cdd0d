/** Larger ones are not kept for the next list. */
const MOST_KEPT = 4 * 1024 * 1024;
const BYTES_OF_A_CHARACTER = 3;
const COMMA = 0x2c;

/** Memory of the last list: all of them are made and read without a pause, so one is enough for a process. */
let kept = Buffer.allocUnsafeSlow(64 * 1024);

/** JSON texts as one JSON list, in UTF-8. A change of one policy is no reason to make garbage as large as all of them. */
export class TextList {
  private buffer: Buffer<ArrayBuffer> = kept;
  private length = this.buffer.write('[');

  add(text: string): void {
    this.make(text.length * BYTES_OF_A_CHARACTER + 2);
    if (this.length > 1) this.buffer[this.length++] = COMMA;
    this.length += this.buffer.write(text, this.length);
  }

  /** All of it; to be read before another list is begun. */
  bytes(): Buffer<ArrayBuffer> {
    this.make(1);
    const end = this.length + this.buffer.write(']', this.length);
    if (this.buffer.length <= MOST_KEPT) kept = this.buffer;
    return this.buffer.subarray(0, end);
  }

  private make(room: number): void {
    if (this.buffer.length - this.length >= room) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + room));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
