import { type LineFault, testFaults } from './line-faults/fault.ts'

/** Above what connecting may take. */
const SLOW_MS = 1_300

const behaving = (
  name: string,
  behaviour: Parameters<Parameters<LineFault['begin']>[0]['behave']>[1],
  cause: NonNullable<LineFault['cause']>,
): LineFault => ({
  name: `of several questions at once none is lost when line A ${name}`,
  meets: 'new-connection',
  begin: (stage) => stage.behave('a', behaviour),
  over: ['a', 'b'],
  cause,
})

const HANDSHAKES: readonly LineFault[] = [
  behaving('is too slow for TLS', { mode: 'slow-tls', delayMs: SLOW_MS }, 'LINE_TIMEOUT'),
  behaving('answers no ClientHello', { mode: 'silent-tls' }, 'LINE_TIMEOUT'),
  // Where the reset comes before the connection stands, only the line authentication answers.
  behaving('resets connections as soon as they stand', { mode: 'refuse' }, [
    'LINE_BROKEN',
    'LINE_AUTH_LOST',
  ]),
  behaving(
    'leads to a server with a certificate of another CA',
    { mode: 'wrong-certificate' },
    'SERVER_CERTIFICATE_UNTRUSTED',
  ),
  behaving('leads to a server of another name', { mode: 'wrong-name' }, 'SERVER_NAME_MISMATCH'),
  behaving(
    'leads to a server with an expired certificate',
    { mode: 'expired-certificate' },
    'SERVER_CERTIFICATE_EXPIRED',
  ),
]

testFaults('new connections over line A fail in one way or another', HANDSHAKES)
