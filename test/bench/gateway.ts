/** Helper: the simulated gateway, with the certificates of a folder. */
import { startGatewaySimulator } from '../../agent/sim/gateway/server.ts'
import { readServerTls } from '../../agent/sim/pki.ts'
import { answerLines } from './helper.ts'

const tls = readServerTls(process.argv[2] ?? '')
if (tls === undefined) throw new Error('no certificates in the folder that was named')
const gateway = await startGatewaySimulator({ tls })
await answerLines(gateway.url)
await gateway.close()
