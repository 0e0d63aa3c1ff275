import { readFileSync } from 'node:fs'
import { readStoreKey } from '../config/files.ts'
import { effectiveCardQueries } from '../config/gateway.ts'
import { weaknesses } from '../config/listen.ts'
import type { Config } from '../config/schema.ts'
import { openApi } from './api/api.ts'
import { openControl } from './api/control.ts'
import type { Asking, Verifications } from './api/ports.ts'
import type { Asker } from './eligibility/asker.ts'
import { type Eligibility, openEligibility } from './eligibility/eligibility.ts'
import { officialMessage } from './eligibility/message.ts'
import { addNote } from './eligibility/notes.ts'
import { openGateway } from './gateway/gateway.ts'
import { checkCardFace } from './intake/card-face.ts'
import { type Intake, openIntake } from './intake/intake.ts'
import { Conditions } from './kernel/conditions.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { holdsIndividualNumber } from './kernel/individual-number.ts'
import { Closer } from './kernel/lifecycle.ts'
import { watchCertificate } from './ops/certificate-watch.ts'
import { watchAttempts, watchStore } from './ops/fault-watch.ts'
import type { Platform } from './platform.ts'
import { gatewaySettings, identityOf, listenSettings, uplinkSettings, withKey } from './settings.ts'
import { openStore, type Store } from './store/store.ts'
import { openUplink } from './uplink/uplink.ts'

export interface Agent {
  /** Where the API listens. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

type Accepted = { readonly id: string }

/** Each part may take this long to close; systemd waits for their sum. */
const CLOSE_BUDGET_MS = 5_000

/** The release, as package.json says it. */
export const VERSION = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/**
 * The composition root: the one place that knows which part talks to which. Parts come up in
 * dependency order and go down in reverse, also when a later one fails to start.
 */
export async function start(config: Config, platform: Platform): Promise<Agent> {
  const { clock, log, onBug } = platform
  const closer = new Closer(log, CLOSE_BUDGET_MS)
  try {
    const conditions = new Conditions(clock)
    for (const condition of standing(config)) conditions.raise(...condition)
    const settings = uplinkSettings(config)
    // Before the store: a refused certificate leaves nothing behind.
    const identity = identityOf(config)
    const store = closer.add('store', await storeOf(config, conditions, platform))
    const uplink = closer.add('uplink', openUplink(settings, identity))
    const gateway = openGateway(uplink, gatewaySettings(config), clock)
    const eligibility = closer.add(
      'eligibility',
      openEligibility({
        store,
        gateway,
        clock,
        log,
        onBug,
        observe: watchAttempts(conditions, settings.line.name),
      }),
    )
    // Before the API: a client that repeats its question then joins the one that is asked again.
    eligibility.resume()
    const { readers } = config
    const lapseMs = config.taps.lapse_seconds * 1_000
    const intake: Intake<Accepted> = closer.add(
      'readers',
      openIntake<Accepted>({ readers, lapseMs, clock, log, conditions }),
    )
    closer.add('certificate watch', watchCertificate(identity.notAfter, conditions, clock))

    const health = { showing: () => conditions.showing(), ready: store.isReady }
    const { consumers } = store
    const shared = { version: VERSION, consumers, desk: intake, health, onBug }
    const api = closer.add(
      'api',
      await openApi({
        ...shared,
        listen: listenSettings(config),
        monitorFrom: config.monitor_from,
        feed: { page: store.feed.page, subscribe: store.subscribe },
        verifications: verificationsOf(config, { store, eligibility, intake }, platform),
        audit: { read: ({ id }, action, subject) => store.auditRead(id, action, subject) },
        log,
        clock,
      }),
    )
    closer.add(
      'control',
      await openControl({ ...shared, socket: config.control.socket, urls: api.urls }),
    )
    log.info({ version: VERSION, url: api.urls.join(' '), readers: readers.length }, 'agent-ready')
    return { urls: api.urls, close: () => closer.close() }
  } catch (error) {
    await closer.close()
    throw error
  }
}

/** Throws what the store throws, with the key of the configuration that may be wrong. */
async function storeOf({ store }: Config, conditions: Conditions, platform: Platform) {
  const { path, key_file: keyFile } = store
  try {
    const observe = watchStore(conditions)
    return await openStore({ path, key: readStoreKey(keyFile), observe, ...platform })
  } catch (error) {
    const fault = asFault(error)
    if (fault.code === 'STORE_KEY_WRONG') throw withKey(fault, 'store.key_file', keyFile)
    throw withKey(fault, 'store.path', path)
  }
}

/** Conditions that the configuration itself is. */
function standing({ gateway, listen }: Config) {
  const standing: Parameters<Conditions['raise']>[] = []
  if (gateway.simulator) standing.push(['SIMULATOR_IN_USE', 'gateway'])
  for (const one of listen)
    if (weaknesses(one).length > 0) standing.push(['INSECURE_LISTEN', one.address])
  return standing
}

interface Desk {
  readonly store: Store
  readonly eligibility: Eligibility
  readonly intake: Intake<Accepted>
}

/** What the API asks for, put together from store, eligibility and readers. */
function verificationsOf(
  config: Config,
  { store, eligibility, intake }: Desk,
  { clock }: Platform,
): Verifications {
  const askerOf = ({ consumer, idempotencyKey }: Asking): Asker => ({
    consumerId: consumer.id,
    idempotencyKey: idempotencyKey ?? null,
  })
  const confirmTap = async (presentationId: string, person: string, asker: Asker) => {
    if (!effectiveCardQueries(config.gateway))
      throw new AgentError('CARD_QUERY_OFF', '`gateway.card_queries` is off')
    if (holdsIndividualNumber(person))
      throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', '`by` looks like an individual number')
    return intake.confirm(presentationId, (card) => eligibility.askByCard(card, person, asker))
  }
  return {
    ask: async (face, by) => eligibility.ask(checkCardFace(face, clock.now()), askerOf(by)),
    recheck: (id, by) => eligibility.recheck(id, askerOf(by)),
    async confirm(presentationId, person, by) {
      try {
        return await confirmTap(presentationId, person, askerOf(by))
      } catch (error) {
        // After a crash, or when the tap has lapsed: a repeated confirmation finds what it made.
        const isOver = ['PRESENTATION_GONE', 'CARD_QUERY_OFF'].includes(asFault(error).code)
        const known = isOver ? store.questionOfPresentation(presentationId) : undefined
        if (known === undefined) throw error
        return { id: known }
      }
    },
    find: store.find,
    ended: eligibility.ended,
    message: (id, charset) => officialMessage(store, id, charset),
    latest: store.latest,
    note: (verificationId, note, by) =>
      addNote({ store, clock }, { verificationId, ...note }, askerOf(by)),
  }
}

function versionIn(packageJson: string): string {
  return /"version": "([^"]+)"/.exec(packageJson)?.[1] ?? ''
}
