import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { putFile } from '../../../../agent/ops/backup/put-file.ts'
import { smallDisk } from './shelf.ts'

test('a file of a backup that the disk takes only half of is not there, and it is said', (t) => {
  const disk = smallDisk(t, '64k')
  if (disk === null) return t.skip('needs root and tmpfs')
  const put = () => putFile(join(disk, 'agent.toml'), Buffer.alloc(100_000, 'x'))
  assert.throws(put, { code: 'BACKUP_NO_ROOM' })
  assert.deepEqual(readdirSync(disk), [])
})
