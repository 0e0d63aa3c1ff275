import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  groupsOf,
  newRecoveryKey,
  readRecoveryKey,
} from '../../../../agent/ops/backup/recovery-key.ts'
import { recoveryPage } from '../../../../agent/ops/backup/recovery-page.ts'
import { widthOf } from '../../../../agent/ops/text-page.ts'

test('a key typed off its page, in whatever hand, is the key; any one wrong letter is found', async () => {
  const key = await newRecoveryKey()
  const groups = groupsOf(key.secret)
  const hands = [
    key.secret,
    `# created: 2026\n# public key: ${key.recipient}\n${key.secret}\n`,
    `age-secret-key-1\r\n${groups.join(' ').toLowerCase()}\r\n`,
    `ＡＧＥ－ＳＥＣＲＥＴ－ＫＥＹ－１　${groups.join('　')}`,
    key.secret.slice(0, 16) +
      key.secret.slice(16).replaceAll('0', 'O').replaceAll('8', 'B').replaceAll('L', 'I'),
  ]
  for (const hand of hands) assert.deepEqual(await readRecoveryKey(hand), key, hand)
  const body = key.secret.slice(16)
  for (let at = 0; at < body.length; at += 1) {
    const slip = body[at] === 'Q' ? 'P' : 'Q'
    const typed = `AGE-SECRET-KEY-1${body.slice(0, at)}${slip}${body.slice(at + 1)}`
    await assert.rejects(readRecoveryKey(typed), { code: 'RECOVERY_KEY_INVALID' }, String(at))
  }
  for (const none of [
    '',
    'AGE-SECRET-KEY-1',
    `${key.secret}A`,
    key.secret.slice(0, -1),
    key.recipient,
  ])
    await assert.rejects(readRecoveryKey(none), { code: 'RECOVERY_KEY_INVALID' })
})

test('the page shows the whole key in groups, fits its paper, and typing it over gives the key', async () => {
  const key = await newRecoveryKey()
  const page = recoveryPage(key, '2026-11-29')
  const lines = page.split('\n')
  assert.ok(
    lines.every((line) => widthOf(line) <= 80),
    'no line is cut by a printer',
  )
  const from = lines.findIndex((line) => line.includes('AGE-SECRET-KEY-1'))
  const typed = lines.slice(from, lines.indexOf('', from)).join('\n')
  assert.equal((await readRecoveryKey(typed)).secret, key.secret)
  assert.ok(page.includes('2026-11-29'))
})
