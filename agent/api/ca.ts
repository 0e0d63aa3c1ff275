import { Type } from 'typebox'
import { AgentError } from '../kernel/errors.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { App } from './context.ts'

/** The own CA, as clients take it. */
export interface CaPage extends CaControl {}

export interface CaControl {
  shown(): ShownCa
  /** A new one: every client has to take it anew. Throws `OWN_CA_UNUSABLE`. */
  replace(): ShownCa
}

interface ShownCa {
  /** PEM. */
  readonly certificate: string
  readonly der: Uint8Array
  /** SHA-256, 32 pairs of hex digits. */
  readonly fingerprint: string
  readonly names: readonly string[]
  readonly addresses: readonly string[]
  /** Epoch ms. */
  readonly notAfter: number
}

const Query = Type.Object(
  {
    format: Type.Optional(
      Type.Enum(['der', 'pem'], { description: 'der opens in Windows; der when absent.' }),
    ),
  },
  { additionalProperties: false },
)

const doc = {
  summary: 'The certificate of the agent’s own CA, to install on clients',
  description:
    'Public, without a token. Compare its fingerprint with what `onshi-agent ca show` prints before it is trusted.',
  answers: {
    200: {
      description: 'X.509.',
      type: 'application/x-x509-ca-cert',
      also: ['application/x-pem-file'],
    },
  },
  problems: ['NOT_FOUND'],
} as const

/** Open: who has no certificate yet has nothing else either, and a certificate is no secret. */
export function caRoute(app: App, ca: Pick<CaPage, 'shown'> | null): void {
  app.get(
    '/ca.crt',
    { schema: { querystring: Query }, config: { access: 'open', doc } },
    async (request, reply) => {
      if (ca === null) throw new AgentError('NOT_FOUND', 'no listener has `own_ca`')
      const { certificate, der } = ca.shown()
      return request.query.format === 'pem'
        ? reply.type('application/x-pem-file').send(certificate)
        : reply.type('application/x-x509-ca-cert').send(Buffer.from(der))
    },
  )
}

/** For `onshi-agent ca`, on the control socket; undefined for another command. */
export function caCommand(
  ca: CaControl | null,
  command: string,
): readonly [status: number, body: unknown] | undefined {
  if (command !== 'GET /ca' && command !== 'POST /ca') return undefined
  if (ca === null) throw new AgentError('NOT_FOUND', 'no listener has `own_ca`')
  return [200, caAnswer(command === 'POST /ca' ? ca.replace() : ca.shown())]
}

export const caAnswer = ({ certificate, fingerprint, names, addresses, notAfter }: ShownCa) => ({
  fingerprint,
  notAfter: toRfc3339(notAfter),
  names: [...names],
  addresses: [...addresses],
  certificate,
})
