import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { patientByNumber } from '../../agent/sim/patients.ts'
import { mountShare, noBindfs } from '../bed/bindfs.ts'
import { eventually } from '../bed/client.ts'
import { makeTerminalBed } from '../bed/terminal.ts'

const face = patientByNumber('01')?.cardFace ?? {}
/** A clean stop with a share that hangs; systemd would wait for 75 s. */
const STOP_LIMIT_MS = 30_000

test('on a share that tells of no change a result is taken in though it is deleted a second later', {
  skip: noBindfs,
}, async (t) => {
  const share = await mountShare(t)
  const bed = await makeTerminalBed(t, {
    root: dirname(share.behind),
    seenAt: dirname(share.folder),
  })
  const client = await bed.clientOf(await bed.start())
  await eventually('the first look at the share', async () => {
    const { folders } = JSON.parse((await client.get('/v1/terminal')).text)
    return (
      folders.every(({ lookedAt }: { lookedAt: string | null }) => lookedAt !== null) || undefined
    )
  })
  bed.terminal.behave({ mode: 'deletes', deleteAfterMs: 1_000, at: 'face' })
  for (const [n, patient] of ['01', '02', '03'].entries()) {
    await bed.terminal.face(patient)
    await eventually(`the result of ${patient}`, async () =>
      (await client.feed()).length === n + 1 ? true : undefined,
    )
  }
  assert.equal((await client.ask(face)).outcome, 'valid')
})

test('a share that hangs is told, everything else goes on, and the agent can be stopped', {
  skip: noBindfs,
}, async (t) => {
  const share = await mountShare(t)
  const bed = await makeTerminalBed(t, {
    root: dirname(share.behind),
    seenAt: dirname(share.folder),
  })
  const agent = await bed.start()
  const client = await bed.clientOf(agent)
  assert.equal((await client.ask(face)).outcome, 'valid')
  share.stop()
  t.after(() => share.resume())
  await eventually('the share is said to be silent', async () => {
    const { folders } = JSON.parse((await client.get('/v1/terminal')).text)
    return folders.every(({ state }: { state: string }) => state === 'silent') || undefined
  })
  const offline = await client.ask(face)
  assert.deepEqual([offline.outcome, offline.fault?.code], ['offline', 'TERMINAL_UNREACHABLE'])
  assert.equal((await client.get('/readyz')).status, 200)
  assert.equal((await bed.cli('doctor')).code, 69)

  share.resume()
  await eventually('it is asked again once the share answers', async () => {
    const items = await client.feed()
    return items.some(
      (item) => item.type === 'verification' && item.verification.supersedes === offline.id,
    )
      ? true
      : undefined
  })
  assert.deepEqual(readdirSync(join(dirname(share.behind), 'req')), [])

  share.stop()
  await eventually('it hangs again', async () => {
    const { folders } = JSON.parse((await client.get('/v1/terminal')).text)
    return folders.some(({ state }: { state: string }) => state === 'silent') || undefined
  })
  const stoppedAt = performance.now()
  await agent.stop()
  assert.ok(performance.now() - stoppedAt < STOP_LIMIT_MS)
  assert.match(agent.output(), /agent-stopped/)
})
