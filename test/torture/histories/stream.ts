import { setTimeout as wait } from 'node:timers/promises'
import { KEPT, type Reader, type ReaderLife, type ReaderOptions, startReader } from './readers.ts'

/** Of the pieces that come: it is slow to read on. */
const SLOW = 0.05
const SLOW_MS = 40

/** An event stream over `text/event-stream`, resumed by `Last-Event-ID`. */
export const startStream = (options: ReaderOptions): Reader =>
  startReader(options, async (life) => {
    try {
      await readStream(options, life)
    } catch (error) {
      // fetch: a TypeError for every failure of the network, also in the middle of a body.
      if (!(error instanceof TypeError || life.signal.aborted)) throw error
    }
  })

async function readStream({ url, token }: ReaderOptions, life: ReaderLife): Promise<void> {
  const { cursor, signal, chance } = life
  life.ask()
  const response = await fetch(`${url}/v1/events`, {
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(cursor !== null && { 'last-event-id': cursor }),
    },
  })
  if (response.status >= 500) return
  if (response.status !== 200 || response.body === null) return life.refuse(`${response.status}`)
  let rest = ''
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + piece).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) takeFrame(frame, life)
    if (chance.happens(SLOW)) await wait(chance.below(SLOW_MS))
  }
}

/** A frame has an id and data, or is a comment, or says how long to wait before another try. */
function takeFrame(frame: string, life: ReaderLife): void {
  const [, id, data] = /^id: (\S+)\ndata: (.+)$/.exec(frame) ?? []
  if (id === undefined || data === undefined) {
    if (!/^(:|retry: \d+$)/.test(frame)) life.refuse(`a frame of ${frame.length} characters`)
    return
  }
  life.take(JSON.parse(data))
  if (life.chance.happens(KEPT / 10)) life.keep(id)
}
