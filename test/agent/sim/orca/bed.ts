import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { SeedPatient } from '../../../../agent/sim/orca/seed.ts'
import {
  type OrcaSimulator,
  type OrcaSimulatorOptions,
  startOrcaSimulator,
} from '../../../../agent/sim/orca/server.ts'
import {
  parsed,
  type Received,
  type Send,
  send,
  type Tree,
  textAt,
  treeAt,
  xml2,
} from './client.ts'

/** 2026-04-01 09:30:00 in Japan. */
export const NOW = Date.UTC(2026, 3, 1, 0, 30)

/** A clock that moves by hand. */
export const handClock = () => {
  let now = NOW
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms
    },
  }
}

export const TARO: SeedPatient = {
  Patient_ID: '00001',
  WholeName: '試験　太郎',
  WholeName_inKana: 'シケン　タロウ',
  BirthDate: '1970-01-01',
  Sex: '1',
  HealthInsurance_Info: [
    {
      InsuranceProvider_Class: '060',
      InsuranceProvider_Number: '138057',
      HealthInsuredPerson_Symbol: '０１',
      HealthInsuredPerson_Number: '１２３４５６７',
      HealthInsuredPerson_Assistance: '3',
      RelationToInsuredPerson: '1',
      HealthInsuredPerson_WholeName: '試験　太郎',
      Certificate_StartDate: '2020-04-01',
      Certificate_CheckDate: '2026-03-02',
    },
  ],
}

/** Has no insurance yet. */
export const HANAKO: SeedPatient = {
  Patient_ID: '00002',
  WholeName: '試験　花子',
  WholeName_inKana: 'シケン　ハナコ',
  BirthDate: '1985-05-05',
  Sex: '2',
}

/** Has self-pay only. */
export const JIRO: SeedPatient = {
  Patient_ID: '00003',
  WholeName: '試験　次郎',
  WholeName_inKana: 'シケン　ジロウ',
  BirthDate: '1990-10-10',
  Sex: '1',
  HealthInsurance_Info: [{ InsuranceProvider_Class: '980', Certificate_StartDate: '2026-01-05' }],
}

/** A simulator with the three patients and a clock that stands still, unless the options say so. */
export const open = async (
  t: TestContext,
  options: OrcaSimulatorOptions = {},
): Promise<OrcaSimulator> => {
  const orca = await startOrcaSimulator({
    patients: [TARO, HANAKO, JIRO],
    now: () => NOW,
    ...options,
  })
  t.after(() => orca.close())
  return orca
}

type Url = Pick<OrcaSimulator, 'url' | 'prefix'>

export const AUTHORIZATION = `Basic ${Buffer.from('ormaster:ormaster').toString('base64')}`

/** Sends to a path below the prefix, logged in. */
export const call = (
  { url, prefix }: Url,
  path: string,
  { headers = {}, ...rest }: Omit<Send, 'url'> = {},
): Promise<Received> =>
  send({ url: url + prefix + path, headers: { authorization: AUTHORIZATION, ...headers }, ...rest })

/** What comes back for this XML, which must have status 200. */
export const post = async (orca: Url, path: string, tree: Tree): Promise<Tree> => {
  const { status, text } = await call(orca, path, {
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body: xml2(tree),
  })
  assert.equal(status, 200, text)
  return below(parsed(text))
}

const below = (tree: Tree): Tree => treeAt(tree, Object.keys(tree)[0] ?? '')

export const get = async (orca: Url, id: string): Promise<Tree> => {
  const { status, text } = await call(orca, `/api01rv2/patientgetv2?id=${id}`)
  assert.equal(status, 200, text)
  return below(parsed(text))
}

export const modify = (orca: Url, kind: string, patientmodreq: Tree): Promise<Tree> =>
  post(orca, `/orca12/patientmodv2?class=${kind}`, { patientmodreq })

/** One step of patientmodv32. */
export const step = (orca: Url, number: string, more: Tree = {}, id = '00001'): Promise<Tree> =>
  post(orca, '/orca12/patientmodv32', {
    patientmodv3req2: {
      Request_Number: number,
      Karte_Uid: 'karte-1',
      ...more,
      Patient_Information: { Patient_ID: id },
    },
  })

/** The Orca_Uid of a lock that was had. */
export const lock = async (orca: Url, id = '00001', karteUid = 'karte-1'): Promise<string> => {
  const answer = await step(orca, '01', { Karte_Uid: karteUid }, id)
  assert.equal(result(answer), '000')
  return textAt(answer, 'Orca_Uid')
}

export const result = (answer: Tree): string => textAt(answer, 'Api_Result')

/** A basic request for a person. */
export const personOf = ({
  Patient_ID,
  WholeName,
  WholeName_inKana,
  BirthDate,
  Sex,
}: SeedPatient) => ({ Patient_ID, WholeName, WholeName_inKana, BirthDate, Sex })

/** A good insurance of 協会けんぽ, in the order of the API page. */
export const KYOKAI = {
  InsuranceProvider_Class: '009',
  InsuranceProvider_Number: '01320027',
  HealthInsuredPerson_Symbol: '１２',
  HealthInsuredPerson_Number: '３４５',
  HealthInsuredPerson_Branch_Number: '01',
  RelationToInsuredPerson: '1',
  HealthInsuredPerson_WholeName: '試験　花子',
  Certificate_StartDate: '2026-04-01',
}

/** A row of patientmodv32. */
export const newRow = (row: Tree = KYOKAI): Tree => ({
  HealthInsurance_Information: {
    HealthInsurance_Info: [{ InsuranceProvider_Mode: 'New', InsuranceProvider_Id: '0', ...row }],
  },
})

/** The insurance of patientmodv2 with some of it changed. */
export const insurance = (changes: Tree): Tree => {
  const changed: { [name: string]: Tree[string] } = {}
  for (const name of [...Object.keys(KYOKAI), ...Object.keys(changes)]) {
    const value = changes[name] ?? { ...KYOKAI }[name]
    if (value !== undefined) changed[name] = value
  }
  return { HealthInsurance_Information: changed }
}
