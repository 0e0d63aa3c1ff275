import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Bed, makeBed } from '../bed/agent.ts'

const EX_CONFIG = 78

/** Puts a PKCS#12 with an RSA key of 1024 bits in place of the clinic's. */
function weaken({ folder, files }: Bed): void {
  const openssl = (command: string) =>
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' })
  openssl('req -x509 -newkey rsa:1024 -nodes -keyout k.pem -out c.pem -days 30 -subj /CN=weak')
  openssl(
    `pkcs12 -export -inkey k.pem -in c.pem -passout file:${files.passphrase} -out ${files.clientPkcs12}`,
  )
}

test('--check opens the clinic’s certificate as a start does, and names the key to correct', async (t) => {
  const cases: [(bed: Bed) => void, code: string, key: string][] = [
    [
      ({ files }) => writeFileSync(files.passphrase, 'a-wrong-passphrase'),
      'CERTIFICATE_PASSPHRASE_WRONG',
      'gateway.passphrase_file',
    ],
    [weaken, 'CERTIFICATE_UNREADABLE', 'gateway.certificate_file'],
  ]
  for (const [spoil, code, key] of cases) {
    const bed = await makeBed(t)
    spoil(bed)
    for (const args of [['run', '--check'], ['run']]) {
      const { code: exit, stdout, stderr } = await bed.cli(...args)
      assert.equal(exit, EX_CONFIG, stderr)
      assert.equal(stdout, '')
      assert.ok(stderr.includes(code), stderr)
      assert.ok(stderr.includes(key), stderr)
      assert.doesNotMatch(stderr, /wrong-passphrase|\n +at /)
    }
    assert.equal(existsSync(join(bed.state, 'agent.db')), false, 'nothing was opened')
  }
})
