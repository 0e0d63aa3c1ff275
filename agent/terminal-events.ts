import type { FolderEvent, Share } from './folders/folder.ts'
import type { TerminalGateway } from './gateway/terminal.ts'
import type { Clock } from './kernel/ports.ts'
import type { FolderRole, TerminalEvent, TerminalReport } from './kernel/terminal.ts'

type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never

/** What is told of the terminal's folders: who listens, and what the report keeps of it. */
export interface TerminalNews {
  tell(event: Untimed<TerminalEvent>): void
  ofFolder(event: FolderEvent): void
  listen(listener: (event: TerminalEvent) => void): void
  report(seen: Seen): TerminalReport
}

interface Seen {
  readonly folders: readonly (readonly [share: Share, role: FolderRole])[]
  readonly gateway: Pick<TerminalGateway, 'openCount' | 'answerMs'> | null
  readonly bypass: string | null
}

/**
 * A file that was written just before it was seen says how the other clock is set; one that waited while its
 * folder could not be seen does not. What waited is gone through within this time.
 */
const BACKLOG_MS = 60_000

export function openTerminalNews(clock: Pick<Clock, 'now'>): TerminalNews {
  const listeners = new Set<(event: TerminalEvent) => void>()
  const startedAt = clock.now()
  /** When a folder could last be seen again. */
  const seenFrom = new Map<FolderRole, number>()
  let heardAt: number | null = null
  let bypassed = false
  const tell = (event: Untimed<TerminalEvent>) => {
    const at = clock.now()
    if (event.is === 'heard') heardAt = at
    if (event.is === 'bypass') bypassed = event.bypassed
    for (const listen of listeners) listen({ ...event, at })
  }
  return {
    tell,
    ofFolder(event) {
      switch (event.is) {
        case 'folder':
          if (event.fault === null) seenFrom.set(event.role, clock.now())
          tell({ ...event, fault: event.fault?.code ?? null })
          break
        case 'came': {
          if (event.role.startsWith('front-')) break
          tell({ is: 'heard', role: event.role })
          const now = clock.now()
          if (now - (seenFrom.get(event.role) ?? startedAt) > BACKLOG_MS)
            tell({ is: 'clock', aheadSeconds: Math.round((event.modifiedAt - now) / 1_000) })
          break
        }
        case 'refused':
          tell({ ...event, is: 'file-refused' })
          break
      }
    },
    listen: (listener) => void listeners.add(listener),
    report: ({ folders, gateway, bypass }) => ({
      folders: folders.map(([share, role]) => share.folder(role).report()),
      open: gateway?.openCount() ?? 0,
      answerMs: gateway?.answerMs() ?? null,
      heardAt,
      bypassed,
      bypass,
    }),
  }
}
