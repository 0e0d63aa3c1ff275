import { type Static, Type } from 'typebox'
import { AgentError } from '../kernel/errors.ts'
import { folderRoles, type TerminalReport } from '../kernel/terminal.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull, timeOrNull } from './answers.ts'
import type { App } from './context.ts'
import type { Terminal } from './ports.ts'

const Time = Type.String({ description: 'RFC 3339.' })
const Ms = Type.Number({ description: 'Milliseconds.' })

export const TerminalView = Type.Object({
  folders: Type.Array(
    Type.Object({
      role: Type.Enum([...folderRoles]),
      path: Type.String(),
      state: Type.Enum(['starting', 'reachable', 'unreachable', 'silent']),
      since: Time,
      fault: orNull(FaultReport),
      entries: orNull(Type.Integer({ description: 'At the last listing.' })),
      newestAt: orNull(Time),
      lookedAt: orNull(Time),
      listingMs: orNull(Ms),
      spool: orNull(
        Type.Object(
          { files: Type.Integer(), oldestAt: orNull(Time) },
          { description: 'Taken files.' },
        ),
      ),
    }),
  ),
  open: Type.Integer({ description: 'Questions that wait for the terminal.' }),
  answerMs: orNull(Type.Object({ last: Ms, median: Ms })),
  heardAt: orNull(Time),
  bypassed: Type.Boolean({ description: 'The agent is taken out of the way.' }),
  bypass: orNull(
    Type.String({ description: 'The one step, on this machine as root, that does so.' }),
  ),
})
export type TerminalView = Static<typeof TerminalView>

/** The folders as the API and the control socket show them. */
export const shownTerminal = (report: TerminalReport): TerminalView => ({
  ...report,
  heardAt: timeOrNull(report.heardAt),
  folders: report.folders.map((folder) => ({
    ...folder,
    since: toRfc3339(folder.since),
    fault: faultReport(folder.fault),
    newestAt: timeOrNull(folder.newestAt),
    lookedAt: timeOrNull(folder.lookedAt),
    spool: folder.spool && { ...folder.spool, oldestAt: timeOrNull(folder.spool.oldestAt) },
  })),
})

/** Throws `NOT_FOUND` where no folders are configured. */
export function terminalOf(terminal: Terminal | null): TerminalView {
  if (terminal === null) throw new AgentError('NOT_FOUND', 'no [terminal] is configured')
  return shownTerminal(terminal.report())
}

export function terminalRoutes(app: App, terminal: Terminal | null): void {
  const doc = {
    summary: 'The folders of the official terminal and how they are',
    answers: { 200: { description: 'As seen from here.', schema: TerminalView } },
    problems: ['NOT_FOUND'],
  } as const
  app.get('/v1/terminal', { config: { doc } }, async (_request, reply) =>
    reply.send(terminalOf(terminal)),
  )
}
