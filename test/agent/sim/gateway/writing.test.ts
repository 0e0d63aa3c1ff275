import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import iconv from 'iconv-lite'
import type {
  GatewaySimulator,
  GatewaySimulatorOptions,
} from '../../../../agent/sim/gateway/server.ts'
import { ask, asked, open, question } from './bed.ts'
import { value } from './client.ts'

let gateway: GatewaySimulator
before(async () => {
  gateway = await open()
})
after(() => gateway.close())
const good = question('01', 'asked')

test('answers come in a shuffled order that a seed repeats, or in the documented one', async (t) => {
  const names = (xml: string) => [...xml.matchAll(/<([A-Z]\w+)>/g)].map((match) => match[1])
  const ordersOf = async (options: Partial<GatewaySimulatorOptions>) => {
    const other = await open({ now: () => Date.UTC(2026, 3, 1), ...options })
    t.after(() => other.close())
    const first = await asked(other, good)
    return [names(first), names(await asked(other, good))]
  }
  const [one, two] = await ordersOf({ seed: 7 })
  assert.notDeepEqual(one, two)
  assert.deepEqual([...(one ?? [])].sort(), [...(two ?? [])].sort())
  assert.deepEqual(await ordersOf({ seed: 7 }), [one, two])
  const [plain, again] = await ordersOf({ shuffle: false })
  assert.deepEqual(plain, again)
  assert.deepEqual(plain?.slice(0, 8), [
    'XmlMsg',
    'MessageHeader',
    'ProcessExecutionTime',
    'QualificationConfirmationDate',
    'MedicalInstitutionCode',
    'ArbitraryFileIdentifier',
    'ReferenceClassification',
    'SegmentOfResult',
  ])
  assert.ok((plain?.indexOf('Name') ?? -1) < (plain?.indexOf('NameKana') ?? -1))
})

test('requests may be UTF-8, UTF-8 with a BOM or Shift_JIS', async () => {
  const sjis = iconv.encode(question('08').replace('UTF-8', 'Shift_JIS'), 'cp932')
  const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(question('08'))])
  for (const body of [question('08'), bom, sjis])
    assert.equal(value(await asked(gateway, body), 'Name'), '髙﨑　八重')
  assert.equal((await ask(gateway, Buffer.concat([bom.subarray(0, 3), sjis]))).status, 400)
})

test('Shift_JIS answers are CP932 bytes that say so; what CP932 has not becomes ●', async (t) => {
  const other = await open({ charset: 'shift_jis' })
  t.after(() => other.close())
  const { bytes } = await ask(other, question('08', '𠮷〜髙'))
  const xml = new TextDecoder('shift_jis', { fatal: true }).decode(bytes)
  assert.match(xml, /^<\?xml version="1.0" encoding="Shift_JIS" standalone="no"\?>/)
  assert.equal(value(xml, 'CharacterCodeIdentifier'), '1')
  assert.equal(value(xml, 'Name'), '髙﨑　八重')
  assert.equal(value(xml, 'NameKana'), 'ﾀｶｻｷ ﾔｴ')
  assert.equal(value(xml, 'InsuredCardSymbol'), '①㈱')
  assert.equal(value(xml, 'ArbitraryFileIdentifier'), '●～髙')
  assert.ok(bytes.includes(Buffer.from([0xfb, 0xfc])), '髙 is FBFC')
})
