import type { Config } from '../config/schema.ts'
import { foldersOf } from '../config/terminal.ts'
import { samePlace } from './folders/loop.ts'
import type { Consumer } from './kernel/consumer.ts'
import type { Sink } from './kernel/delivery.ts'
import { AgentError } from './kernel/errors.ts'
import type { FaceFolderSink, SinkSettings } from './kernel/sink.ts'
import { type FaceFolder, openFaceFolderSink, refuseLoop } from './outbox/face-folder.ts'
import { openFhirSink } from './outbox/fhir/fhir.ts'
import { openOrcaSink } from './outbox/orca/sink.ts'
import type { Targets } from './outbox/targets.ts'
import { openWebhookSink } from './outbox/webhook.ts'
import type { Platform } from './platform.ts'
import { fhirAssumptions, orcaAssumptions } from './settings.ts'
import type { Store } from './store/store.ts'

/** From a consumer's settings to where it is pushed to. */
export interface Sinks {
  /** Throws what the settings can be refused for. */
  open(consumer: Consumer): Sink
  /** Throws as `open`, and `FOLDER_LOOP`, `REQUEST_INVALID`; nothing stays open. */
  check(settings: SinkSettings): void
  /** After everything is closed: a thread hangs in the kernel, on a share. */
  isStuck(): boolean
}

interface Parts {
  readonly store: Pick<Store, 'deliveries' | 'consumers'>
  readonly targets: Targets
}

export function openSinks(config: Config, parts: Parts, platform: Platform): Sinks {
  const { store, targets } = parts
  const folders = new Set<FaceFolder>()
  const open = ({ id, sink }: Pick<Consumer, 'id' | 'sink'>): Sink => {
    switch (sink?.kind) {
      case 'webhook':
        return openWebhookSink(sink, { targets, ...platform })
      case 'orca': {
        const clientId = `${config.institution.code}/${id}`
        const assumptions = orcaAssumptions(config)
        return openOrcaSink(sink, { targets, ...platform, assumptions, clientId })
      }
      case 'fhir': {
        const assumptions = fhirAssumptions(config)
        const institutionCode = config.institution.code
        return openFhirSink(sink, { targets, ...platform, assumptions, institutionCode })
      }
      case 'face-folder': {
        const folder = openFolder(config, id, sink, parts, platform)
        folders.add(folder)
        return folder
      }
      default:
        throw new Error('this consumer polls')
    }
  }
  return {
    open,
    check(settings) {
      if (settings.kind === 'face-folder') return checkFolder(config, settings, store.consumers)
      targets.check(new URL(settings.url))
      void open({ id: 'new', sink: settings }).close()
    },
    isStuck: () => [...folders].some((folder) => folder.isStuck()),
  }
}

function openFolder(
  config: Config,
  consumerId: string,
  sink: FaceFolderSink,
  { store: { deliveries } }: Parts,
  platform: Platform,
): FaceFolder {
  refuseLoop(sink.folder, watchedIn(config))
  return openFaceFolderSink(sink, {
    ...platform,
    institutionCode: config.institution.code,
    memory: {
      placeOf: (eventId) => deliveries.placeOf(consumerId, eventId),
      keep: (eventId, place) => deliveries.place({ consumerId, eventId, place }),
    },
  })
}

function checkFolder(
  config: Config,
  { folder }: FaceFolderSink,
  consumers: Pick<Store['consumers'], 'list'>,
): void {
  refuseLoop(folder, watchedIn(config))
  const other = consumers
    .list()
    .find(({ sink }) => sink?.kind === 'face-folder' && samePlace(sink.folder, folder))
  if (other === undefined) return
  throw new AgentError('REQUEST_INVALID', 'two consumers cannot share one face folder', {
    mistakes: [
      {
        field: 'sink.folder',
        title: '同じフォルダーを使う配信先があります。',
        detail: `the folder of consumer ${other.id}`,
      },
    ],
  })
}

const watchedIn = ({ terminal }: Config): string[] =>
  terminal === undefined ? [] : Object.values(foldersOf(terminal))
