import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Conditions } from '../../../agent/kernel/conditions.ts'
import { openListenCertificate } from '../../../agent/ops/listen-certificate.ts'
import { makeCa } from '../../../agent/ops/own-ca/certificate.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { recordingLog } from '../../fakes/log.ts'

const DAY = 24 * 3_600_000

function stage(t: TestContext, days: number) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-listen-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = new FakeClock()
  const conditions = new Conditions(clock)
  const [certificateFile, keyFile] = [join(folder, 'crt'), join(folder, 'key')]
  const make = (last: number) => {
    const span = { notBefore: clock.now() - DAY, notAfter: clock.now() + last * DAY }
    return makeCa('x', { names: ['x'], addresses: [] }, span)
  }
  const write = (pair: { certificate: string; key: string }) => {
    writeFileSync(certificateFile, pair.certificate)
    writeFileSync(keyFile, pair.key)
  }
  write(make(days))
  const watched = openListenCertificate({
    certificateFile,
    keyFile,
    subject: '192.168.1.9:8480',
    conditions,
    clock,
    log: recordingLog(),
    onBug: (error) => assert.fail(String(error)),
  })
  t.after(() => watched.close())
  const shows = () => conditions.showing().map(({ code, facts }) => ({ condition: code, ...facts }))
  return { clock, watched, make, write, shows, certificateFile }
}

test('the clinic’s own certificate is told of 30 days before its end, and when it has ended', async (t) => {
  const { clock, shows } = stage(t, 32)
  assert.deepEqual(shows(), [])
  await clock.stall(2 * DAY)
  assert.deepEqual(shows(), [{ condition: 'LISTEN_CERTIFICATE_EXPIRING', days: 30 }])
  await clock.stall(31 * DAY)
  assert.deepEqual(shows(), [{ condition: 'LISTEN_CERTIFICATE_WRONG', days: -1 }])
})

test('a new one in the same files is taken up within a minute, half of one is not', async (t) => {
  const { clock, watched, make, write, shows, certificateFile } = stage(t, 10)
  const heard: string[] = []
  watched.onChange(({ certificate }) => void heard.push(certificate))
  const [first, next] = [watched.certificate, make(365)]
  writeFileSync(certificateFile, next.certificate)
  await clock.advance(60_000)
  assert.ok(shows().some((one) => 'code' in one && one.code === 'KEY_OF_ANOTHER'))
  assert.deepEqual([heard, watched.certificate], [[], first])
  write(next)
  await clock.advance(60_000)
  assert.deepEqual([heard, shows()], [[next.certificate], []])
  const { certificate, key } = make(365)
  // The rest of its chain was cut off on the way.
  write({ certificate: `${certificate}\n${certificate.slice(0, 200)}`, key })
  await clock.advance(60_000)
  assert.equal(watched.certificate, next.certificate)
  assert.equal(shows()[0]?.condition, 'LISTEN_CERTIFICATE_WRONG')
  writeFileSync(certificateFile, 'no certificate')
  await clock.advance(60_000)
  assert.equal(watched.certificate, next.certificate)
  assert.equal(shows()[0]?.condition, 'LISTEN_CERTIFICATE_WRONG')
})
