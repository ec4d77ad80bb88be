/** Draws only the rows of a long list that are in sight. */
export class VirtualList<T> {
  #items: readonly T[] = [];
  #first = 0;
  readonly #rows: HTMLLIElement[] = [];

  constructor(
    private readonly list: HTMLElement,
    private readonly scroller: HTMLElement,
    private readonly rowHeight: number,
    private readonly draw: (row: HTMLLIElement, item: T, index: number) => void,
  ) {
    scroller.addEventListener('scroll', () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(scroller);
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
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    else if (bottom > this.scroller.scrollTop + this.scroller.clientHeight) this.scroller.scrollTop = bottom - this.scroller.clientHeight;
    this.#draw();
  }

  #draw(): void {
    const visible = Math.ceil(this.scroller.clientHeight / this.rowHeight) + 2;
    this.#first = Math.max(0, Math.floor(this.scroller.scrollTop / this.rowHeight) - 1);
    const shown = Math.max(0, Math.min(visible, this.#items.length - this.#first));
    while (this.#rows.length < shown) {
      const row = document.createElement('li');
      this.#rows.push(row);
      this.list.append(row);
    }
    while (this.#rows.length > shown) this.#rows.pop()!.remove();
    this.#rows.forEach((row, i) => {
      const index = this.#first + i;
      row.style.transform = `translateY(${index * this.rowHeight}px)`;
      this.draw(row, this.#items[index]!, index);
    });
  }
}
