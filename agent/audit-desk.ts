import type { AuditDesk } from './api/control-audit.ts'
import type { Store } from './store/store.ts'

/** Who commands through the socket, in the audit. */
const CONSOLE = 'console'

/** The audit as commands use it; `verify`: where a running agent tells its health of what it found. */
export const auditDeskOf = (
  { auditTrail, auditRead }: Pick<Store, 'auditTrail' | 'auditRead'>,
  verify: AuditDesk['verify'] = () => auditTrail.verify(true),
): AuditDesk => ({
  verify,
  async accept() {
    await auditTrail.accept(CONSOLE)
    return verify()
  },
  rows: auditTrail.rows,
  head: auditTrail.head,
  read: (action, subject) => auditRead(CONSOLE, action, subject),
})
