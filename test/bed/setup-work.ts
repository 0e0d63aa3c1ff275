import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { RunProgram } from '../../agent/ops/setup/parts.ts'
import { openProgress } from '../../agent/ops/setup/progress.ts'
import { isEnter, type Typed, typedOf } from '../../agent/ops/setup/prompt.ts'
import { type Conversation, converse } from '../../agent/setup-converse.ts'
import { credentialsOf } from '../../agent/setup-credentials.ts'
import type { SetupWork } from '../../agent/setup-parts.ts'
import { placesUnder } from '../../agent/setup-places.ts'
import { wholeAnswers } from '../../config/answer-one.ts'
import type { Table } from '../../config/shape.ts'

/** Steps of setup in a folder that stands for `/`, with a service and a `mount` that only count. */
export interface WorkBed {
  readonly folder: string
  /** As one run of setup has it. */
  work(answers: Table, more?: Partial<SetupWork>): SetupWork
  /** What was typed is answered in turn; then the person leaves. Gives what was on the screen. */
  talk(typed: readonly (string | Typed)[]): Promise<string>
  /** How often the service was started anew. */
  starts(): number
  /** `req`, `res` and `face`, made. */
  officialFolders(folder: string): void
  read(path: string): string
  /** A file of mode 0600; gives its path. */
  secret(name: string, text: string): string
}

export function makeWorkBed(t: TestContext): WorkBed {
  const folder = mkdtempSync(join(tmpdir(), 'onshi-work-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const places = placesUnder(join(folder, 'root'))
  let starts = 0
  const work: WorkBed['work'] = (draft, more = {}) => {
    const answers = wholeAnswers(draft)
    return {
      answers,
      places,
      asking: new Set(),
      credentials: credentialsOf(places, answers),
      progress: openProgress(places.progress),
      service: {
        isForNow: true,
        start: async () => {
          starts += 1
        },
        ensure: async () => {},
        close: async () => {},
      },
      run: mountingFolders,
      typed: new Map(),
      clock: { now: () => Date.UTC(2026, 5, 1) },
      keepConfig: false,
      isAtTerminal: false,
      say: () => {},
      confirm: async () => true,
      ...more,
    }
  }
  return {
    folder,
    work,
    starts: () => starts,
    officialFolders,
    read: (path) => readFileSync(join(folder, 'root', path), 'utf8'),
    secret(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    },
    async talk(typed) {
      const said: string[] = []
      const lines = [...typed]
      const ask = async (question: string): Promise<Typed> => {
        const line = lines.shift() ?? { is: 'left' }
        said.push(question)
        return typeof line === 'string' ? typedOf(line) : line
      }
      const say = (text: string) => void said.push(text)
      const confirm = async (question: string) => isEnter(await ask(question))
      const { progress } = work({})
      const workWith: Conversation['workWith'] = (draft, secrets, asking = new Set()) =>
        work(draft, { progress, typed: secrets, asking, isAtTerminal: true, say, confirm })
      const prompt = { say, ask, close() {} }
      const plugged = async () => ({ text: '', toml: '' })
      await converse({ prompt, plugged, workWith })
      return said.join('\n')
    },
  }
}

function officialFolders(folder: string): void {
  for (const name of ['req', 'res', 'face']) mkdirSync(join(folder, name), { recursive: true })
}

/** The official folders, at whatever place a share is mounted. */
const mountingFolders: RunProgram = async (program, args) => {
  const point = args[program === 'mount' ? 3 : 1] ?? ''
  if (program === 'mount') officialFolders(point)
  else for (const name of readdirSync(point)) rmSync(join(point, name), { recursive: true })
  return { code: 0, output: '' }
}
