import { readdirSync, readFileSync } from 'node:fs'
import type { MessageKind } from '../../../agent/xmlmsg/messages.ts'

const folder = new URL('../../fixtures/messages/', import.meta.url)

const kinds: readonly (readonly [file: RegExp, kind: MessageKind])[] = [
  [/OQSsiquc01req/, 'eligibilityRequest'],
  [/OQSmuquc01req/, 'bulkRequest'],
  [/OQSmuquc01res/, 'bulkAccepted'],
  [/OQSmuquc02req/, 'bulkFetch'],
  [/OQSmuquc02res/, 'bulkAnswer'],
  [/OQSsiimm01req/, 'referenceNumberRequest'],
  [/OQSmuhvq01req/, 'consentListRequest'],
  [/_res_/, 'eligibilityAnswer'],
]

/** The sixteen invented messages, with the kind that each is. */
export const samples = readdirSync(folder)
  .sort()
  .map((name) => {
    const kind = kinds.find(([file]) => file.test(name))?.[1]
    if (kind === undefined) throw new Error(`${name} is of no known kind`)
    return { name, kind, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }
  })

/** The sample whose name begins with `number`. */
export function sample(number: string): Uint8Array {
  const found = samples.find(({ name }) => name.startsWith(number))
  if (found === undefined) throw new Error(`no sample ${number}`)
  return found.bytes
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
