import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { Type } from 'typebox'
import { openPkcs12 } from '../../agent/uplink/pkcs12.ts'
import { makeBed } from '../bed/agent.ts'
import { checked } from '../bed/client.ts'

const Inventory = Type.Object({
  host: Type.String(),
  os: Type.Object({ name: Type.String() }),
  versions: Type.Object({ agent: Type.String(), node: Type.String(), sqlite: Type.String() }),
  lines: Type.Array(Type.Object({ customerId: Type.Union([Type.String(), Type.Null()]) })),
  certificates: Type.Array(
    Type.Object({
      serialNumber: Type.Union([Type.String(), Type.Null()]),
      notAfter: Type.String(),
      state: Type.String(),
    }),
  ),
})

test('the register of machines has host, system, versions, お客様ID and the certificate’s number, on paper and for Excel', async (t) => {
  const bed = await makeBed(t)
  const text = readFileSync(bed.configFile, 'utf8')
  const contact = 'contact = { customer_id = "CAF1234567890" }'
  writeFileSync(
    bed.configFile,
    text.replace('kind = "simulator"\n', `kind = "simulator"\n${contact}\n`),
  )
  const { serialNumber, validTo } = openPkcs12(bed.pki.clientPkcs12, bed.pki.passphrase).certificate
  const json = async () => {
    const { code, stdout, stderr } = await bed.cli('inventory', '--json')
    assert.deepEqual([code, stderr], [0, ''])
    return checked(Inventory, JSON.parse(stdout))
  }
  const alone = await json()
  assert.deepEqual([alone.host, alone.versions.node], [hostname(), process.versions.node])
  assert.deepEqual(alone.lines, [{ ...alone.lines[0], customerId: 'CAF1234567890' }])
  assert.equal(alone.certificates[0]?.serialNumber, serialNumber)
  await bed.start()
  const running = await json()
  assert.partialDeepStrictEqual(running.certificates, [{ state: 'active', serialNumber }])
  assert.equal(Date.parse(running.certificates[0]?.notAfter ?? ''), Date.parse(validTo))

  const page = await bed.cli('inventory')
  for (const part of [
    '機器名（ホスト名）',
    hostname(),
    'CAF1234567890',
    serialNumber,
    running.versions.sqlite,
  ])
    assert.ok(page.stdout.includes(part), part)
  const csv = (await bed.cli('inventory', '--csv')).stdout
  assert.ok(csv.startsWith('\ufeff"記録日時","機器名（ホスト名）"'))
  assert.equal(csv.trimEnd().split('\r\n').length, 2)
  assert.equal((await bed.cli('inventory', '--csv', '--json')).code, 64)
})
