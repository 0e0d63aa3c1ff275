import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createHash, verify, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeCard } from '../../../../agent/sim/card/card.ts'
import { makeCardIssuer } from '../../../../agent/sim/card/identity.ts'
import { type PrivatePcscd, startPcscd, whyNoPcscd } from '../../../../agent/sim/card/pcscd.ts'
import { present } from '../../../../agent/sim/card/presented.ts'
import { attachToVpcd, type VpcdAttachment } from '../../../../agent/sim/card/vpcd.ts'

const READER = 'Virtual PCD 00 00'
const noOpenSc = spawnSync('opensc-tool', ['--version']).error
const skip = whyNoPcscd() ?? (noOpenSc ? 'needs opensc: apt-get install opensc' : false)

describe('OpenSC, an independent judge, finds the simulated card to be a JPKI card', {
  skip,
}, () => {
  const identity = makeCardIssuer().identityOf({ cardId: 'judged', cardExpires: 'in-years' })
  const card = makeCard({ kind: 'my-number', identity })
  let pcscd: PrivatePcscd
  let dir: string
  let attachment: VpcdAttachment

  interface Ran {
    readonly code: number
    readonly said: string
  }
  const run = (tool: string, ...argv: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const child = execFile(
        tool,
        argv,
        { env: { ...process.env, ...pcscd.env }, timeout: 90_000 },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
      )
    })

  before(async () => {
    const started = await startPcscd()
    assert.ok(started)
    pcscd = started
    dir = await mkdtemp(join(tmpdir(), 'onshi-opensc-'))
    attachment = await attachToVpcd({ host: '127.0.0.1', port: pcscd.port(), card })
    // `--wait` returns when pcscd has seen the card.
    assert.equal((await run('opensc-tool', '--wait', '--reader', READER, '--atr')).code, 0)
  })
  after(async () => {
    await attachment.remove()
    await pcscd.stop()
    await rm(dir, { recursive: true })
  })

  test('it has the ATR and the name of a JPKI card', async () => {
    const { code, said } = await run('opensc-tool', '--reader', READER, '--atr', '--name')
    assert.equal(code, 0)
    assert.match(said, /3b:88:80:01:00:00:05:e0:b3:81:a1:00:7f/)
    assert.match(said, /jpki/)
  })

  test('it answers raw commands', async () => {
    const argv = ['00A4040C0AD392F000260100000001', '00A4020C020006', '00B0000020']
    const { said } = await run('opensc-tool', '-r', READER, ...argv.flatMap((one) => ['-s', one]))
    assert.equal(said.match(/SW1=0x90, SW2=0x00/g)?.length, 3)
    assert.match(said, /JPKIAPICCTOKEN2/)
  })

  test('it holds two PINs, two keys and four certificates', async () => {
    const { code, said } = await run('pkcs15-tool', '--reader', READER, '--dump')
    assert.equal(code, 0, said)
    assert.equal(said.match(/^PIN \[/gm)?.length, 2)
    assert.equal(said.match(/^Private RSA Key \[/gm)?.length, 2)
    assert.equal(said.match(/^X\.509 Certificate \[/gm)?.length, 4)
    assert.match(said, /Tries left\s*: 3/)
    assert.match(said, /Tries left\s*: 5/)
  })

  const sign = (pin: string, into: string) =>
    run(
      'pkcs15-crypt',
      ...['--reader', READER, '--sign', '--key', '1', '--pin', pin],
      ...['--pkcs1', '--sha-256', '--raw', '--input', join(dir, 'digest'), '--output', into],
    )

  test('it signs with the right PIN, by the certificate that it shows', async () => {
    const data = Buffer.from('signed by a simulated card')
    await writeFile(join(dir, 'digest'), createHash('sha256').update(data).digest())
    const signed = await sign('1234', join(dir, 'signature'))
    assert.equal(signed.code, 0, signed.said)
    const shown = join(dir, 'certificate.pem')
    const argv = ['--reader', READER, '--read-certificate', '1', '--output', shown]
    assert.equal((await run('pkcs15-tool', ...argv)).code, 0)
    const certificate = new X509Certificate(await readFile(shown))
    assert.ok(certificate.raw.equals(identity.authCertificate))
    const signature = await readFile(join(dir, 'signature'))
    assert.equal(verify('sha256', data, certificate.publicKey, signature), true)
  })

  test('it takes a try for a wrong PIN', async () => {
    const { code, said } = await sign('9999', join(dir, 'none'))
    assert.notEqual(code, 0)
    assert.match(said, /PIN code or key incorrect/)
    const { said: pins } = await run('pkcs15-tool', '--reader', READER, '--list-pins')
    assert.match(pins, /Tries left\s*: 2/)
  })

  test('it comes back by itself after pcscd has crashed', async () => {
    await pcscd.kill()
    assert.equal(pcscd.pid(), undefined)
    await pcscd.restart()
    const { code, said } = await run('opensc-tool', '--wait', '--reader', READER, '--name')
    assert.equal(code, 0, said)
    assert.match(said, /jpki/)
  })

  test('it is gone when it is pulled half way, and so is its answer', async () => {
    await attachment.remove()
    const pulls: Promise<void>[] = []
    const tap = present(card, { pullAfterApdus: 3 }, () => pulls.push(attachment.remove()))
    attachment = await attachToVpcd({ host: '127.0.0.1', port: pcscd.port(), card: tap })
    const argv = ['00A4040C0AD392F000260100000001', '00A4020C020006', '00B0000020']
    const wait = ['--wait', '--card-driver', 'default', '--reader', READER]
    const { code, said } = await run('opensc-tool', ...wait, ...argv.flatMap((one) => ['-s', one]))
    assert.equal(pulls.length, 1)
    await Promise.all(pulls)
    assert.notEqual(code, 0)
    assert.doesNotMatch(said, /JPKIAPICCTOKEN2/)
  })

  test('it was read without a touch of the card-face applets', () => {
    assert.deepEqual(card.touched, [])
  })
})
