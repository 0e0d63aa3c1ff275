import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** Puts an apt-get that knows of no update before the machine’s own, which takes seconds of a processor. */
export function quickApt(): void {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-apt-'))
  after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\necho "0 upgraded"\n')
  chmodSync(join(folder, 'apt-get'), 0o755)
  process.env['PATH'] = `${folder}:${process.env['PATH']}`
}
