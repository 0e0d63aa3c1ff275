import type { Clock } from '../../kernel/ports.ts'
import type { OrcaSink } from '../../kernel/sink.ts'
import { openHttp } from '../http.ts'
import type { Targets } from '../targets.ts'
import { ANSWER_MS, type OrcaClient, openOrcaClient } from './client.ts'

/** A patient with 30 combinations of insurances has some 60 KB, a day of 500 appointments some 1 MB. */
const ANSWER_LIMIT_BYTES = 4 * 1_024 * 1_024

/** ORCA as the settings of a sink name it. Throws `CERTIFICATE_UNREADABLE`. */
export function openOrcaDoor(
  { user, url, secrets }: OrcaSink,
  {
    targets,
    clock,
    prefixes,
  }: { readonly targets: Targets; readonly clock: Clock; readonly prefixes: readonly string[] },
): { readonly client: OrcaClient; close(): Promise<void> } {
  const http = openHttp({
    targets,
    caPem: secrets.caPem,
    identity: secrets.identity && {
      pkcs12: Buffer.from(secrets.identity.pkcs12, 'base64'),
      passphrase: secrets.identity.passphrase,
    },
    timeoutMs: ANSWER_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
  })
  const door = { url, user, password: secrets.password, prefixes }
  return { client: openOrcaClient(http, clock, door), close: async () => http.close() }
}
