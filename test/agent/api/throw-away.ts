import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A self-signed certificate for loopback. */
export function throwAway(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
  const request = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=x'
  const files = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', ...request.split(' '), ...files], { stdio: 'ignore' })
  return { key: readFileSync(key), certificate: readFileSync(certificate) }
}
