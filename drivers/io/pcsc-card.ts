import { AgentError } from '../../agent/kernel/errors.ts'
import type { HeldCard, PinPad } from './io.ts'
import type { Call } from './pcsc-calls.ts'
import { heedPad, pinPadIn, pinVerifyStructure } from './pin-pad.ts'

type Native = typeof import('pcsc-mini')
type NativeReader = import('pcsc-mini').Reader
type NativeCard = Awaited<ReturnType<NativeReader['connect']>>

/** One answer: 256 bytes and a status word. */
const REPLY_BYTES = 258
/**
 * How long libccid waits for a pad that does not mind its own time limit; it then gives the entry up
 * itself. [libccid, commands.c, SecurePINVerify]
 */
const PAD_LIMIT_MS = 90_000
/** CM_IOCTL_GET_FEATURE_REQUEST, of which PC/SC makes a control code. [PC/SC part 10, 2.2] */
const GET_FEATURE_REQUEST = 3400

/**
 * Shared, as other programs may watch the reader too, but in a transaction: a SELECT of theirs in
 * the middle of ours would make us read another file.
 */
export async function holdCard(
  native: Native,
  reader: NativeReader,
  call: Call,
): Promise<HeldCard> {
  const { LEAVE } = native.CardDisposition
  const card = await call(() => reader.connect(native.CardMode.SHARED))
  const begin = async () => {
    const transaction = await call(() => card.transaction())
    const { atr } = await call(() => card.state())
    const pad = await padOf(native, card, call)
    return { transaction, atr: Uint8Array.from(atr), pad }
  }
  const leave = () => ended(call(() => card.disconnect(LEAVE)))
  const { transaction, atr, pad } = await begin().catch(async (error: unknown) => {
    await leave()
    throw error
  })

  let owed: Promise<unknown> | undefined
  const owing = <T>(answer: Promise<T>): Promise<T> => {
    const settled = () => {
      owed = undefined
    }
    owed = answer.then(settled, settled)
    return answer
  }
  const release = async () => {
    await ended(call(() => transaction.end(LEAVE)))
    await leave()
  }
  return {
    atr,
    transmit: (apdu) => owing(call(() => card.transmit(apdu, new ArrayBuffer(REPLY_BYTES)))),
    ...(pad !== undefined && {
      pinPad: { verify: (...entry) => owing(pad.verify(...entry)) },
    }),
    // A card that owes an answer cannot be let go of before it gives one, and nobody waits for it.
    release: async () => {
      if (owed === undefined) await release()
      else void owed.then(release)
    },
  }
}

/** A pad that the reader's driver offers for secure PIN entry. */
async function padOf(native: Native, card: NativeCard, call: Call): Promise<PinPad | undefined> {
  const features = await featuresOf(native, card, call)
  const control = pinPadIn(features)
  if (control === undefined) return undefined
  return {
    verify: async (command, digits, timeoutMs) => {
      const structure = pinVerifyStructure(command, digits, timeoutMs)
      const enter = () => card.control(control, structure, new ArrayBuffer(REPLY_BYTES))
      const answer = Uint8Array.from(await call(enter, Math.max(timeoutMs, PAD_LIMIT_MS)))
      heedPad(answer)
      return answer
    },
  }
}

/**
 * Drivers that do not know the question refuse it in ways of their own: then there are none. If
 * instead the card has left, the next command says so.
 */
async function featuresOf(native: Native, card: NativeCard, call: Call): Promise<Uint8Array> {
  const ask = () =>
    card.control(native.controlCode(GET_FEATURE_REQUEST), undefined, new ArrayBuffer(REPLY_BYTES))
  try {
    return await call(ask)
  } catch (error) {
    if (error instanceof AgentError) return new Uint8Array()
    throw error
  }
}

/**
 * SCARD_ATTR_CHANNEL_ID, in a connection that needs no card. [PC/SC part 3, 3.1.4] Waits while
 * another program is at the reader, whose pad may wait for a person.
 */
export async function channelOf(
  native: Native,
  reader: NativeReader,
  call: Call,
): Promise<number | undefined> {
  const { DIRECT } = native.CardMode
  const connect = () => reader.connect(DIRECT, native.Protocol.UNSET)
  const direct = await call(connect, PAD_LIMIT_MS)
  try {
    const ask = () => direct.attributeGet(native.attributes.ids.CHANNEL_ID)
    const value = Buffer.from(await call(ask, PAD_LIMIT_MS))
    return value.length === 4 ? value.readUInt32LE() : undefined
  } catch (error) {
    // A driver without this attribute: nothing is known of the channel.
    if (error instanceof AgentError && error.facts['pcsc'] === 'UnsupportedFeature')
      return undefined
    throw error
  } finally {
    await ended(call(() => direct.disconnect(native.CardDisposition.LEAVE)))
  }
}

/** A card that has left cannot be let go of any more, and need not be. */
async function ended(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof AgentError)) throw error
  }
}
