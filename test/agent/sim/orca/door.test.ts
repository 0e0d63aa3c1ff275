import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { AUTHORIZATION, call, get, HANAKO, open, personOf, post, result, TARO } from './bed.ts'
import { listAt, parsed, send, textAt, treeAt, xml2 } from './client.ts'

const XML = { 'content-type': 'application/xml' }
const JSON_TYPE = { 'content-type': 'application/json' }
const REQUEST = { patientmodreq: personOf(TARO) }

const codeOf = (text: string) => /<Api_Result type="string">(\w+)</.exec(text)?.[1]

test('without the login nothing is served, and it is counted', async (t) => {
  const orca = await open(t)
  const url = `${orca.url}/api/api01rv2/patientgetv2?id=1`
  for (const headers of [
    {},
    { authorization: 'Bearer ormaster' },
    { authorization: `Basic ${Buffer.from('ormaster:wrong').toString('base64')}` },
  ]) {
    const { status, headers: answered } = await send({ url, headers })
    assert.equal(status, 401)
    assert.match(String(answered['www-authenticate']), /^Basic /)
  }
  assert.equal(orca.stats().loginsRefused, 3)
})

test('a wrong prefix is 404 to GET and 405 with Allow to POST, on both kinds', async (t) => {
  for (const [own, other] of [
    ['/api', ''],
    ['', '/api'],
  ] as const) {
    const orca = await open(t, { prefix: own })
    const headers = { authorization: AUTHORIZATION, ...XML }
    const wrong = orca.url + other
    const read = await send({ url: `${wrong}/api01rv2/patientgetv2?id=1`, headers })
    assert.equal(read.status, 404)
    const write = await send({
      url: `${wrong}/orca12/patientmodv2?class=01`,
      method: 'POST',
      headers,
      body: xml2(REQUEST),
    })
    assert.equal(write.status, 405)
    assert.equal(write.headers['allow'], 'OPTIONS, GET')
    assert.equal(result(await get(orca, '1')), '00')
    const master = await post(orca, '/api01rv2/insuranceinf1v2', {
      insuranceinfreq: { Request_Number: '01', Base_Date: '2026-04-01' },
    })
    const classes = listAt(master, 'Insurance_Information', 'HealthInsurance_Information')
    assert.ok(classes.some((one) => one['InsuranceProvider_WholeName'] === '後期高齢者'))
  }
})

test('a path that is none is not served, and the next request is', async (t) => {
  const orca = await open(t)
  const headers = { authorization: AUTHORIZATION }
  assert.equal((await send({ url: `${orca.url}//`, headers })).status, 404)
  assert.equal(result(await get(orca, '1')), '00')
})

test('a wrong method is 405', async (t) => {
  const orca = await open(t)
  const read = await call(orca, '/api01rv2/patientgetv2?id=1', { method: 'POST', body: '' })
  assert.equal(read.status, 405)
  assert.equal(read.headers['allow'], 'OPTIONS, GET')
  assert.equal((await call(orca, '/orca12/patientmodv2?class=01')).status, 405)
})

test('Shift_JIS is 91 and what is no xml2 is 98, with HTTP 200', async (t) => {
  const orca = await open(t)
  const good = xml2(REQUEST)
  const ask = async (body: string | Buffer, headers: Record<string, string> = XML) => {
    const { status, text } = await call(orca, '/orca12/patientmodv2?class=02', {
      method: 'POST',
      headers,
      body,
    })
    assert.equal(status, 200)
    return codeOf(text)
  }
  assert.equal(await ask(good), '00')
  assert.equal(await ask(`<?xml version="1.0" encoding="UTF-8"?>\n${good}`), '00')
  assert.equal(await ask(iconv.encode(good, 'cp932')), '91')
  assert.equal(await ask(`<?xml version="1.0" encoding="Shift_JIS"?>${good}`), '91')
  assert.equal(await ask(good, { 'content-type': 'application/xml; charset=Shift_JIS' }), '91')
  assert.equal(await ask(good, { 'content-type': 'text/plain' }), '98')
  assert.equal(await ask(good.replace('</data>', '')), '98')
  assert.equal(await ask(good.replaceAll(' type="string"', '')), '98')
  assert.equal(await ask(good.replace('<data>', '<!DOCTYPE data><data>')), '98')
  assert.equal(await ask(''), '98')
  assert.equal(await ask(good.replaceAll('patientmodreq', 'patientmodreq2')), '97')
  assert.equal(await ask(good.replace('<Sex type="string">1</Sex>', '$&$&')), '98')
})

