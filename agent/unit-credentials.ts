import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readStoreKey } from '../config/files.ts'
import {
  CREDENTIALS_DROP_IN,
  CREDENTIALS_FOLDER,
  type Credentials,
  openCredentials,
} from './ops/credentials/credentials.ts'
import { ENDINGS } from './ops/credentials/drop-in.ts'
import { keyHolderAt } from './ops/credentials/key-holder.ts'
import { systemdCreds } from './ops/credentials/sealing.ts'
import { durableFiles } from './store/durable-files.ts'

/** `/etc/systemd/system`. */
export const UNITS = join(CREDENTIALS_DROP_IN, '../..')

/** The secrets of the installed unit. For root. */
export const unitCredentials = (): Credentials =>
  openCredentials({
    folder: CREDENTIALS_FOLDER,
    dropIn: CREDENTIALS_DROP_IN,
    sealer: systemdCreds,
    files: durableFiles,
  })

/** Whether this configuration is that of the installed unit, which systemd starts here. */
export const isOfUnit = (configFile: string): boolean =>
  process.getuid?.() === 0 &&
  dirname(configFile) === dirname(CREDENTIALS_FOLDER) &&
  existsSync('/run/systemd/system')

/** A secret that the configuration names, as a file or sealed beside where the file would be. */
export const isSecretThere = (path: string): boolean =>
  existsSync(path) || existsSync(path + ENDINGS.host)

/** The store’s key, plain or sealed. Throws `SECRET_UNREADABLE`, `CREDENTIAL_UNSEALABLE`. */
export const storeKeyAt = (path: string): Buffer =>
  Buffer.from(
    keyHolderAt(path, {
      sealer: systemdCreds,
      files: durableFiles,
      readKey: readStoreKey,
    }).current(),
  )
