import { randomUUID } from 'node:crypto'
import { endAfter, type Item, itemOf, type Page, readOn } from './feed.ts'
import { Inapplicable, Refuted } from './finding.ts'
import type { Agent, Reply } from './http.ts'
import { at, textAt } from './json.ts'
import { expectStatus } from './problem.ts'

/** A typed card face of somebody who does not exist, as the agent's simulator documents them. */
export type Face = Readonly<Record<string, string>>
const card = { insurerNumber: '06139992', insuredCardSymbol: '１２・３４' }
const [parent, child, elder]: [Face, Face, Face] = [
  {
    ...card,
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
    birthdate: '19800502',
  },
  {
    ...card,
    insuredIdentificationNumber: '5679',
    insuredBranchNumber: '02',
    birthdate: '20150621',
  },
  { insurerNumber: '39139993', insuredIdentificationNumber: '01234514', birthdate: '19440214' },
]
export const faces = { parent, child, elder } as const

export interface Asked {
  readonly id: string
  readonly reply: Reply
  readonly item: Item
  readonly event: unknown
}

/** An agent and what the checks know of it. */
export interface World {
  readonly agent: Agent
  /** Throws `Inapplicable` unless questions about invented people may be asked. */
  mayAsk(): void
  /** The feed as it was when the run began; throws `Inapplicable` where it is empty. */
  history(): Promise<readonly Item[]>
  /** The cursor behind everything that is there now. */
  end(): Promise<string>
  /** Asks about somebody invented and waits for the end. `mayAsk` first. */
  ask(face: Face, headers?: Readonly<Record<string, string>>): Promise<Asked>
  /** A verification of this run; asked when it is first needed. */
  asked(): Promise<Asked>
  /** A verification with an official answer: of this run, else of the history. */
  answered(): Promise<string>
  /** Schemas of the agent's own document, null where the role may not read it. */
  document(): Promise<unknown>
}

const WAIT_S = 30

/** `whyNot`: null where invented people may be asked about. */
export function worldOf(agent: Agent, whyNot: Inapplicable | null): World {
  const mayAsk = () => {
    if (whyNot !== null) throw whyNot
  }
  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined
    return () => {
      made ??= make()
      return made
    }
  }
  const ask: World['ask'] = async (face, headers = {}) => {
    mayAsk()
    return settledAnswer(
      agent,
      await postQuestion(agent, face, { prefer: `wait=${WAIT_S}`, ...headers }),
    )
  }
  const oldPages = once(() => historyOf(agent, whyNot === null ? ask : undefined))
  const asked = once(() => ask(faces.parent))
  let lastCursor: string | undefined
  return {
    agent,
    mayAsk,
    ask,
    asked,
    async history() {
      const { items } = await oldPages()
      if (items.length > 0) return items
      throw new Inapplicable('the feed is empty', 'まだ結果がありません。')
    },
    async end() {
      lastCursor ??= (await oldPages()).cursor
      lastCursor = await endAfter(agent, lastCursor)
      return lastCursor
    },
    async answered() {
      const old = (await oldPages()).items.find(({ hasOfficial }) => hasOfficial)
      const found = whyNot === null ? (await asked()).item : old
      if (found?.hasOfficial) return found.verificationId
      throw new Inapplicable(
        'no verification with an official answer',
        '公式の回答がある結果がありません。',
      )
    },
    document: once(async () => {
      const { status, json } = await agent.send('/openapi.json')
      return status === 200 ? json : null
    }),
  }
}

/** More than one page of the smallest sizes that are tried. */
const HISTORY_AT_LEAST = 8
/** Of a feed of years the oldest part is enough, and fits into memory. */
const HISTORY_AT_MOST = 100_000

/** A feed that is too short to show anything is filled up with invented people, where that is allowed. */
async function historyOf(
  agent: Agent,
  ask: World['ask'] | undefined,
): Promise<Pick<Page, 'items' | 'cursor'>> {
  const found = await readOn(agent, { limit: 500 }, HISTORY_AT_MOST)
  if (ask === undefined || found.items.length >= HISTORY_AT_LEAST) return found
  const all = Object.values(faces)
  try {
    for (let at = found.items.length; at < HISTORY_AT_LEAST; at += 1)
      await ask(all[at % all.length] ?? parent)
  } catch (error) {
    // A role that may only read: the feed stays as it is.
    if (!(error instanceof Inapplicable)) throw error
    return found
  }
  return readOn(agent, { limit: 500 }, HISTORY_AT_MOST)
}

export const postQuestion = (agent: Agent, face: Face, headers: Readonly<Record<string, string>>) =>
  agent.send('/v1/verifications', {
    method: 'POST',
    body: face,
    headers,
    timeoutMs: (WAIT_S + 30) * 1_000,
  })

/** A location is a path, or a whole URL; the way to the agent is ours. */
const ANYWHERE = 'http://agent'

/** The verification in the answer, or, after a 202, at its `Location`. */
export async function settledAnswer(agent: Agent, reply: Reply): Promise<Asked> {
  expectStatus(reply, 201, 202)
  const { location } = reply.headers
  if (reply.status === 201) return askedIn(reply)
  if (location === undefined || reply.headers['retry-after'] === undefined)
    throw new Refuted('202 with Location and Retry-After', '202 without')
  if (!URL.canParse(location, ANYWHERE)) throw new Refuted('a URL in Location', 'another text')
  const path = new URL(location, ANYWHERE).pathname
  const prefer = `wait=${WAIT_S}`
  const later = await agent.send(path, { headers: { prefer }, timeoutMs: (WAIT_S + 30) * 1_000 })
  expectStatus(later, 200)
  return askedIn(later)
}

function askedIn(reply: Reply): Asked {
  const id = textAt(reply.json, 'verification', 'id')
  if (id === '') throw new Refuted('a verification with its id', 'another body')
  return { id, reply, item: itemOf(reply.json), event: reply.json }
}

/** Whether the agent itself says that its gateway is a simulator; any role may read where. */
export async function hasSimulator(agent: Agent): Promise<boolean> {
  const document = await agent.send('/openapi.json')
  return at(document.json, 'info', 'x-simulator') === true
}

export const newKey = () => `conformance-${randomUUID()}`
