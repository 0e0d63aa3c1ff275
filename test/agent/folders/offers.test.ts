import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Taking } from '../../../agent/folders/folder.ts'
import { Offers } from '../../../agent/folders/offers.ts'
import type { Offer, Verdict } from '../../../agent/folders/wire.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'

/** Offers under a clock whose sleeps end before the time that they were to last. */
function openOffers(take: (name: string) => Taking) {
  const sleepers: (() => void)[] = []
  const verdicts: [number, Verdict][] = []
  const offers = new Offers({
    clock: { now: () => 1_000, sleep: () => new Promise<void>((wake) => sleepers.push(wake)) },
    take: async ({ name }) => take(name),
    accepts: () => true,
    isKnown: () => false,
    decide: (id, verdict) => verdicts.push([id, verdict]),
    onFault: () => undefined,
    onBug(error) {
      throw error
    },
  })
  const wake = async () => {
    sleepers.shift()?.()
    await turn()
  }
  return { offers, verdicts, wake }
}

function offerOf(id: number): Offer {
  const bytes = Buffer.from(`<${id}>`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const name = `OQS${id}.xml`
  return { id, role: 'res', name, bytes, sha256, modifiedAt: 0, isFinal: false, isNew: true }
}

test('a file is offered again though the timer that waited for it was early', async () => {
  let failures = 2
  const { offers, verdicts, wake } = openOffers((name) => {
    if (name !== 'OQS1.xml' || failures === 0) return 'taken'
    failures -= 1
    throw new AgentError('STORE_FULL', 'by the test')
  })
  offers.add(offerOf(1))
  await turn()
  offers.add(offerOf(2))
  await turn()
  assert.deepEqual(verdicts, [[2, 'done']])
  await wake()
  assert.deepEqual(verdicts, [[2, 'done']])
  await wake()
  assert.deepEqual(verdicts, [
    [2, 'done'],
    [1, 'done'],
  ])
  await offers.close()
})
