import assert from 'node:assert/strict'
import { encodeCp932 } from '../../agent/xmlmsg/cp932.ts'
import { sent } from './canaries.ts'
import type { Client, Reply } from './client.ts'
import type { AgentProcess } from './process.ts'
import { sendRaw } from './raw.ts'

/** A card face of nobody, all of whose values are canaries. */
export const canaryFace = {
  insurerNumber: '06139992',
  insuredCardSymbol: sent.symbol,
  insuredIdentificationNumber: sent.number,
  birthdate: sent.birthdate,
  patientNumber: sent.patientNumber,
  arbitraryIdentifier: sent.identifier,
}

/** An offline intake of nobody, all of whose values are canaries. */
const canaryIntake = {
  name: sent.name,
  nameKana: sent.kana,
  birthdate: sent.birthdate,
  sex: '3',
  address: sent.address,
  patientNumber: sent.patientNumber,
  cardFace: {
    insurerNumber: '06139992',
    insuredCardSymbol: sent.symbol,
    insuredIdentificationNumber: sent.number,
  },
}

const json = { 'content-type': 'application/json' }
const inPath = encodeURIComponent(sent.name)

/** Bodies that no route takes, each with canaries where they do not belong. */
const BODIES: readonly unknown[] = [
  { ...canaryFace, name: sent.name, nameKana: sent.kana, address: sent.address },
  { ...canaryFace, [sent.name]: 'x', [sent.individualNumber]: 'x', [sent.patientNumber]: 'x' },
  { ...canaryFace, insurerNumber: sent.name },
  { ...canaryFace, insurerNumber: sent.individualNumber },
  { ...canaryFace, insuredIdentificationNumber: sent.individualNumber },
  { ...canaryFace, arbitraryIdentifier: `個人番号 ${sent.individualNumber}` },
  { ...canaryFace, birthdate: sent.kana },
  { ...canaryFace, birthdate: { [sent.kana]: sent.birthdate } },
  { ...canaryFace, insuredBranchNumber: sent.number },
  { ...canaryFace, insuredCardSymbol: sent.symbol.repeat(20) },
  { ...canaryFace, limitApplicationCertificateRelatedConsFlg: sent.symbol },
  { ...canaryFace, arbitraryIdentifier: `${sent.identifier}\u0000` },
  [sent.name],
  sent.name,
]

/** Somebody who was written down on paper: kept, asked by itself, listed and closed. */
export async function receive(client: Client): Promise<void> {
  const { cardFace: _, ...alone } = canaryIntake
  for (const form of [canaryIntake, alone]) {
    const kept = await client.post('/v1/offline-intakes', form)
    assert.equal(kept.status, 201)
    const path = `/v1/offline-intakes/${JSON.parse(kept.text).id}`
    assert.equal((await client.get(path)).status, 200)
    const closing = { by: sent.by, text: `${sent.note} ${sent.name}` }
    assert.equal((await client.post(`${path}/closing`, closing)).status, 200)
  }
  assert.equal((await client.get('/v1/offline-intakes?state=all')).status, 200)
}

/** The same for the forms of those who are received while nobody can be asked. */
const INTAKES: readonly unknown[] = [
  { ...canaryIntake, [sent.name]: 'x' },
  { ...canaryIntake, sex: sent.name, birthdate: sent.kana },
  { ...canaryIntake, name: sent.individualNumber },
  { ...canaryIntake, address: `${sent.address}\u0000` },
  { ...canaryIntake, address: sent.address.repeat(50) },
  { ...canaryIntake, nameKana: { [sent.kana]: sent.kana } },
  { ...canaryIntake, cardFace: { ...canaryIntake.cardFace, insurerNumber: sent.number } },
  { ...canaryIntake, cardFace: { [sent.number]: sent.number } },
]

