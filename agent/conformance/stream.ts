import type { IncomingMessage } from 'node:http'
import { type Item, itemOf } from './feed.ts'
import { expect, Refuted } from './finding.ts'
import { type Agent, shownHeader, typeOf } from './http.ts'
import { jsonIn } from './json.ts'

export interface Frame {
  /** The cursor. */
  readonly id: string
  readonly item: Item
}

/** A stream of the feed that is read only when asked, so that it can be slow. */
export interface EventStream {
  /** The next item; undefined when the stream has ended or was cut. Throws `Refuted` when none comes. */
  next(): Promise<Frame | undefined>
  close(): void
}

const PATIENCE_MS = 20_000
/** An open stream outlives every single wait. */
const LIFE_MS = 120_000

/** Throws `Refuted` where no stream begins. */
export async function openStream(agent: Agent, after: string | undefined): Promise<EventStream> {
  const response = await agent.open('/v1/events', {
    timeoutMs: LIFE_MS,
    headers: {
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': after }),
    },
  })
  // An answer that is cut is an end; what is lost with it is what the checks look for.
  response.on('error', () => undefined)
  const { statusCode = 0, headers } = response
  const isStream = statusCode === 200 && typeOf(headers) === 'text/event-stream'
  if (!isStream) response.destroy()
  expect(isStream, '200 text/event-stream', `${statusCode} ${shownHeader(headers['content-type'])}`)
  const frames = framesIn(response)
  return {
    async next() {
      const { promise: late, resolve } = Promise.withResolvers<'late'>()
      const timer = setTimeout(() => resolve('late'), PATIENCE_MS)
      const came = await Promise.race([frames.next(), late]).finally(() => clearTimeout(timer))
      if (came !== 'late') return came.done === true ? undefined : came.value
      response.destroy()
      throw new Refuted(`the next event within ${PATIENCE_MS / 1_000} s`, 'none')
    },
    close: () => response.destroy(),
  }
}

async function* framesIn(response: IncomingMessage): AsyncGenerator<Frame, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of response) {
      const texts = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/)
      rest = texts.pop() ?? ''
      for (const text of texts) yield* frameIn(text)
    }
  } catch (error) {
    // A connection that was cut says so with a code; anything else is not the stream's end.
    if (!(error instanceof Error && 'code' in error)) throw error
  }
  return undefined
}

function* frameIn(text: string): Generator<Frame> {
  const lines = text.split(/\r?\n/)
  const of = (name: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${name}:`) ? [line.slice(name.length + 1).replace(/^ /, '')] : [],
    )
  const data = of('data')
  if (data.length === 0) return
  const value = jsonIn(data.join('\n'))
  if (value === undefined) throw new Refuted('JSON in each data line', 'something else')
  yield { id: of('id')[0] ?? '', item: itemOf(value) }
}

/** The next `count` items, fewer where the stream ends before. */
export async function take(stream: EventStream, count: number): Promise<Frame[]> {
  const frames: Frame[] = []
  while (frames.length < count) {
    const frame = await stream.next()
    if (frame === undefined) break
    frames.push(frame)
  }
  return frames
}
