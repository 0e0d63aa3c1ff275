import assert from 'node:assert/strict'
import type { HeldCard, Io, PcscClient, Port } from '../../drivers/io/io.ts'
import { Queue } from '../../drivers/queue.ts'
import { type Entry, faultAgain, type Recording } from '../../drivers/record/recording.ts'
import { withoutRepeats } from './repeats.ts'

/** What a driver asked for, and waits for. */
interface Asked {
  readonly what: string
  answer(entry: Entry): void
}

type Is = Entry['is']
type Of<I extends Is> = Extract<Entry, { is: I }>

/**
 * Plays a recording to a driver: devices answer as they did, in the same order, as soon as the
 * driver has come as far. How often it looks at a device is a matter of time: what it asks again is
 * answered again. What it never asked for when it was recorded rejects `done`.
 */
export function play(recording: Recording) {
  const entries = withoutRepeats(recording.entries)
  const asked: Asked[] = []
  /** What each write was followed by, the last time. */
  const heard = new Map<string, { readonly port: number; readonly pieces: string[] }>()
  let awaited: string | undefined
  let wake = () => {}
  const changes = new Map<number, Queue<{ slot: string; is: Of<'slot'>['state']; count: number }>>()
  const incoming = new Map<number, Queue<Uint8Array>>()
  const stopped = Promise.withResolvers<never>()
  stopped.promise.catch(() => undefined)

  const ask = <T>(what: string, take: (entry: Entry) => T): Promise<T> =>
    new Promise((resolve, reject) => {
      asked.push({
        what,
        answer: (entry) => {
          try {
            resolve(take(entry))
          } catch (error) {
            reject(error)
          }
        },
      })
      wake()
    })
  const again = (): void => {
    // What is due goes first.
    if (awaited === undefined || asked.some(({ what }) => what === awaited)) return
    const other = asked.findIndex(
      ({ what }) => what !== awaited && (what === 'devices' || what.startsWith('write')),
    )
    const [one] = other < 0 ? [] : asked.splice(other, 1)
    if (one === undefined) return
    const { port, pieces } = heard.get(one.what) ?? { port: 0, pieces: [] }
    if (port > 0 || one.what === 'devices') one.answer({ at: 0, is: 'closed', port })
    else stopped.reject(new Error(`the driver does ${one.what}, recorded was ${awaited}`))
    for (const piece of pieces) queueIn(incoming, port).push(bytesOf(piece))
    again()
  }
  const due = async (what: string, entry: Entry): Promise<void> => {
    for (;;) {
      const at = asked.findIndex((one) => one.what === what)
      const [one] = at < 0 ? [] : asked.splice(at, 1)
      if (one !== undefined) return one.answer(entry)
      awaited = what
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = () => {
        again()
        resolve()
      }
      again()
      await promise
      awaited = undefined
    }
  }
  const queueIn = <T>(queues: Map<number, Queue<T>>, key: number): Queue<T> => {
    const queue = queues.get(key) ?? new Queue<T>()
    queues.set(key, queue)
    return queue
  }

  const port = (number: number): Port => ({
    incoming: () => queueIn(incoming, number),
    write: (bytes) => ask(`write ${number} ${hexOf(bytes)}`, () => undefined),
    close: () => {
      queueIn(incoming, number).end()
      return Promise.resolve()
    },
  })
  const card = (held: Of<'held'>): HeldCard => ({
    atr: bytesOf(held.atr),
    transmit: async (apdu) => {
      await ask(`send ${held.hold} ${hexOf(apdu)}`, () => undefined)
      return await ask(`answer ${held.hold}`, (entry) => {
        if (entry.is === 'not-answered') throw faultAgain(entry.code)
        return bytesOf(entry.is === 'answered' ? entry.apdu : '')
      })
    },
    ...(held.pinPad && { pinPad: { verify: () => stopped.promise } }),
    release: () => Promise.resolve(),
  })
  const client = (number: number): PcscClient => ({
    changes: () => queueIn(changes, number),
    hold: (slot) =>
      ask(`hold ${number} ${slot}`, (entry) => {
        if (entry.is === 'not-held') throw faultAgain(entry.code)
        assert.ok(entry.is === 'held')
        return card(entry)
      }),
    channel: () => Promise.resolve(undefined),
    close: () => {
      queueIn(changes, number).end()
      return Promise.resolve()
    },
  })

  const opened = (family: 'serial' | 'hid') =>
    ask(`open ${family}`, (entry) => {
      if (entry.is === 'not-opened') throw faultAgain(entry.code)
      assert.ok(entry.is === 'opened')
      return port(entry.port)
    })
  let listed: Of<'listed'>['devices'] = []
  let connections: Of<'connected' | 'not-connected'>[] = entries.filter(
    (entry) => entry.is === 'connected' || entry.is === 'not-connected',
  )
  const io: Io = {
    pcsc: () =>
      Promise.resolve({
        connect: () => {
          const [next, ...rest] = connections
          connections = rest
          if (next?.is === 'not-connected') throw faultAgain(next.code)
          return client(next?.client ?? 0)
        },
      }),
    serial: () => Promise.resolve({ open: () => opened('serial') }),
    hid: () =>
      Promise.resolve({
        devices: () =>
          ask('devices', (entry) => {
            if (entry.is === 'listed') listed = entry.devices
            return listed.map((one, i) => ({ ...one, path: `/dev/hidraw${i}`, serialNumber: '' }))
          }),
        open: () => opened('hid'),
      }),
  }

  let told = 0
  let events = 0
  /** What came after an event came to a driver that had told it. */
  const toldOf = async (count: number): Promise<void> => {
    while (told < count) {
      awaited = `event ${count}`
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = () => {
        again()
        resolve()
      }
      again()
      await promise
      awaited = undefined
    }
  }
  let last = { port: 0, pieces: [] as string[] }
  const step = async (entry: Entry): Promise<void> => {
    switch (entry.is) {
      case 'not-loaded':
        return assert.fail('a recording without a device')
      case 'opened':
      case 'not-opened':
        return due(`open ${entry.family}`, entry)
      case 'listed':
        return due('devices', entry)
      case 'wrote': {
        const what = `write ${entry.port} ${entry.bytes}`
        await due(what, entry)
        last = { port: entry.port, pieces: [] }
        heard.set(what, last)
        return
      }
      case 'came':
        last.pieces.push(entry.bytes)
        return queueIn(incoming, entry.port).push(bytesOf(entry.bytes))
      case 'lost':
        return queueIn(incoming, entry.port).fail(faultAgain(entry.code))
      case 'slot': {
        const { slot, state: is, count } = entry
        return queueIn(changes, entry.client).push({ slot, is, count })
      }
      case 'service-lost':
        return queueIn(changes, entry.client).fail(faultAgain(entry.code))
      case 'held':
      case 'not-held':
        return due(`hold ${entry.client} ${entry.slot}`, entry)
      case 'sent':
        return due(`send ${entry.hold} ${entry.apdu}`, entry)
      case 'answered':
      case 'not-answered':
        return due(`answer ${entry.hold}`, entry)
      case 'closed':
      case 'released':
      case 'left':
      case 'connected':
      case 'not-connected':
        return
      case 'event':
        events += 1
        return toldOf(events)
    }
  }
  const run = async () => {
    for (const entry of entries) await step(entry)
    awaited = 'the end'
    wake = again
    again()
  }
  return {
    io,
    /** The driver has told one more event. */
    told: () => {
      told += 1
      wake()
    },
    /** Resolves when every entry was played; what is asked again is still answered then. */
    done: Promise.race([run(), stopped.promise]),
    /** For people: what is due, and what the driver asks for instead. */
    standing: () => ({ due: awaited, asked: asked.map(({ what }) => what) }),
  }
}

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
