/**
 * Hands values from callbacks to one `for await`, in order. Unbounded: it carries what people do
 * at a counter.
 */
export class Queue<T> implements AsyncIterable<T> {
  readonly #values: T[] = []
  #end: { readonly error?: unknown } | undefined
  #wake: (() => void) | undefined

  push(value: T): void {
    if (this.#end !== undefined) return
    this.#values.push(value)
    this.#wake?.()
  }

  /** Ends the iteration once what was pushed is taken. */
  end(): void {
    this.#finish({})
  }

  /** Ends the iteration with `error` once what was pushed is taken. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      yield* this.#values.splice(0)
      if (this.#values.length > 0) continue
      if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
