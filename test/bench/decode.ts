import { readFileSync } from 'node:fs'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'
import { median, type Row, ratioRow } from './row.ts'

const ROUNDS = 15
const WARM_UP = 2
const CALLS = 1_000

/** Microseconds of one call, median over rounds that alternate, so that noise meets both alike. */
function medians(...calls: readonly (() => unknown)[]): number[] {
  const times = calls.map((): number[] => [])
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [index, call] of calls.entries()) {
      const begun = process.hrtime.bigint()
      for (let n = 0; n < CALLS; n += 1) call()
      const us = Number(process.hrtime.bigint() - begun) / CALLS / 1_000
      if (round >= 0) times[index]?.push(us)
    }
  }
  return times.map(median)
}

/** Decode of a 4.7 kB answer, charset included, against JSON.parse of the same data. */
export async function decodeBench(): Promise<Row[]> {
  const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)
  const bytes = readFileSync(file)
  const json = JSON.stringify(decodeMessage('eligibilityAnswer', bytes).message)
  const [ours = Number.NaN, baseline = Number.NaN] = medians(
    () => decodeMessage('eligibilityAnswer', bytes),
    () => JSON.parse(json),
  )
  const name = 'decode of a 5 kB answer / JSON.parse'
  const note = `${bytes.length} bytes of XML, ${Buffer.byteLength(json)} bytes of JSON`
  return [ratioRow({ name, ours, baseline, unit: 'us', limit: 8, note })]
}
