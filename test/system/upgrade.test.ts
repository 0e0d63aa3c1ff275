import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Health } from '../../agent/api/health.ts'
import { checked, eventually } from '../bed/client.ts'
import {
  NEVER_READY,
  ONE_CONDITION_MORE,
  ONE_MIGRATION_MORE,
  openReleases,
  type Releases,
  TWO_MIGRATIONS_MORE,
} from '../bed/machine/releases.ts'
import { whyNoMachine } from '../bed/machine/root.ts'
import { bootBox, DEFAULTS, PHASE, RELEASES } from '../bed/machine/upgrading.ts'

const skip = whyNoMachine() ?? false
const made = { good: '', hung: '', wrong: '' }
const HEALTH = 'http://127.0.0.1:8480/health'
/** Of the unpacking, on a fast machine. */
const UNPACKING_MS = 2_500
let releases: Releases | undefined

before(() => {
  if (skip !== false) return
  releases = openReleases()
  made.good = releases.make('9.1', [ONE_MIGRATION_MORE])
  made.hung = releases.make('9.2', [TWO_MIGRATIONS_MORE, NEVER_READY])
  made.wrong = releases.make('9.3', [TWO_MIGRATIONS_MORE, ONE_CONDITION_MORE])
  process.once('exit', releases.close)
})

test('an upgrade that is well stays, one that is not goes back by itself, and nothing acknowledged is lost', {
  skip,
}, async (t) => {
  const box = await bootBox(t, releases?.folder ?? '')
  const { machine, asker } = box
  const schema = async () =>
    checked(Health, JSON.parse(await machine.must(`curl -s ${HEALTH}`))).versions.schema ?? 0

  await t.test(
    'a good release runs when apt is done, and is the only one that is left',
    async () => {
      const asked = asker.acknowledged.size
      const begun = performance.now()
      await machine.must(`apt-get install -y ${RELEASES}/${made.good}`)
      t.diagnostic(`apt: ${Math.round(performance.now() - begun)} ms`)
      assert.match(await box.running(), /^9\.1-/)
      const ended = await box.ended()
      assert.equal(ended, 'stays', (await machine.run('onshi-agent upgrade show')).stdout)
      await machine.must('! ls -d /usr/lib/onshi-agent.previous /var/lib/onshi-agent-upgrade')
      await machine.must('onshi-agent verify')
      assert.ok(asker.acknowledged.size > asked, 'questions were answered meanwhile')
      assert.deepEqual(await asker.lost(), [])
    },
  )

  await t.test(
    'cut off at any moment, the box boots with a whole release; one whose API never answers is left',
    async () => {
      const before = await schema()
      for (const cut of [1, 2]) {
        const installing = machine.run(`dpkg -i ${RELEASES}/${made.hung}`)
        const phaseNow = async () => (await machine.must(PHASE)).trim()
        const isBegun = async () => ((await phaseNow()) === 'unpacking' ? true : undefined)
        await eventually('the upgrade', isBegun)
        const afterMs = randomInt(UNPACKING_MS)
        await wait(afterMs)
        const phase = await phaseNow()
        await machine.powerCut()
        await installing
        t.diagnostic(`cut ${cut}: after ${afterMs} ms, ${phase}`)
        assert.match(await box.running(), /^9\.1-/)
        await machine.must('onshi-agent verify')
        assert.deepEqual(await asker.lost(), [])
      }
      // It is not waited for: it never comes.
      await machine.must(`cp ${DEFAULTS} /root/defaults && echo WATCH_SECONDS=5 >${DEFAULTS}`)
      await machine.must(`dpkg -i ${RELEASES}/${made.hung}`)
      assert.equal(await box.ended(), 'rolled-back')
      await machine.must(`mv /root/defaults ${DEFAULTS}`)
      assert.match(await box.running(), /^9\.1-/)
      const told = await machine.must('onshi-agent status')
      assert.match(told, /UPGRADE_ROLLED_BACK[\s\S]*"from": "9\.2"[\s\S]*"to": "9\.1"/)
      assert.match(told, /"why": "UNIT_activating"/)
      assert.equal(await schema(), before + 1, 'it runs on the schema of the release that it left')
      assert.deepEqual(await asker.lost(), [])
    },
  )

  await t.test(
    'a release that brings a condition is left for the one that was kept, also after a reboot',
    async () => {
      await machine.must(`dpkg -i ${RELEASES}/${made.wrong}`)
      assert.match(await box.running(), /^9\.3-/)
      assert.equal(await box.ended(), 'rolled-back')
      assert.match(await box.running(), /^9\.1-/)
      assert.match(await machine.must('onshi-agent upgrade show'), /"why": "PURGE_FAILED"/)
      await asker.resting(machine.reboot)
      assert.match(await box.running(), /^9\.1-/)
      assert.deepEqual(await asker.lost(), [])
    },
  )

  await t.test('a removal leaves nothing of it', async () => {
    await machine.must('dpkg -r onshi-agent')
    await machine.must('! ls -d /usr/lib/onshi-agent* /var/lib/onshi-agent-upgrade')
    await machine.must('! grep -s . /etc/systemd/system/onshi-agent.service')
  })
  t.diagnostic(`${asker.acknowledged.size} acknowledged, ${asker.refused()} refused`)
})
