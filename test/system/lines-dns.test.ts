import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DnsBehaviour } from '../bed/net/dns.ts'
import { whyNoNet } from '../bed/net/namespaces.ts'
import { NOBODY } from '../bed/net/plan.ts'
import { type LineFault, SESSIONS, testFaults } from './line-faults/fault.ts'
import { HASTE, openStage, type Stage, until } from './line-faults/stage.ts'

const naming = (what: string, behaviour: DnsBehaviour): LineFault => ({
  name: `a test of the lines finds that the DNS of line A ${what}, and questions go over another line until it is cured`,
  meets: 'at-rest',
  async begin(stage) {
    await stage.bed.dns('a').behave(behaviour)
    await stage.lines(true)
  },
  over: ['b'],
  cause: 'LINE_NAME_UNRESOLVED',
})

const NAMES: readonly LineFault[] = [
  naming('says another address', { mode: 'wrong', address: NOBODY.ipv6 }),
  naming('fails (SERVFAIL)', { mode: 'servfail' }),
  naming('knows no such name (NXDOMAIN)', { mode: 'nxdomain' }),
  naming('has no address of the line’s family', { mode: 'empty' }),
  naming('is silent', { mode: 'silent' }),
]

// An answer meanwhile would know better than the test; here nothing but the questions is asked.
testFaults('the DNS of line A fails in one way or another', NAMES, {
  tables: HASTE.replace(/application_probe_seconds = 1/, 'application_probe_seconds = 300'),
})

/** Resolves when what DNS said before no longer holds: it is asked again. */
async function untilAskedAgain({ bed }: Stage) {
  const before = await bed.dns('a').queries()
  await until('DNS is asked again', async () => (await bed.dns('a').queries()) > before)
}

for (const mode of ['servfail', 'silent'] as const)
  test(`while the DNS of line A stays bad (${mode}), questions go on to the address that it said last`, {
    skip: whyNoNet() ?? false,
  }, async (t) => {
    const stage = await openStage(t)
    await stage.restart()
    await stage.bed.dns('a').behave({ mode })
    await untilAskedAgain(stage)
    await untilAskedAgain(stage)
    await stage.bed.gateway.behave({ delayMs: 200 })
    await until('answers over line A, on new connections too', async () => {
      const asked = Array.from({ length: SESSIONS }, () => stage.ask())
      const answers = await Promise.all(asked)
      return answers.every(({ outcome, source }) => outcome === 'valid' && source.line === 'a')
    })
    assert.equal((await stage.line('a')).standing, 'up')
    assert.deepEqual(await stage.lost(), [])
    await stage.stop()
  })
