/** Draws only the rows of a long list that are in sight. */
export class VirtualList<T> {
  #items: readonly T[] = [];
  // Known without asking: a question in between would have everything laid out anew.
  #top = 0;
  #height = 0;
  readonly #rows: HTMLLIElement[] = [];

  constructor(
    private readonly list: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly rowHeight: number,
    private readonly draw: (row: HTMLLIElement, item: T, index: number) => void,
  ) {
    scroller.addEventListener('scroll', () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#look()).observe(scroller);
  }

  /** How far it is scrolled. */
  get top(): number {
    return this.#top;
  }

  get height(): number {
    return this.#height;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  show(items: readonly T[]): void {
    this.#items = items;
    this.list.style.height = `${items.length * this.rowHeight}px`;
    this.#draw();
  }

  redraw(): void {
    this.#draw();
  }

  scrollTo(index: number): void {
    const top = index * this.rowHeight;
    const bottom = top + this.rowHeight;
    if (top < this.#top) this.scrollToTop(top);
    else if (bottom > this.#top + this.#height) this.scrollToTop(bottom - this.#height);
    else this.#draw();
  }

  scrollToTop(top: number): void {
    this.scroller.scrollTop = top;
    this.#look();
  }

  #look(): void {
    this.#top = this.scroller.scrollTop;
    this.#height = this.scroller.clientHeight;
    this.#draw();
  }

  #draw(): void {
    const visible = Math.ceil(this.#height / this.rowHeight) + 2;
    const first = Math.max(0, Math.floor(this.#top / this.rowHeight) - 1);
    const shown = Math.max(0, Math.min(visible, this.#items.length - first));
    while (this.#rows.length < shown) {
      const row = document.createElement('li');
      this.#rows.push(row);
      this.list.append(row);
    }
    while (this.#rows.length > shown) this.#rows.pop()!.remove();
    this.#rows.forEach((row, i) => {
      const index = first + i;
      row.style.transform = `translateY(${index * this.rowHeight}px)`;
      this.draw(row, this.#items[index]!, index);
    });
  }
}
