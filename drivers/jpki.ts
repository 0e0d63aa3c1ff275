import { AgentError } from '../agent/kernel/errors.ts'
import type { Transmit } from './io/io.ts'

/**
 * Commands to the JPKI applet (公的個人認証) of a My Number card.
 *
 * Files and commands: [OpenSC, src/libopensc/jpki.h and pkcs15-jpki.c; jpki/myna, src/jpki.rs].
 */
const JPKI_AID = [0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01]

/** Elementary files of the applet that are used here: those of the 利用者証明用 certificate. */
export const file = { authCertificate: 0x000a, authKey: 0x0017, authPin: 0x0018 } as const

/** Answers of one command that only ask for another: more would be a card that never ends. */
const FOLLOW_UP_LIMIT = 8

export const OK = 0x9000

/** An R-APDU. */
export interface Reply {
  readonly data: Uint8Array
  readonly status: number
}

/** The status word that answers the selection of the applet, which forgets a verified PIN. */
export async function selectApplet(transmit: Transmit): Promise<number> {
  const apdu = Uint8Array.of(0x00, 0xa4, 0x04, 0x0c, JPKI_AID.length, ...JPKI_AID)
  return (await exchange(transmit, apdu)).status
}

/** The status word that answers the selection of one of the applet's files. */
export async function selectFile(transmit: Transmit, file: number): Promise<number> {
  const apdu = Uint8Array.of(0x00, 0xa4, 0x02, 0x0c, 0x02, file >> 8, file & 0xff)
  return (await exchange(transmit, apdu)).status
}

/**
 * One command. `61xx` (more to fetch) and `6Cxx` (ask for xx bytes) are followed here, as the
 * transport of a contact card wants it. [ISO/IEC 7816-4, 5.6; 7816-3, 10.3.4]
 */
export async function exchange(transmit: Transmit, apdu: Uint8Array): Promise<Reply> {
  const parts: number[] = []
  let next = apdu
  for (let turn = 0; turn < FOLLOW_UP_LIMIT; turn++) {
    const { data, status } = split(await transmit(next))
    parts.push(...data)
    const hint = status >> 8
    if (hint === 0x61) next = Uint8Array.of(0x00, 0xc0, 0x00, 0x00, status & 0xff)
    else if (hint === 0x6c && apdu.length === 5)
      next = Uint8Array.of(...apdu.subarray(0, 4), status & 0xff)
    else return { data: Uint8Array.from(parts), status }
  }
  throw unreadable('an answer has no end')
}

/** Throws CARD_UNREADABLE for fewer than two bytes. */
export function split(reply: Uint8Array): Reply {
  const [high, low] = reply.subarray(-2)
  if (high === undefined || low === undefined) throw unreadable('an answer has no status word')
  return { data: reply.subarray(0, -2), status: (high << 8) | low }
}

/** CARD_UNREADABLE, with the status word where there is one. */
export const unreadable = (message: string, status?: number): AgentError =>
  new AgentError('CARD_UNREADABLE', message, { facts: status === undefined ? {} : inFacts(status) })

/** A status word as people write it. */
export const inFacts = (status: number) => ({ status: status.toString(16).padStart(4, '0') })
