import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openCredentials } from '../../../../agent/ops/credentials/credentials.ts'
import type { Sealer } from '../../../../agent/ops/credentials/sealing.ts'
import { durableFiles } from '../../../../agent/store/durable-files.ts'

export function folderOf(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-credentials-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Puts what seals it in front. */
export const labelling: Sealer = {
  seal: (name, secret, by) => Buffer.concat([Buffer.from(`${by} ${name} `), secret]),
  open: (_name, sealed) => Buffer.from(sealed.toString().split(' ').slice(2).join(' ')),
}

export function credentialsIn(root: string, sealer: Sealer, files = durableFiles) {
  const folder = join(root, 'credentials')
  const dropIn = join(root, 'onshi-agent.service.d', '50-credentials.conf')
  return { folder, dropIn, credentials: openCredentials({ folder, dropIn, sealer, files }) }
}
