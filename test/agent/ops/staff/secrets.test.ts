import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { type Derive, openSecrets } from '../../../../agent/ops/staff/secrets.ts'

test('a secret opens what was kept of it, another one does not; salts make each its own', async () => {
  const secrets = openSecrets()
  const [one, other] = [await secrets.keep('湖のほとり'), await secrets.keep('湖のほとり')]
  assert.notEqual(one, other)
  assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$/)
  assert.equal(await secrets.opens('湖のほとり', one), true)
  assert.equal(await secrets.opens('湖の ほとり', one), false)
  assert.equal(await secrets.opens('', null), false)
})

test('what was kept with other parameters opens by those', async () => {
  // "password" and "NaCl" of RFC 7914, section 12, the first 32 bytes.
  const kept = '$scrypt$ln=10,r=8,p=16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI='
  const secrets = openSecrets()
  assert.equal(await secrets.opens('password', kept), true)
  assert.equal(await secrets.opens('Password', kept), false)
  await assert.rejects(secrets.opens('password', 'plain'), { code: 'STORE_CORRUPT' })
})

test('hashes are computed one after the other, and too many at once are told to wait', async () => {
  let now = 0
  let most = 0
  const derive: Derive = async () => {
    now += 1
    most = Math.max(most, now)
    await new Promise((resolve) => setImmediate(resolve))
    now -= 1
    return new Uint8Array(32)
  }
  const secrets = openSecrets(derive)
  const ended = await Promise.allSettled(Array.from({ length: 20 }, () => secrets.keep('x')))
  const refused = ended.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
  assert.deepEqual([most, refused.length], [1, 4])
  assert.ok(refused.every((e) => e instanceof AgentError && e.code === 'TOO_MANY_REQUESTS'))
  assert.match(await secrets.keep('x'), /^\$scrypt/)
})
