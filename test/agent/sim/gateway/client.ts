import { type Agent, request as httpsRequest } from 'node:https'
import type { SecureContextOptions } from 'node:tls'

/** A client of the tests' own: nothing of the product is trusted to judge the simulator. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bytes: Buffer
}

export interface Send {
  readonly url: string
  readonly tls: SecureContextOptions
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly agent?: Agent
  readonly timeoutMs?: number
}

/** Rejects when the connection breaks before the end of the body, or with 'timed out'. */
export const send = ({ url, tls, method = 'GET', headers = {}, body, agent, timeoutMs }: Send) =>
  new Promise<Received>((resolve, reject) => {
    const request = httpsRequest(
      url,
      { ...tls, method, headers, agent: agent ?? false },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes: Buffer.concat(chunks),
          }),
        )
      },
    )
    request.on('error', reject)
    if (timeoutMs !== undefined)
      request.setTimeout(timeoutMs, () => request.destroy(new Error('timed out')))
    request.end(body)
  })

/** The text of every `name` element that has no element inside. */
export const values = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((match) =>
    (match[1] ?? '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  )

export const value = (xml: string, name: string): string | undefined => values(xml, name)[0]

/** The inside of every `name` element. */
export const groups = (xml: string, name: string): string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(
    (match) => match[1] ?? '',
  )

export interface Face {
  readonly insurerNumber: string
  readonly insuredCardSymbol?: string
  readonly insuredIdentificationNumber: string
  readonly insuredBranchNumber?: string
  readonly birthdate: string
}

const element = (name: string, text: string | undefined) =>
  text === undefined ? '' : `<${name}>${text}</${name}>`

export const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'

export const header = (identifier?: string, institution = '1319999991') =>
  `<MessageHeader>${element('QualificationConfirmationDate', '20260401')}${element(
    'MedicalInstitutionCode',
    institution,
  )}${element('ArbitraryFileIdentifier', identifier)}</MessageHeader>`

export const search = (face: Face, limit = '1') =>
  `<QualificationConfirmSearchInfo>${element(
    'InsurerNumber',
    face.insurerNumber.padStart(8),
  )}${element('InsuredCardSymbol', face.insuredCardSymbol)}${element(
    'InsuredIdentificationNumber',
    face.insuredIdentificationNumber,
  )}${element('InsuredBranchNumber', face.insuredBranchNumber)}${element(
    'Birthdate',
    face.birthdate,
  )}${element('LimitApplicationCertificateRelatedConsFlg', limit)}</QualificationConfirmSearchInfo>`

export const message = (headerXml: string, bodyXml: string) =>
  `${DECLARATION}<XmlMsg>${headerXml}<MessageBody>${bodyXml}</MessageBody></XmlMsg>`