test('the v3 calls put an E before such codes', async (t) => {
  const orca = await open(t)
  const ask = async (body: string | Buffer) =>
    codeOf((await call(orca, '/orca12/patientmodv32', { method: 'POST', headers: XML, body })).text)
  assert.equal(await ask('no XML'), 'E98')
  assert.equal(await ask(xml2({ patientmodv3req2: { Request_No: '01' } })), 'E97')
  assert.equal(await ask(iconv.encode('<data>試験</data>', 'cp932')), 'E91')
})

test('JSON asks and answers the same, its lists padded to their room', async (t) => {
  const orca = await open(t)
  const { text } = await call(orca, '/api01rv2/patientgetv2?id=1&format=json')
  const json = JSON.parse(text).patientinfores
  const xml = await get(orca, '1')
  assert.equal(json.Patient_Information.HealthInsurance_Information.length, 30)
  assert.deepEqual(json.Patient_Information.HealthInsurance_Information.slice(1, 3), [{}, {}])
  assert.deepEqual(
    json.Patient_Information.HealthInsurance_Information[0],
    listAt(xml, 'Patient_Information', 'HealthInsurance_Information')[0],
  )
  const written = await call(orca, '/orca12/patientmodv2?class=02&format=json', {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ patientmodreq: { ...personOf(TARO), Comment1: 'メモ' } }),
  })
  assert.equal(JSON.parse(written.text).patientmodres.Api_Result, '00')
  assert.equal(orca.patient('00001')?.Comment1, 'メモ')
  for (const body of ['[]', '{"patientmodreq":{"Sex":1}}', 'no JSON']) {
    const refused = await call(orca, '/orca12/patientmodv2?class=02&format=json', {
      method: 'POST',
      headers: JSON_TYPE,
      body,
    })
    assert.equal(JSON.parse(refused.text).patientmodres.Api_Result, '98', body)
  }
})

test('a patient is found by any writing of the number, and not by another', async (t) => {
  const orca = await open(t)
  for (const id of ['1', '0001', '00001']) {
    const answer = await get(orca, id)
    assert.equal(textAt(answer, 'Patient_Information', 'Patient_ID'), '00001')
    const [row] = listAt(answer, 'Patient_Information', 'HealthInsurance_Information')
    assert.equal(row?.['InsuranceCombination_Rate_Outpatient'], '0.30')
    assert.equal(row?.['Insurance_CheckDate'], '2026-03-02')
  }
  assert.equal(result(await get(orca, '99')), '10')
  assert.equal(result(await get(orca, 'x')), '10')
  assert.equal(result(await get(orca, '')), '01')
  assert.deepEqual(treeAt(await get(orca, '99'), 'Patient_Information'), {})
})

test('answers in XML end their lists with empty records', async (t) => {
  const orca = await open(t)
  const { text } = await call(orca, '/api01rv2/patientgetv2?id=1')
  const list = parsed(text)
  const all = treeAt(list, 'patientinfores', 'Patient_Information')['HealthInsurance_Information']
  assert.ok(Array.isArray(all))
  assert.equal(all.length, 3)
  assert.deepEqual(all[2], {})
})

test('several patients are read at once, those who are not there too', async (t) => {
  const orca = await open(t)
  const answer = await post(orca, '/api01rv2/patientlst2v2?class=01', {
    patientlst2req: { Patient_ID_Information: [{ Patient_ID: '2' }, { Patient_ID: '77' }] },
  })
  assert.equal(textAt(answer, 'Target_Patient_Count'), '001')
  assert.deepEqual(
    listAt(answer, 'Patient_Information').map((one) => one['WholeName']),
    [HANAKO.WholeName, '患者番号がありません'],
  )
})
