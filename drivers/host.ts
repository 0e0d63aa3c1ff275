import { flushCompileCache } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { Check, Default } from 'typebox/value'
import { AgentError, asFault } from '../agent/kernel/errors.ts'
import { type Reader, type ReaderEvent, readerFaults, type Sign } from './driver.ts'
import { driverNamed } from './index.ts'
import { nativeIo } from './io/native.ts'
import { type Down, MESSAGES_VERSION, parseDown, signFaults, type Up } from './messages.ts'

/**
 * The process of one reader, forked by the daemon with `serialization: 'advanced'`. A native call
 * that crashes or hangs takes this process along, and nothing else. A bug ends it with Node's
 * status 1; the daemon starts it anew.
 */

/** A third of the silence after which the daemon gives this process up, at most. */
const HEARTBEAT_MS = 500
/** A device that cannot be released by then is left to the kernel. */
const CLOSE_LIMIT_MS = 1_000

type Body = Up extends infer Each ? (Each extends Up ? Omit<Each, 'version'> : never) : never

let reader: Reader | undefined
let isCompiledKept = false
let taps = 0
let sign: { readonly tap: number; readonly sign: Sign } | undefined

/** A daemon that went away is no error here: it shows as `disconnect`. */
function send(body: Body, sent: () => void = () => undefined): void {
  if (!process.connected) sent()
  else process.send?.({ version: MESSAGES_VERSION, ...body }, undefined, {}, sent)
}

async function open({ driver: name, options }: Extract<Down, { is: 'open' }>): Promise<void> {
  const driver = driverNamed(name)
  if (driver === undefined)
    throw new AgentError('DRIVER_UNAVAILABLE', `this release has no driver ${name}`)
  const complete = Default(driver.options, structuredClone(options))
  if (!Check(driver.options, complete))
    throw new AgentError('DRIVER_UNAVAILABLE', `these are no options of driver ${name}`)
  reader = await driver.open(complete, nativeIo)
  for await (const event of reader.events()) {
    forward(event)
    keepCompiled()
  }
}

/** This process never ends in order, so what it has compiled for the next one is kept once it is loaded. */
function keepCompiled(): void {
  if (isCompiledKept) return
  isCompiledKept = true
  flushCompileCache()
}

function forward(event: ReaderEvent): void {
  sign = undefined
  if (event.is !== 'presented') {
    send(event)
    return
  }
  taps += 1
  if (event.sign !== undefined) sign = { tap: taps, sign: event.sign }
  send({
    is: 'presented',
    tap: taps,
    presented: event.presented,
    pinPad: event.pinPad === true,
  })
}

async function answerSign({ request, tap, digest }: Extract<Down, { is: 'sign' }>): Promise<void> {
  try {
    if (sign?.tap !== tap) throw new AgentError('CARD_GONE', 'this card has left')
    send({ is: 'signed', request, signature: await sign.sign(digest) })
  } catch (error) {
    const { code, message, facts } = asFault(error)
    const known = signFaults.find((candidate) => candidate === code)
    if (known === undefined) throw error
    const { triesLeft } = facts
    send({
      is: 'not-signed',
      request,
      code: known,
      message,
      ...(typeof triesLeft === 'number' && { triesLeft }),
    })
  }
}

/**
 * The device's own end is bounded. Then by SIGKILL: an orderly exit waits for native threads, and one
 * may hang though everything was closed in time, as a card that owes an answer does.
 */
async function leave(): Promise<void> {
  await Promise.race([reader?.close(), wait(CLOSE_LIMIT_MS)])
  process.kill(process.pid, 'SIGKILL')
}

/**
 * Tells the daemon, then ends: only a new process cures this. By SIGKILL, because an orderly exit
 * waits for native threads, and one of them may be what hangs.
 */
async function giveUp(error: unknown): Promise<void> {
  const { code, message } = asFault(error)
  const known = readerFaults.find((candidate) => candidate === code)
  if (known === undefined) throw error
  const sent = new Promise<void>((resolve) => {
    send({ is: 'reader-fault', code: known, message }, resolve)
  })
  await Promise.race([sent, wait(CLOSE_LIMIT_MS)])
  process.kill(process.pid, 'SIGKILL')
}

async function take(value: unknown): Promise<void> {
  const message = parseDown(value)
  switch (message.is) {
    case 'open':
      return await open(message)
    case 'sign':
      return await answerSign(message)
    case 'close':
      return await leave()
  }
}

process.on('disconnect', () => void leave())
process.on('message', (value) => void take(value).catch(giveUp))
setInterval(() => send({ is: 'heartbeat' }), HEARTBEAT_MS)
send({ is: 'heartbeat' })
