import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SEARCH_INFO } from '../gateway/rules.ts'
import { type Charset, documented, write } from '../gateway/write.ts'
import { japaneseMoment } from '../patients/dates.ts'
import type { CardFace, Fields } from '../patients/element.ts'
import { DEMO_INSTITUTION_CODE } from '../pki.ts'
import { type Complaint, openTray, type Received } from './tray.ts'

export interface ReceiptComputerOptions {
  /** Holds the folders `req`, `res` and `face`; they need not be there all the time. */
  readonly root: string
  readonly institutionCode?: string
  /** Of its requests; default shift_jis, as most write. */
  readonly charset?: Charset
  /** Between looks into `res` and `face`; default 100. */
  readonly pollMs?: number
  /** A file that was read is deleted after that; default 1000. Null: never. */
  readonly deleteAfterMs?: number | null
  /** First number of its own identifiers; default 1. */
  readonly firstNumber?: number
}

/** A receipt computer (レセコン) at work on the folders of a terminal. */
export interface ReceiptComputer {
  /** Every file that it read, oldest first. */
  received(): readonly Received[]
  /** What a program on these folders should never see, oldest first. */
  complaints(): readonly Complaint[]
  /** The first file that was or will be received and is so. Never ends where none comes. */
  arrived(isIt: (file: Received) => boolean): Promise<Received>
  /**
   * Asks by card face under `yyyyMMdd` and a counter of four digits. Resolves with the answer file.
   * Rejects with a `TimeoutError` after `timeoutMs` (default 10 s), with an `AbortError` when it is
   * closed, and with the system's error where `req` takes no file.
   */
  ask(cardFace: CardFace, timeoutMs?: number): Promise<Received>
  /** The same for a request of any kind, as `OQSmuquc01` with this body. */
  exchange(prefix: string, body: Fields, timeoutMs?: number): Promise<Received>
  close(): Promise<void>
}

const POLL_MS = 100
const DELETE_AFTER_MS = 1000
const ANSWER_MS = 10_000
const INSURER_NUMBER_WIDTH = 8

const searchOf = (face: CardFace): Fields => ({
  InsurerNumber: face.insurerNumber.padStart(INSURER_NUMBER_WIDTH),
  ...(face.insuredCardSymbol === undefined ? {} : { InsuredCardSymbol: face.insuredCardSymbol }),
  InsuredIdentificationNumber: face.insuredIdentificationNumber,
  ...(face.insuredBranchNumber === undefined
    ? {}
    : { InsuredBranchNumber: face.insuredBranchNumber }),
  Birthdate: face.birthdate,
  LimitApplicationCertificateRelatedConsFlg: '1',
})

const headerOf = (today: string, institutionCode: string, identifier: string): Fields => ({
  QualificationConfirmationDate: today,
  MedicalInstitutionCode: institutionCode,
  ArbitraryFileIdentifier: identifier,
})

/** Those who wait for a file. */
const openWaiting = (signal: AbortSignal) => {
  const waiting = new Set<(file: Received) => void>()
  return {
    tell: (file: Received) => {
      for (const one of waiting) one(file)
    },
    first: (isIt: (file: Received) => boolean, until: AbortSignal = signal) =>
      new Promise<Received>((resolve, reject) => {
        const end = () => {
          waiting.delete(hear)
          until.removeEventListener('abort', stop)
        }
        const stop = () => {
          end()
          reject(until.reason)
        }
        const hear = (file: Received) => {
          if (!isIt(file)) return
          end()
          resolve(file)
        }
        if (until.aborted) return reject(until.reason)
        waiting.add(hear)
        until.addEventListener('abort', stop)
      }),
  }
}

/**
 * Starts a receipt computer as they are: it polls, believes that a file is whole when it has a name,
 * reads it once and deletes it a second later. It takes its own answers and every result of the card
 * reader, and touches nothing else.
 */
export const startReceiptComputer = (options: ReceiptComputerOptions): ReceiptComputer => {
  const { root, institutionCode = DEMO_INSTITUTION_CODE, charset = 'shift_jis' } = options
  const closing = new AbortController()
  const { signal } = closing
  const received: Received[] = []
  const complaints: Complaint[] = []
  const waiting = openWaiting(signal)
  const notes = {
    institutionCode,
    deleteAfterMs: options.deleteAfterMs === undefined ? DELETE_AFTER_MS : options.deleteAfterMs,
    received,
    onReceived: (file: Received) => {
      received.push(file)
      waiting.tell(file)
    },
    onComplaint: (complaint: Complaint) => complaints.push(complaint),
  }
  const trays = [
    openTray('res', join(root, 'res'), notes),
    openTray('face', join(root, 'face'), notes),
  ]
  let number = (options.firstNumber ?? 1) - 1
  const watch = async () => {
    while (!signal.aborted) {
      for (const tray of trays) await tray.look()
      await sleep(options.pollMs ?? POLL_MS, undefined, { signal })
    }
  }
  const watching = watch().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  const exchange = async (prefix: string, body: Fields, timeoutMs = ANSWER_MS) => {
    number += 1
    const today = japaneseMoment(Date.now()).slice(0, 8)
    const identifier = `${today}${String(number).padStart(4, '0')}`
    const header = headerOf(today, institutionCode, identifier)
    const path = join(root, 'req', `${prefix}req_${identifier}.xml`)
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    await writeFile(`${path}.tmp`, write({ header, body }, charset, documented))
    const answer = waiting.first((file) => file.identifier === identifier, until)
    await Promise.all([rename(`${path}.tmp`, path), answer])
    return answer
  }
  return {
    received: () => received,
    complaints: () => complaints,
    arrived: async (isIt) => received.find(isIt) ?? waiting.first(isIt),
    ask: (cardFace, timeoutMs) =>
      exchange('OQSsiquc01', { [SEARCH_INFO]: searchOf(cardFace) }, timeoutMs),
    exchange,
    close: async () => {
      closing.abort()
      await watching
    },
  }
}
