import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Delivery } from '../../../agent/kernel/delivery.ts'
import type { FaceFolderSink } from '../../../agent/kernel/sink.ts'
import {
  type FaceFolderPorts,
  type FaceMemory,
  openFaceFolderSink,
} from '../../../agent/outbox/face-folder.ts'
import { faceMessage } from '../../../agent/outbox/face-message.ts'
import { faceName } from '../../../agent/outbox/face-name.ts'
import { systemClock } from '../../../agent/platform.ts'
import { startReceiptComputer } from '../../../agent/sim/terminal/receipt-computer.ts'
import type { Charset } from '../../../agent/xmlmsg/charset.ts'
import { sample } from '../xmlmsg/samples.ts'
import { deliveryOf, verificationEvent } from './bed.ts'

/** Of the samples. */
export const institutionCode = '1319999991'

/** An answer that no other delivery has: `number` stands in its identifier. */
export function answer(number: number): Uint8Array {
  const text = new TextDecoder().decode(sample('02'))
  return new TextEncoder().encode(text.replace('00042_20260401093000123', `n${number}`))
}

/** The file that becomes of an answer. */
export function made(number: number, charset?: Charset): Buffer {
  const message = faceMessage({ bytes: answer(number), charset: 'UTF-8' }, charset)
  assert.equal(message.is, 'file')
  return Buffer.from(message.is === 'file' ? message.bytes : [])
}

/** An attempt at a verification with an official answer. */
export function faceDelivery(number: number, over: Partial<Delivery> = {}): Delivery {
  const message = { bytes: answer(number), charset: 'UTF-8' as const }
  return deliveryOf(verificationEvent(), { message: () => message, ...over })
}

export const nameOf = ({ id }: Delivery) => faceName(institutionCode, id)

/** Kept as long as the test. */
export function forgetfulMemory(): FaceMemory & { readonly places: Map<string, string> } {
  const places = new Map<string, string>()
  return {
    places,
    placeOf: (id) => places.get(id) ?? null,
    keep: async (id, place) => {
      places.set(id, place)
    },
  }
}

/** A sink that ends with the test. A bug of its thread ends the test. */
export function sinkInto(
  t: TestContext,
  folder: string,
  over: Partial<FaceFolderPorts & FaceFolderSink> = {},
) {
  const { charset, limit = 10, ...ports } = over
  const settings = { kind: 'face-folder', folder, limit, ...(charset && { charset }) } as const
  const sink = openFaceFolderSink(settings, {
    institutionCode,
    clock: systemClock,
    memory: forgetfulMemory(),
    onBug: (bug) => {
      throw bug
    },
    ...ports,
  })
  t.after(() => sink.close())
  return sink
}

/** The folders of a receipt computer at work, which believes what it sees. */
export function receiptComputer(t: TestContext, deleteAfterMs = 0) {
  const root = mkdtempSync(join(tmpdir(), 'onshi-receipt-'))
  for (const name of ['req', 'res', 'face']) mkdirSync(join(root, name))
  const computer = startReceiptComputer({ root, institutionCode, pollMs: 1, deleteAfterMs })
  t.after(async () => {
    await computer.close()
    rmSync(root, { recursive: true, force: true })
  })
  return { computer, folder: join(root, 'face') }
}
