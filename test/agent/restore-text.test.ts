import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RestoreReport, restoredText } from '../../agent/restore-text.ts'

const report: RestoreReport = {
  gap: { from: 0, to: 60_000, lastEventAt: null },
  store: '/var/lib/onshi-agent/agent.db',
  aside: [],
  replaced: [],
  isNewKey: true,
  written: [],
  kept: [],
  certificate: null,
  missing: [],
  handedOver: null,
  unseen: [],
}

test('who restored without the certificate is told how to add it before the start', () => {
  const text = restoredText({ ...report, missing: ['/etc/onshi-agent/clinic.p12'] })
  assert.match(text, /clinic\.p12[\s\S]*--replace --certificate P12[\s\S]*Next: systemctl start/)
  assert.doesNotMatch(restoredText(report), /--certificate/, 'nothing is missing')
})

test('a secret that only a person can bring is handed to the service by the same command once more', () => {
  const handedOver = '/etc/onshi-agent/credentials'
  const of = (missing: string) => restoredText({ ...report, handedOver, missing: [missing] })
  assert.match(of(`${handedOver}/api.key`), /api\.key[\s\S]*once more with --replace, which hands/)
  assert.doesNotMatch(of('/etc/onshi-agent/api.key'), /which hands/, 'the agent reads it itself')
})

test('who was shut out since the backup may come in again: it is said', () => {
  assert.match(restoredText(report), /signed out[\s\S]*`staff list` and `consumer list`/)
})

test('a share that is not mounted on the new machine is named, with what mounts it', () => {
  const text = restoredText({ ...report, unseen: ['/mnt/oqs/req'] })
  assert.match(
    text,
    /まだ見えない[\s\S]*\/mnt\/oqs\/req[\s\S]*onshi-agent setup[\s\S]*Next: systemctl/,
  )
  assert.doesNotMatch(restoredText(report), /setup/, 'everything is there')
})
