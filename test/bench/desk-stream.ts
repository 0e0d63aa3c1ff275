/** A client of `/v1/events` as an event stream, with nothing around it. */
export interface StreamWatch {
  /** When it had the event of this verification, epoch ms. */
  sawAt(id: string): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

const PATIENCE_MS = 30_000

/** Resolves once the stream is open. */
export async function watchStream(url: string, token: string): Promise<StreamWatch> {
  const ending = new AbortController()
  const response = await fetch(`${url}/v1/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: ending.signal,
  })
  if (!response.ok || response.body === null) throw new Error(`no stream: ${response.status}`)
  const seen = new Map<string, PromiseWithResolvers<number>>()
  const of = (id: string) => {
    const known = seen.get(id) ?? Promise.withResolvers<number>()
    seen.set(id, known)
    return known
  }
  const reading = read(response.body, (id, at) => of(id).resolve(at)).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error
  })
  return {
    sawAt: (id) =>
      Promise.race([
        of(id).promise,
        new Promise<never>((_, reject) => {
          setTimeout(() => reject(new Error(`not streamed: ${id}`)), PATIENCE_MS).unref()
        }),
      ]),
    async [Symbol.asyncDispose]() {
      ending.abort()
      await reading
    },
  }
}

async function read(body: ReadableStream<Uint8Array>, saw: (id: string, at: number) => void) {
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const at = performance.timeOrigin + performance.now()
    for (const [, id = ''] of text.matchAll(/"verification":\{"id":"([0-9a-f-]{36})"/g)) saw(id, at)
  }
}
