import { encodeCp932 } from '../../agent/xmlmsg/cp932.ts'

/** One value that must not leak, in every form in which it could. */
export interface Needle {
  /** For the report of a leak, which must not repeat the value. */
  readonly name: string
  readonly forms: readonly Form[]
}

interface Form {
  readonly encoding: string
  readonly bytes: Buffer
}

/** Shorter ones would be found by chance in bytes that are as good as random. */
const LEAST_BYTES = 6

/** A text: UTF-8, UTF-16, CP932, each also in base64 and hex; JSON and percent escapes. */
export function textNeedle(name: string, text: string): Needle {
  const cp932 = encodeCp932(text)
  const encoded: Form[] = [
    { encoding: 'utf-8', bytes: Buffer.from(text) },
    { encoding: 'utf-16le', bytes: Buffer.from(text, 'utf16le') },
    ...(typeof cp932 === 'number' ? [] : [{ encoding: 'cp932', bytes: Buffer.from(cp932) }]),
  ]
  const escaped: Form[] = [
    { encoding: 'json', bytes: Buffer.from(jsonEscaped(text)) },
    { encoding: 'percent', bytes: Buffer.from(encodeURIComponent(text)) },
  ]
  return { name, forms: fit(name, [...encoded, ...encoded.flatMap(transported), ...escaped]) }
}

/** Bytes: as they are, in base64 and in hex. */
export function byteNeedle(name: string, bytes: Buffer): Needle {
  const raw = { encoding: 'raw', bytes }
  return { name, forms: fit(name, [raw, ...transported(raw)]) }
}

/** Names of the needles that are somewhere in `hay`, with the form. */
export function leaks(needles: readonly Needle[], hay: Buffer): string[] {
  return needles.flatMap(({ name, forms }) =>
    forms.flatMap(({ encoding, bytes }) => (hay.includes(bytes) ? [`${name} (${encoding})`] : [])),
  )
}

/** Names of the needles of which `hay` holds any form. */
export const found = (needles: readonly Needle[], hay: Buffer): string[] =>
  needles.flatMap(({ name, forms }) =>
    forms.some(({ bytes }) => hay.includes(bytes)) ? [name] : [],
  )

function fit(name: string, forms: Form[]): Form[] {
  const short = forms.find(({ bytes }) => bytes.length < LEAST_BYTES)
  if (short !== undefined)
    throw new Error(`${name} is too short to be looked for: ${short.encoding}`)
  return forms
}

function transported({ encoding, bytes }: Form): Form[] {
  const hex = bytes.toString('hex')
  return [
    { encoding: `${encoding}, hex`, bytes: Buffer.from(hex) },
    { encoding: `${encoding}, HEX`, bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((offset) => ({
      encoding: `${encoding}, base64 at ${offset}`,
      bytes: Buffer.from(base64Inside(bytes, offset)),
    })),
  ]
}

/** What base64 of a longer text shows of `bytes` that begin at `offset` modulo 3. */
function base64Inside(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const from = Math.ceil((offset * 8) / 6)
  const to = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(from, to)
}

const jsonEscaped = (text: string) =>
  text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
