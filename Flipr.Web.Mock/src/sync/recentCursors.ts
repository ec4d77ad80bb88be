/** The cursors that were added last, at least `most` of them and at most twice as many. */
export class RecentCursors {
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(private readonly most: number) {}

  add(cursor: string): void {
    this.#young.add(cursor);
    if (this.#young.size >= this.most) {
      this.#old = this.#young;
      this.#young = new Set();
    }
  }

  has(cursor: string): boolean {
    return this.#young.has(cursor) || this.#old.has(cursor);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
