import { readFileSync } from 'node:fs'
import { decodeMessage } from '../../agent/xmlmsg/codec.ts'

const ROUNDS = 15
const CALLS = 1_000

/** Microseconds of one call, median over rounds that alternate, so that noise meets both alike. */
function medians(...calls: readonly (() => unknown)[]): number[] {
  const rounds = calls.map((): number[] => [])
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [index, call] of calls.entries()) {
      const begun = process.hrtime.bigint()
      for (let n = 0; n < CALLS; n += 1) call()
      const us = Number(process.hrtime.bigint() - begun) / CALLS / 1_000
      if (round >= 0) rounds[index]?.push(us)
    }
  }
  return rounds.map((times) => times.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN)
}

/** Decode of a 4.7 kB answer, charset included, against JSON.parse of the same data. */
export async function decodeBench(): Promise<{
  name: string
  ratio: number
  floor: string
  detail: string
}> {
  const file = new URL('../fixtures/messages/08_res_elderly_limit_disease.xml', import.meta.url)
  const bytes = readFileSync(file)
  const json = JSON.stringify(decodeMessage('eligibilityAnswer', bytes).message)
  const [decode = Number.NaN, parse = Number.NaN] = medians(
    () => decodeMessage('eligibilityAnswer', bytes),
    () => JSON.parse(json),
  )
  return {
    name: 'decode of a 5 kB answer / JSON.parse',
    ratio: decode / parse,
    floor: '<= 8',
    detail: `${decode.toFixed(1)} us / ${parse.toFixed(1)} us, ${bytes.length} bytes of XML`,
  }
}