/** Requests that are refused over fetch. */
export async function refusedRequests(client: Client, verificationId: string): Promise<Reply[]> {
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = json) =>
    client.send(path, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers })
  const ask = '/v1/verifications'
  const intakes = '/v1/offline-intakes'
  const notes = `${ask}/${verificationId}/notes`
  const shiftJis = encodeCp932(JSON.stringify(canaryFace))
  if (typeof shiftJis === 'number') throw new Error('the canaries have a CP932 form')
  const text = JSON.stringify(canaryFace)
  const requests: readonly (() => Promise<Reply>)[] = [
    ...BODIES.map((body) => () => client.post(ask, body)),
    ...INTAKES.map((body) => () => client.post(intakes, body)),
    () => client.get(`${intakes}?state=${inPath}`),
    () => client.get(`${intakes}/${inPath}`),
    () => client.post(`${intakes}/${inPath}/closing`, { by: sent.by, text: sent.note }),
    () => client.post(`${intakes}/${inPath}/closing`, { by: sent.individualNumber }),
    () => post(ask, `{"insurerNumber": "${sent.name}`),
    () => post(ask, `${sent.name} ${sent.birthdate}`),
    () => post(ask, `{"${sent.individualNumber}" "${sent.name}"}`),
    () => post(ask, Buffer.from(shiftJis)),
    () => post(ask, text, { 'content-type': `text/plain; ${sent.patientNumber}` }),
    () => post(ask, text, { 'content-type': `application/json; x=${sent.patientNumber}` }),
    () => post(ask, text, { ...json, 'idempotency-key': `${sent.idempotencyKey} ${inPath}` }),
    () => post(ask, `${text}${' '.repeat(70_000)}`),
    () => client.get(`/v1/events?after=${sent.patientNumber}`),
    () => client.get(`/v1/events?after=${inPath}`),
    () => client.get(`/v1/events?limit=${inPath}`),
    () => client.get(`/v1/events?${inPath}=${sent.birthdate}&name=${inPath}`),
    () => client.get('/v1/events', { accept: 'text/event-stream', 'last-event-id': inPath }),
    () => client.get(`/health?format=${inPath}`),
    () => client.get(`/${inPath}/${sent.individualNumber}`),
    () => client.get(`${ask}/${inPath}`),
    () => client.get(`${ask}/${inPath.repeat(20)}`),
    () => client.get(`${ask}/${verificationId}/message?charset=${inPath}`),
    () => client.get(`/v1/patients/${inPath}/verifications/latest`),
    () => client.get(`/v1/patients/%E3%81/verifications/latest?x=${sent.patientNumber}`),
    () => client.post(`${ask}/${inPath}/recheck`, {}),
    () => client.post(`${ask}/${verificationId}/recheck`, { by: sent.by }),
    () => client.post(notes, { kind: sent.note, by: sent.by }),
    () => client.post(notes, { kind: 'closing', by: sent.by, text: sent.note.repeat(300) }),
    () => client.post(notes, { kind: 'closing', by: sent.by, text: sent.individualNumber }),
    () => client.post(`/v1/presentations/${inPath}/confirmation`, { by: sent.by }),
    () => client.post('/v1/presentations/x/confirmation', { by: sent.individualNumber }),
    () => client.send(`${ask}?${inPath}`, { method: 'DELETE' }),
    () => client.get('/v1/events', { origin: `https://${sent.patientNumber}` }),
    () => client.get('/v1/events', { authorization: `Bearer ${sent.wrongToken}` }),
    () => client.get('/v1/events', { authorization: `Basic ${sent.wrongToken}` }),
    () => client.get('/v1/events', { authorization: `${sent.patientNumber} ${inPath}` }),
  ]
  const replies: Reply[] = []
  for (const request of requests) replies.push(await request())
  return replies
}

/** Requests that no HTTP client would send. */
export async function refusedBytes(agent: AgentProcess, token: string): Promise<Buffer[]> {
  const host = new URL(agent.url).host
  const auth = `Authorization: Bearer ${token}\r\n`
  const end = 'Connection: close\r\n\r\n'
  const requests: readonly string[] = [
    `GET /v1/events HTTP/1.1\r\nHost: ${sent.patientNumber}.example\r\n${auth}${end}`,
    `GET /v1/events HTTP/1.1\r\nHost: ${host}\r\nHost: ${sent.patientNumber}\r\n${end}`,
    `GET http://${sent.patientNumber}/ HTTP/1.1\r\nHost: ${host}\r\n${end}`,
    `GET /${sent.name} HTTP/1.1\r\nHost: ${host}\r\n${auth}${end}`,
    `GET /v1/events HTTP/1.1\r\nHost: ${host}\r\n${sent.name}: ${sent.kana}\r\n${end}`,
    `GET /v1/events HTTP/1.1\r\nHost: ${host}\r\nExpect: ${sent.patientNumber}\r\n${auth}${end}`,
    `GET /v1/events HTTP/1.1\r\nHost: ${host}\r\nX: ${sent.patientNumber.repeat(2_000)}\r\n${end}`,
    `${sent.patientNumber} / HTTP/1.1\r\nHost: ${host}\r\n${end}`,
    `${sent.name}\r\n\r\n`,
    `POST /v1/verifications HTTP/1.1\r\nHost: ${host}\r\n${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${sent.patientNumber}\r\n${sent.name}`,
  ]
  const answers: Buffer[] = []
  for (const request of requests) answers.push(await sendRaw(agent.url, request))
  return answers
}
