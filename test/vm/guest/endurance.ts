import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type BenchMaker, follow } from '../../drivers/bench.ts'
import { myNumberCard } from '../../drivers/cards.ts'

const CYCLES = Number(process.env['CYCLES'] ?? 100)

/** What a reader lives through in its years. Makes a test; to be called at the top of a test file. */
export function holdToEndurance({ name, outageIs, open }: BenchMaker): void {
  describe(`driver ${name}`, () => {
    test(`the card is read each time after ${CYCLES} unplugs and replugs, and nothing is left open`, async (t) => {
      const bench = await open()
      t.after(() => bench.close())
      const events = follow(bench.reader)
      await bench.put(myNumberCard())
      await events.until(({ is }) => is === 'presented')
      const openAtFirst = openFiles()
      const tookMs: number[] = []
      for (let cycle = 0; cycle < CYCLES; cycle++) {
        await bench.outage()
        const fault = await events.until(({ is }) => is === 'reader-fault')
        assert.ok(fault.is === 'reader-fault' && fault.code === outageIs)
        const curedAt = performance.now()
        await bench.cure()
        const event = await events.until(({ is }) => is === 'presented')
        assert.ok(event.is === 'presented' && event.presented.kind === 'my-number-card')
        tookMs.push(Math.round(performance.now() - curedAt))
      }
      tookMs.sort((a, b) => a - b)
      const [median, longest] = [tookMs[tookMs.length >> 1], tookMs.at(-1)]
      t.diagnostic(`plugged in to read: ${median} ms at the median, ${longest} ms at most`)
      assert.equal(openFiles(), openAtFirst)
    })
  })
}

const openFiles = () => readdirSync('/proc/self/fd').length
