import type { Config } from '../config/schema.ts'
import { foldersOf, type Terminal } from '../config/terminal.ts'
import type { Hearing } from './counting.ts'
import type { Judging } from './eligibility/ending.ts'
import type { Reasking } from './eligibility/reasking.ts'
import { openTerminalResults } from './eligibility/terminal-results.ts'
import type { FoundFile, Share, Taker } from './folders/folder.ts'
import { refuseLoops } from './folders/loop.ts'
import { openTerminalGateway, type TerminalGateway } from './gateway/terminal.ts'
import { passOn, passRemovals, passRequests } from './intake/front.ts'
import { takeTerminalFiles } from './intake/terminal-files.ts'
import { identifierOfAnswer } from './intake/terminal-messages.ts'
import type { Conditions } from './kernel/conditions.ts'
import { asFault } from './kernel/errors.ts'
import type { FaultCode } from './kernel/faults.ts'
import { Closer } from './kernel/lifecycle.ts'
import type { Part } from './kernel/ports.ts'
import type { FolderRole, TerminalReport } from './kernel/terminal.ts'
import { watchTerminal, watchTerminalOutages } from './ops/terminal-watch.ts'
import type { Platform } from './platform.ts'
import { terminalSettings, withKey } from './settings.ts'
import type { Store } from './store/store.ts'
import { openTerminalNews, type TerminalNews } from './terminal-events.ts'
import { isOfFront, openShares, rolesOf } from './terminal-folders.ts'
import { type BypassWatch, bypassCommand, isBypassed, watchBypass } from './terminal-front.ts'

/** The official terminal's folders, and everything that listens to them but the questions. */
export interface OpenedTerminal extends Part {
  /** Null where questions go over lines. */
  readonly gateway: TerminalGateway | null
  report(): TerminalReport
  /** After `close`: a share hangs, and with it a thread of this process. */
  isStuck(): boolean
  /** Has everything asked again when the terminal is back, from now on. */
  attend(reasking: Reasking): void
}

export interface TerminalParts {
  readonly store: Store
  readonly judging: Judging
  readonly conditions: Conditions
  readonly isOpen: () => boolean
  readonly hearing: Pick<Hearing, 'terminal'>
}

/** Each of the parts here; together they have the time that main.ts gives to one. */
const CLOSE_BUDGET_MS = 1_000
/** Throws `FOLDER_LOOP` where a folder that is looked through is written as well. */
export function openTerminal(
  config: Config,
  terminal: Terminal,
  { store, judging, conditions, isOpen, hearing }: TerminalParts,
  platform: Platform,
): OpenedTerminal {
  refuseLoopsOf(terminal)
  const { clock, log, onBug } = platform
  const closer = new Closer(log, CLOSE_BUDGET_MS)
  const news = openTerminalNews(clock)
  const takers = new Map<FolderRole, Taker>()
  const ports = {
    clock,
    log,
    onBug,
    isOpen,
    observe: news.ofFolder,
    // Filled in below, before the first file can come.
    take: async (...[file, isFinal]: Parameters<Taker>) =>
      (await takers.get(file.role)?.(file, isFinal)) ?? 'passed',
  }
  const { share, front } = openShares(terminal, store, ports, closer)
  const gateway =
    config.gateway.via === 'terminal'
      ? closer.add(
          'terminal gateway',
          openTerminalGateway(terminalSettings(config, terminal), {
            ...platform,
            req: share.folder('req'),
            res: share.folder('res'),
            observe: news.tell,
          }),
        )
      : null
  const bypass = closer.add(
    'bypass watch',
    watchBypass(terminal, (bypassed) => news.tell({ is: 'bypass', bypassed }), platform),
  )
  for (const taker of takersOf(config, terminal, {
    store,
    judging,
    news,
    bypass,
    share,
    front,
    platform,
    closer,
  }))
    takers.set(...taker)
  const report = () =>
    news.report({
      folders: rolesOf(terminal).map((role) => [isOfFront(role) && front ? front : share, role]),
      gateway,
      bypass: bypassCommand(terminal)?.on ?? null,
    })
  const quietMs = terminal.quiet_hours === 0 ? null : terminal.quiet_hours * 3_600_000
  const watch = watchTerminal({ conditions, report, isOpen, quietMs, clock, onBug })
  closer.add('terminal watch', watch)
  news.listen(watch.take)
  news.listen(hearing.terminal)
  return {
    gateway,
    report,
    isStuck: () => share.isStuck() || front?.isStuck() === true,
    attend: (reasking) =>
      news.listen(watchTerminalOutages({ ...platform, outages: store.outages, reasking })),
    close: () => closer.close(),
  }
}

interface Connected {
  readonly store: Store
  readonly judging: Judging
  readonly news: TerminalNews
  readonly bypass: BypassWatch
  readonly share: Share
  readonly front: Share | undefined
  readonly platform: Platform
  readonly closer: Closer
}

/** Who takes the files of each folder that is looked through. */
function takersOf(
  { institution }: Config,
  terminal: Terminal,
  { store, judging, news, bypass, share, front, platform, closer }: Connected,
): [FolderRole, Taker][] {
  const { identifier_letter: letter, limit_bytes: limitBytes } = terminal
  const results = openTerminalResults({ ...platform, store, judging, letter })
  const take = takeTerminalFiles({
    results,
    institutionCode: institution.code,
    limitBytes,
    refused: ({ role, modifiedAt, bytes }, code) =>
      news.tell({ is: 'file-refused', role, code, modifiedAt, sizeBytes: bytes.byteLength }),
  })
  const isOwn = (name: string) => results.isOurs(identifierOfAnswer(name) ?? '')
  const { isBypassed } = bypass
  const folders = foldersOf(terminal)
  const taken = (['res', 'face'] as const).map((role): [FolderRole, Taker] => {
    const to = `front-${role}` as const
    const path = folders[to]
    if (front === undefined || path === undefined)
      return [role, (file, isFinal) => take(file, isFinal, 'taken')]
    const observe = (fault: FaultCode | null) => news.tell({ is: 'folder', role: to, fault })
    const removals =
      terminal.front?.pass_removals === true
        ? closer.add(
            'removals',
            passRemovals({
              ...platform,
              path,
              terminal: share.folder(role),
              isBypassed,
              removed: (name) => store.folderFiles.removed(role, name),
            }),
          )
        : undefined
    const passed = (file: FoundFile) => removals?.passed(file)
    return [role, passOn(front.folder(to), { isBypassed, observe, passed }, isOwn, take)]
  })
  if (front === undefined || folders['front-req'] === undefined) return taken
  const requests = passRequests(front.folder('front-req'), share.folder('req'), isBypassed)
  return [...taken, ['front-req', requests]]
}

function refuseLoopsOf(terminal: Terminal): void {
  const folders = foldersOf(terminal)
  const paths = (...roles: FolderRole[]) => roles.flatMap((role) => folders[role] ?? [])
  // A bypass that is in place is told by a condition; it must not keep the agent from starting.
  const isAside = isBypassed(terminal)
  const watched = paths('res', 'face', ...(isAside ? [] : (['front-req'] as const)))
  const written = isAside ? paths('req') : paths('req', 'front-res', 'front-face')
  try {
    refuseLoops(watched, written)
  } catch (error) {
    throw withKey(asFault(error), 'terminal', terminal.root ?? watched[0] ?? '')
  }
}
